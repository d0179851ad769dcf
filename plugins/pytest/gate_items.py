"""Follows every test in the process that runs it: its logs, its details, what it reads."""

import pytest

import gate_environment
import gate_events
import gate_ids
import gate_logs
import gate_observed
import gate_outcomes
import gate_record

# They say how pytest runs the test, not what the test is about.
_MECHANICAL = frozenset(("parametrize", "usefixtures", "filterwarnings", "skip", "skipif", "xfail"))


class Items:
    def __init__(self, config, reporter):
        self._config = config
        self._reporter = reporter
        # by node id, in the order in which they run
        self._waiting = {}
        self._logs = gate_logs.LogCollector(config)
        self._repeats = False
        self._current = None
        self._item = None
        self._observed = gate_observed.register(config, reporter is not None)

    def pytest_collection_finish(self, session):
        names = self._reporter.names if self._reporter else gate_ids.TestNames(self._config)
        tests = [(item.nodeid, names.of(item.nodeid, _path_of(item))) for item in session.items]
        for nodeid, test in tests:
            self._waiting.setdefault(nodeid, []).append(test)
        gate_ids.test_files.update(test.file for _, test in tests)
        if self._reporter is not None:
            self._reporter.plan(tests)

    def start(self, nodeid):
        waiting = self._waiting.get(nodeid)
        # xdist's controller hears of every test, and runs none
        if not waiting:
            return
        self._current = test = waiting[0]
        gate_record.begin(test.id)
        if self._repeats:
            self._repeats = False
            self._logs.attempt(len(getattr(self._item, "_report_sections", ())))
            return
        self._logs.begin()
        if self._observed is not None:
            self._observed.begin(test)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        """After the call, or after a setup that failed; before any fixture has cleaned up."""
        if self._current is None:
            return
        self._item = item
        self._tell_details(item)
        # pytest-rerunfailures counts the attempts there
        if hasattr(item, "execution_count"):
            self._logs.hold()
        if self._observed is not None:
            self._observed.add_fixtures(item)
        self._logs.copy_files(item, self._current.id)

    def report(self, report):
        test = self._current
        if test is None:
            return
        if report.outcome == "rerun":
            # pytest-rerunfailures goes on with the same test
            self._repeats = True
        elif gate_outcomes.is_subtest(report):
            # pytest captures its output apart
            self._logs.tell(test.id, report.sections)
        elif report.when == "teardown" and report.sections:
            self._logs.tell_sections(test.id, report)

    def finish(self, nodeid):
        test = self._current
        if test is None or self._repeats:
            return
        self._waiting[nodeid].pop(0)
        self._current = self._item = None
        self._logs.end()
        gate_record.end()
        if self._observed is not None:
            self._observed.end(test)

    def _tell_details(self, item):
        details = {}
        markers = _markers(item)
        if markers:
            details["markers"] = markers
        callspec = getattr(item, "callspec", None)
        if callspec is not None and callspec.params:
            details["params"] = {
                str(name): gate_events.json_text(value) for name, value in callspec.params.items()
            }
        if details:
            self.describe(item.nodeid, details)

    def describe(self, nodeid, details):
        self._reporter.describe(nodeid, details)


class WorkerItems(Items):
    """In a worker of xdist, whose controller tells the results."""

    def __init__(self, config):
        super().__init__(config, None)

    def pytest_runtest_logstart(self, nodeid):
        self.start(nodeid)

    def pytest_runtest_logreport(self, report):
        self.report(report)

    def pytest_runtest_logfinish(self, nodeid):
        self.finish(nodeid)

    def describe(self, nodeid, details):
        for name, value in details.items():
            gate_events.emit(("property", {"id": self._current.id, "name": name, "value": value}))

    def pytest_sessionfinish(self):
        self._config.workeroutput["gate_accelerators"] = gate_environment.loaded_accelerators()


def begin_worker(config):
    gate_events.use_writer(gate_events.Writer("helper", "pytest-xdist", pytest.__version__))
    gate_events.greet()
    config.pluginmanager.register(WorkerItems(config), "gate-items")


def _path_of(item):
    path = getattr(item, "path", None) or getattr(item, "fspath", None)
    return None if path is None else str(path)


def _markers(item):
    found = []
    for mark in item.iter_markers():
        if mark.name in _MECHANICAL:
            continue
        one = {"name": mark.name}
        if mark.args:
            one["args"] = gate_events.json_text(mark.args)
        if mark.kwargs:
            one["kwargs"] = gate_events.json_text(mark.kwargs)
        found.append(one if len(one) > 1 else mark.name)
    return found[::-1]
