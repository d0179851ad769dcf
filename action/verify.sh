#!/usr/bin/env bash
# The step of action.yml: brings gate, brings the commits it is asked about, judges. Works in the checkout, runs
# nothing of it, and lets nothing of it say what is installed.
set -euo pipefail

refuse() {
  printf '::error title=gate::%s\n' "$1"
  exit 1
}

node_is_new_enough() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}

# Prints the path of gate's script: the action's own build, or the package, outside the checkout.
gate_script() {
  if [ -z "$GATE_VERSION" ] && [ -f "$GITHUB_ACTION_PATH/dist/cli.cjs" ]; then
    printf '%s\n' "$GITHUB_ACTION_PATH/bin/gate.js"
    return
  fi
  local place version
  version=${GATE_VERSION:-$(node -p 'require(process.argv[1]).version' "$GITHUB_ACTION_PATH/package.json")}
  place=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/model-gate.XXXXXX")
  # an .npmrc of the checkout is not read from there
  (cd "$place" && npm install --prefix "$place" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "model-gate@$version") >&2 || return 1
  printf '%s\n' "$place/node_modules/model-gate/bin/gate.js"
}

fetch() {
  local fetch=(git -c core.hooksPath=/dev/null fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head)
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then fetch+=(--depth=1); fi
  "${fetch[@]}" origin "$1" >/dev/null 2>&1 || :
}

# A checkout of one commit lacks the others. What cannot be brought, gate names.
bring() {
  [[ $1 =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || return 0
  git cat-file -e "$1^{commit}" 2>/dev/null || fetch "$1"
}

# Prints what a push goes into: the commit before it, or, of a branch that was rewritten, the last one that it still
# has of what was there. A new branch or tag goes into the default branch, and the first push of all into nothing.
base_of_push() {
  if [ -n "${GATE_BEFORE//0/}" ]; then
    bring "$GATE_BEFORE"
    git merge-base "$GATE_BEFORE" "$GATE_REV" 2>/dev/null || printf '%s\n' "$GATE_BEFORE"
    return
  fi
  [ -n "$GATE_DEFAULT_BRANCH" ] || return 0
  local reference=refs/remotes/origin/$GATE_DEFAULT_BRANCH
  fetch "+refs/heads/$GATE_DEFAULT_BRANCH:$reference"
  git rev-parse --verify --quiet "$reference^{commit}" | grep -vFx "$GATE_REV" || :
}

command -v node >/dev/null || refuse "there is no Node on this runner; gate needs 20.19 or later (actions/setup-node)."
node_is_new_enough || refuse "this runner has Node $(node --version); gate needs 20.19 or later (actions/setup-node)."
case $GATE_FORMAT in
  "") report= ;;
  json | sarif) report=gate-verify.$GATE_FORMAT ;;
  junit) report="gate-verify.xml" ;;
  *) refuse "the input format takes json, junit or sarif." ;;
esac
case $GATE_DEEP in
  "" | true | false) ;;
  *) refuse "the input deep takes true or false." ;;
esac
gate=$(gate_script) || refuse "model-gate could not be installed from npm."

arguments=(verify --rev "$GATE_REV")
bring "$GATE_REV"
base=$GATE_BASE
if [ -z "$base" ] && [ -n "$GATE_BEFORE" ]; then base=$(base_of_push); fi
if [ -n "${base//0/}" ]; then
  bring "$base"
  arguments+=(--base "$base")
fi
if [ -n "$GATE_SUITE" ]; then arguments+=(--suite "$GATE_SUITE"); fi
if [ "$GATE_DEEP" = true ]; then arguments+=(--deep); fi

if [ -n "$report" ]; then
  report=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/$report
  # its exit code is that of the judgement below
  node "$gate" "${arguments[@]}" --format "$GATE_FORMAT" >"$report" || :
  printf 'report=%s\n' "$report" >>"$GITHUB_OUTPUT"
fi
exec node "$gate" "${arguments[@]}" --format github
