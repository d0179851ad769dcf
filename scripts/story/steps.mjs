/** A step that did not do what the story says. */
export class StepFailed extends Error {
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

const THRESHOLDS = "data/thresholds.json";
const ANSWER = "test-reports/logs/test_why_question_is_answered_in_steps/session_model.log";

/** The main job, in the order in which a newcomer meets it. Each step yields what is to be told. */
export const steps = [
  { title: "Add gate to a repository", play: addGate },
  { title: "The first commit runs the model tests; their reports are in the same commit", play: firstCommit },
  { title: "A commit of documentation runs nothing", play: documentation },
  {
    title: "A commit that changes an input runs them again, and shows what the model does now",
    play: change,
  },
  { title: "Taking the change back reuses the evidence", play: takeBack },
  { title: "A report that was edited by hand is found", play: tamper },
];

async function* addGate(scratch) {
  await succeeded(scratch.git("init", "-q", "-b", "main"));
  const init = await succeeded(scratch.gate("init", "--yes"));
  const written = init.stdout.split("\n").filter((line) => /^(created|added to|changed|set) /.test(line));
  yield told("gate init --yes", written, init);
  const hooks = ["pre-commit", "post-commit", "pre-merge-commit"].filter((name) =>
    scratch.exists(`.git/hooks/${name}`),
  );
  expect(hooks.length === 3, "three hooks are there", init);
}

async function* firstCommit(scratch) {
  await succeeded(scratch.git("add", "."));
  const commit = await commitAs(scratch, "Add the assistant");
  yield told('git commit -m "Add the assistant"', saidByGate(commit), commit);
  expect(scratch.sessions === 1, "the suite has run once", commit);
  expect(commit.stderr.includes(" passed in "), "gate says that the tests passed", commit);
  await expectWhole(scratch, commit);
  const files = await succeeded(scratch.git("ls-tree", "-r", "--name-only", "HEAD", "test-reports"));
  for (const name of ["test-reports/model-tests.hash", "test-reports/model-tests.json", ANSWER]) {
    expect(files.stdout.split("\n").includes(name), `${name} is in the commit`, files);
  }
}

async function* documentation(scratch) {
  scratch.write("README.md", `${scratch.read("README.md")}\nSee also the prompts.\n`);
  const commit = await commitAs(scratch, "Mention the prompts", "-a");
  const said = saidByGate(commit);
  yield told(
    'git commit -a -m "Mention the prompts"',
    said.length === 0 ? ["(gate has nothing to say)"] : said,
    commit,
  );
  expect(said.length === 0, "gate says nothing", commit);
  expect(scratch.sessions === 1, "the suite has not run again", commit);
  await expectWhole(scratch, commit);
}

async function* change(scratch) {
  const before = scratch.read(THRESHOLDS);
  scratch.write(THRESHOLDS, before.replace('"steps": 3', '"steps": 2'));
  expect(scratch.read(THRESHOLDS) !== before, `${THRESHOLDS} has steps to lower`);
  yield tellDiff("git diff", await succeeded(scratch.git("diff", "-U0")));
  const commit = await commitAs(scratch, "Explain in two steps", "-a");
  yield told('git commit -a -m "Explain in two steps"', saidByGate(commit), commit);
  expect(scratch.sessions === 2, "the suite has run a second time", commit);
  expect(commit.stderr.includes(`${THRESHOLDS} changed`), `gate names ${THRESHOLDS}`, commit);
  await expectWhole(scratch, commit);
  const diff = await succeeded(scratch.git("show", "--format=", "-U0", "HEAD", "--", "*session_model.log"));
  yield tellDiff("git show -- '*session_model.log'", diff);
  expect(/^-3\. /m.test(diff.stdout), "the third step is gone from the answer", diff);
}

async function* takeBack(scratch) {
  await succeeded(scratch.git("checkout", "-q", "HEAD~1", "--", THRESHOLDS));
  yield { command: `git checkout HEAD~1 -- ${THRESHOLDS}`, lines: [], milliseconds: null };
  const commit = await commitAs(scratch, "Explain in three steps again");
  yield told('git commit -m "Explain in three steps again"', saidByGate(commit), commit);
  expect(commit.stderr.includes("reused"), "gate says that it reused evidence", commit);
  expect(scratch.sessions === 2, "the suite has not run again", commit);
  await expectWhole(scratch, commit);
}

async function* tamper(scratch) {
  scratch.write(ANSWER, scratch.read(ANSWER).replace("blue light", "green light"));
  yield tellDiff("git diff", await succeeded(scratch.git("diff", "-U0")));
  const commit = await commitAs(scratch, "Nothing to see here", "-a", "--no-verify");
  yield told('git commit -a --no-verify -m "Nothing to see here"', ["(no hook was called)"], commit);
  const verify = await scratch.gate("verify");
  yield told("gate verify", verify.stderr.trimEnd().split("\n"), verify);
  expect(verify.code === 1, "gate verify says no", verify);
  expect(verify.stderr.includes("tampered-report"), "gate says that a report was tampered with", verify);
  expect(verify.stderr.includes(ANSWER), `gate names ${ANSWER}`, verify);
  expect(scratch.sessions === 2, "nothing was run", verify);
}

function commitAs(scratch, message, ...options) {
  return succeeded(scratch.git("commit", "-q", ...options, "-m", message));
}

/** The commit carries evidence of exactly its own sources, and nothing was left behind. */
async function expectWhole(scratch, ended) {
  await succeeded(scratch.gate("verify", "--deep"));
  const left = await succeeded(scratch.git("status", "--porcelain"));
  expect(left.stdout === "", "the working tree is clean", { ...ended, stdout: left.stdout });
}

/** gate's own lines: what the suite prints in between is not part of the story. */
function saidByGate({ stdout, stderr }) {
  return `${stdout}${stderr}`.split("\n").filter((line) => /^(gate {2}| {6})\S/.test(line));
}

/** The files that changed, and their lines before and after. */
function tellDiff(command, ended) {
  const lines = ended.stdout.split("\n").filter((line) => /^(-(?!-- )|\+)/.test(line));
  expect(lines.length > 0, `${command} shows something`, ended);
  return { command, lines, milliseconds: null };
}

function told(command, lines, { milliseconds }) {
  return { command, lines, milliseconds };
}

async function succeeded(running) {
  const ended = await running;
  expect(ended.code === 0, `the command ends with 0, not ${ended.code}`, ended);
  return ended;
}

function expect(holds, what, { stdout = "", stderr = "" } = {}) {
  if (!holds) throw new StepFailed(`expected that ${what}`, `${stdout}${stderr}`);
}
