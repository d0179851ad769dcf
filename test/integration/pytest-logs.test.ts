import { expect, it } from "vitest";
import { findFiles } from "../../src/adapters/files/globs.ts";
import { logsOf, outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTEST_VERSIONS, PYTHON_TIMEOUT } from "../rig/python.ts";

const SUITE = `
import logging, os, pathlib, sys, tempfile
import pytest

class App:
    def __init__(self, path): self.path = path

@pytest.fixture
def project():
    with tempfile.TemporaryDirectory() as directory:
        yield pathlib.Path(directory)
@pytest.fixture
def app(project):
    logs = project / ".agent"
    logs.mkdir()
    (logs / "session.log").write_text("session\\n")
    (logs / "session_model.log").write_text("model\\n")
    (logs / "other.txt").write_text("not asked for")
    yield App(str(project))
    (logs / "session.log").write_text("cleaned up")
@pytest.fixture
def pair(tmp_path_factory):
    return [tmp_path_factory.mktemp("left"), tmp_path_factory.mktemp("right")]
@pytest.fixture
def broken(project):
    (project / "session.log").write_text("before it broke\\n")
    raise RuntimeError("no model")

def test_indirect(app): pass
def test_failed(app): assert 0
def test_broken(broken): pass
def test_colliding(tmp_path, pair):
    for folder in (tmp_path, tmp_path / "a", *pair):
        folder.mkdir(exist_ok=True)
        (folder / "session.log").write_text(f"in {folder.name}\\n")
def test_output(caplog):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    logging.getLogger("app").warning("to logging")
def test_logged_twice(tmp_path):
    logger = logging.getLogger("app.own")
    handler = logging.FileHandler(tmp_path / "session.log")
    logger.addHandler(handler)
    logger.warning("in both")
    logger.removeHandler(handler)
    logger.warning("only captured")
@pytest.fixture
def chatty():
    print("set up")
    yield
    print("torn down")
def test_phases(chatty): print("called")
def test_silent(): pass
def test_odd(tmp_path):
    os.mkfifo(tmp_path / "session_pipe.log")
    (tmp_path / "session_outside.log").symlink_to("/etc/passwd")
    (tmp_path / "session_nowhere.log").symlink_to(tmp_path / "absent")
    (tmp_path / "real.txt").write_text("real\\n")
    (tmp_path / "session_inside.log").symlink_to(tmp_path / "real.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
def test_huge(tmp_path):
    (tmp_path / "session.log").write_text("ä" * 200_000)
    print("x" * 300_000)
attempts = []
@pytest.mark.flaky(reruns=1)
def test_again(tmp_path):
    attempts.append(1)
    print("attempt", len(attempts))
    (tmp_path / "session.log").write_text(f"attempt {len(attempts)}\\n")
    assert len(attempts) == 2
@pytest.fixture
def whole_disk(): return ["/", "/tmp", os.path.expanduser("~"), os.getcwd(), "relative", "", 3]
def test_no_search_everywhere(whole_disk): pass
`;

const settings = { logs: ["**/session*.log"], maxLogBytes: 65_536 };

describeWithPython.each(PYTEST_VERSIONS)(
  "the logs of a test in pytest %i",
  { timeout: PYTHON_TIMEOUT },
  (version) => {
    it("are taken before its fixtures clean up, and what cannot be taken is named", async () => {
      const project = await PytestProject.create(version);
      project.write({ "tests/test_logs.py": SUITE, "tests/session_old.log": "the repository's own" });
      const run = await project.run([], { settings });
      expect(run.doubts).toEqual([]);
      const logs = (name: string) => logsOf(run.tests, name);
      expect(logs("test_indirect")).toEqual({ "session.log": "session\n", "session_model.log": "model\n" });
      expect(logs("test_failed")).toEqual(logs("test_indirect"));
      expect(logs("test_broken")).toEqual({ "session.log": "before it broke\n" });
      const colliding = Object.entries(logs("test_colliding"));
      expect(colliding.map(([, text]) => text).sort()).toEqual(
        ["in a\n", "in left0\n", "in right0\n", "in test_colliding0\n"].sort(),
      );
      expect(colliding.map(([name]) => name)).toEqual(
        expect.arrayContaining(["a/session.log", "tmp_path/session.log"]),
      );
      expect(logs("test_output")).toEqual({
        "stdout.log": "to stdout\n",
        "stderr.log": "to stderr\n",
        "logging.log": expect.stringMatching(/^WARNING +app:test_logs\.py:\d+ to logging\n$/),
      });
      expect(logs("test_logged_twice")).toEqual({
        "session.log": "in both\n",
        "logging.log": expect.stringMatching(/^WARNING +app\.own:test_logs\.py:\d+ only captured\n$/),
      });
      expect(logs("test_phases")).toEqual({ "stdout.log": "set up\ncalled\ntorn down\n" });
      expect(logs("test_silent")).toEqual({});
      expect(logs("test_odd")).toEqual({
        "session_inside.log": "real\n",
        "session_pipe.log.not-copied.txt": expect.stringContaining("no regular file"),
        "session_outside.log.not-copied.txt": expect.stringContaining("leaves the directory"),
        "session_nowhere.log.not-copied.txt": expect.stringContaining("link to nothing"),
      });
      for (const text of Object.values(logs("test_huge"))) {
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(settings.maxLogBytes);
        expect(text).toMatch(
          /^[äx]{20000,}\nmodel-gate: the log was cut off here, \d+ bytes.* were left out\n$/,
        );
      }
      expect(Object.keys(logs("test_huge"))).toEqual(["session.log", "stdout.log"]);
      expect(logs("test_again")).toEqual({ "session.log": "attempt 2\n", "stdout.log": "attempt 2\n" });
      expect(logs("test_no_search_everywhere")).toEqual({});
      expect(outcomes(run.tests)).toMatchObject({ test_broken: "error", test_again: "flaky" });
    });
  },
);

