import { expect, it } from "vitest";
import { logsOf, outcomes, PytestProject } from "../rig/pytest-project.ts";
import { describeWithPython, PYTHON_TIMEOUT } from "../rig/python.ts";

const settings = { logs: ["**/*.log"] };

/** Counts what the plugin asks of the file system. */
const COUNTING = `
from gate_system import real
listed = []
scandir = real.scandir
def counting(path):
    listed.append(str(path))
    return scandir(path)
real.scandir = counting
`;

describeWithPython("the search for logs", { timeout: PYTHON_TIMEOUT }, () => {
  it("lists a directory that tests have in common again only when something came or went", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "conftest.py": COUNTING,
      "test_shared.py": `
import os, pytest
from conftest import listed
@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name in "abc":
        (folder / name).mkdir()
        (folder / name / "x.bin").touch()
        os.utime(folder / name, (1, 1))
    (folder / "old.log").write_text("once\\n")
    os.utime(folder, (1, 1))
    return folder
@pytest.mark.parametrize("number", range(50))
def test_one(folder, number): pass
def test_more(folder): (folder / "a" / "new.log").write_text("new")
def test_again(folder):
    with open(folder / "a" / "new.log", "a") as file: file.write(" more")
def test_counted(): assert len(listed) <= 4 + 4, listed
`,
    });
    const run = await project.run([], { settings });
    expect(outcomes(run.tests).test_counted).toBe("passed");
    expect(logsOf(run.tests, "test_one[0]")).toEqual({ "old.log": "once\n" });
    expect(logsOf(run.tests, "test_one[1]")).toEqual({});
    expect(logsOf(run.tests, "test_more")).toEqual({ "new.log": "new" });
    expect(logsOf(run.tests, "test_again")).toEqual({ "new.log": " more" });
  });

  it("leaves out Python and what is installed, and says once that there is too much", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "conftest.py": COUNTING,
      "test_places.py": `
import pathlib, sys, sysconfig, pytest
import gate_directories
from conftest import listed
gate_directories._MOST_ENTRIES = 3
@pytest.fixture(scope="session")
def python(): return [sys.base_prefix, sys.prefix, sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")]
@pytest.fixture(scope="session")
def full(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    for number in range(5): (folder / f"{number}.log").touch()
    return folder
def test_python(python): pass
def test_listed(): assert listed == []
def test_first(full): pass
def test_second(full): pass
`,
    });
    const run = await project.run([], { settings });
    expect(outcomes(run.tests)).toMatchObject({ test_python: "passed", test_listed: "passed" });
    expect(logsOf(run.tests, "test_python")).toEqual({});
    expect(Object.keys(logsOf(run.tests, "test_first"))).toContain("full.not-copied.txt");
    expect(Object.keys(logsOf(run.tests, "test_second"))).not.toContain("full.not-copied.txt");
  });

  it("knows the records that a copied log holds, however many there are", async () => {
    const project = await PytestProject.create(9);
    project.write({
      "conftest.py": "import gate_logs\ngate_logs._MOST_SEARCHED = 10_000\n",
      "test_records.py": `
import logging
def test_records(tmp_path):
    handler = logging.FileHandler(tmp_path / "app.log")
    handler.setFormatter(logging.Formatter("%(asctime)s [%(levelname)s] %(name)s - %(message)s"))
    logger = logging.getLogger("app")
    logger.addHandler(handler); logger.setLevel("INFO")
    for number in range(300): logger.info("request %d was answered", number)
    logger.removeHandler(handler); handler.close()
    logger.info("said elsewhere")
`,
    });
    const run = await project.run([], { settings });
    const logs = logsOf(run.tests, "test_records");
    expect(logs["logging.log"]).toMatch(/^INFO +app:test_records\.py:\d+ said elsewhere\n$/);
  });
});