describeWithPython("the globs of logs:", { timeout: PYTHON_TIMEOUT }, () => {
  it("mean what they mean in gate.yaml", async () => {
    const project = await PytestProject.create(9);
    const paths = [
      "a.log",
      ".hidden/a.log",
      "deep/er/a.log",
      "b1.txt",
      "b7.txt",
      "c.json",
      "d[1].txt",
      "e.tmp",
    ];
    for (const path of paths) project.write({ [path]: "" });
    const cases = [
      ["**/*.log"],
      ["*.log"],
      ["**/*.log", "!deep/**"],
      [".hidden/*"],
      ["./*.log"],
      ["*.{txt,json}"],
      ["b[0-5].txt", "?.json"],
      ["b[!1].*", "d[[]1].txt"],
      ["@(a|c).*", "b{1..3}.txt"],
      ["!(a|c).*"],
      ["deep/**"],
      ["**/er/*"],
      ["**"],
    ];
    project.write({
      "match.py": `
import json, sys, gate_globs
cases, paths = json.loads(sys.argv[1])
print(json.dumps([[path for path in paths if gate_globs.matcher(case)(path)] for case in cases]))
`,
    });
    const run = await project.run([JSON.stringify([cases, paths])], { program: ["match.py"] });
    const found: unknown = JSON.parse(run.stdout);
    const wanted = await Promise.all(
      cases.map(async (patterns) => {
        const files = await findFiles(project.root, patterns, []);
        return paths.filter((path) => files.some((file) => file.path === path));
      }),
    );
    expect(found).toEqual(wanted);
    expect(wanted.slice(0, 2)).toEqual([["a.log", ".hidden/a.log", "deep/er/a.log"], ["a.log"]]);
  });
});

const SHARED = `
import pathlib, pytest
@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    (folder / "session_server.log").write_text("server up\\n")
    return folder
@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agent")
    (folder / "session_agent.log").write_text("agent up\\n")
    yield folder
@pytest.fixture
def own(server, request):
    folder = server / request.node.name
    folder.mkdir()
    (folder / "session.log").write_text(request.node.name + "\\n")
    return folder
def say(folder, text, name="session_server.log", mode="a"):
    with open(folder / name, mode) as file: file.write(text + "\\n")
def test_first(server, agent):
    say(server, "first"); say(agent, "first", "session_agent.log")
def test_silent(server, agent): pass
def test_without(tmp_path_factory):
    say(next(tmp_path_factory.getbasetemp().glob("server*")), "without")
def test_second(server): say(server, "second")
def test_dynamic(request): say(request.getfixturevalue("server"), "dynamic")
def test_own(own): say(own.parent, "own")
def test_after_own(server): say(server, "after own")
def test_anew(server): say(server, "a longer text than all that was there before, written anew " * 9, mode="w")
def test_shorter(server): say(server, "short", mode="w")
def test_same(server): say(server, "short", mode="w")
tries = []
@pytest.mark.flaky(reruns=1)
def test_again(server):
    tries.append(1)
    say(server, f"try {len(tries)}")
    assert len(tries) == 2
def test_rotated(server):
    (server / "session_server.log").rename(server / "kept.txt")
    say(server, "rotated")
`;

describeWithPython.each(PYTEST_VERSIONS)(
  "logs that tests have in common in pytest %i",
  { timeout: PYTHON_TIMEOUT },
  (version) => {
    it("give each test what was written while it ran", async () => {
      const project = await PytestProject.create(version);
      project.write({ "tests/test_shared.py": SHARED, "tests/test_other.py": "from test_shared import *\n" });
      const run = await project.run(["tests/test_shared.py"], { settings });
      expect([run.doubts, outcomes(run.tests)]).toEqual([
        [],
        expect.objectContaining({ test_again: "flaky" }),
      ]);
      const logs = Object.fromEntries(run.tests.map(({ name }) => [name, logsOf(run.tests, name)]));
      expect(logs).toEqual({
        test_first: { "session_server.log": "server up\nfirst\n", "session_agent.log": "agent up\nfirst\n" },
        test_silent: {},
        test_without: {},
        test_second: { "session_server.log": "second\n" },
        test_dynamic: { "session_server.log": "dynamic\n" },
        test_own: { "session_server.log": "own\n", "session.log": "test_own\n" },
        test_after_own: { "session_server.log": "after own\n" },
        test_anew: { "session_server.log": expect.stringMatching(/^a longer text [^\n]+\n$/) },
        test_shorter: { "session_server.log": "short\n" },
        test_same: { "session_server.log": "short\n" },
        test_again: { "session_server.log": "try 2\n" },
        test_rotated: { "session_server.log": "rotated\n" },
      });
    });
  },
);
