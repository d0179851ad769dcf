"""Follows every test in the process that runs it: its logs, its details, what it reads."""

import pytest

import gate_attempts
import gate_environment
import gate_events
import gate_ids
import gate_logs
import gate_markers
import gate_observed
import gate_outcomes
import gate_record
import gate_resume
import gate_selection
import gate_values


class Items:
    def __init__(self, config, reporter):
        self._config = config
        self._reporter = reporter
        # by node id, in the order in which they run
        self._waiting = {}
        self._logs = gate_logs.LogCollector(config)
        self._params = gate_values.JsonTexts()
        self._repeats = False
        # whether pytest has said how the test ended, and whether its new attempt was announced
        self._is_decided = False
        self._is_announced = False
        self._attempts = gate_attempts.Attempts(self._try_again)
        config.pluginmanager.register(self._attempts, "gate-attempts")
        self._current = None
        self._item = None
        self._observed = gate_observed.register(config, reporter is not None)

    def pytest_collection_finish(self, session):
        names = self._reporter.names if self._reporter else gate_ids.TestNames(self._config)
        tests = [
            (item.nodeid, names.of(item.nodeid, gate_ids.path_of(item), gate_markers.plain(item)))
            for item in session.items
        ]
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
        repeats, self._repeats = self._repeats and self._current is waiting[0], False
        self._current = test = waiting[0]
        self._is_decided = False
        gate_record.begin(test.id)
        self._is_announced = False
        if repeats:
            self._try_again(self._item)
            self._is_announced = True
            return
        self._attempts.begin()
        self._logs.begin()
        if self._observed is not None:
            self._observed.begin(test)

    def _try_again(self, item):
        if self._is_announced:
            self._is_announced = False
        else:
            self._logs.attempt(len(getattr(item, "_report_sections", ())))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        """After the call, or after a setup that failed; before any fixture has cleaned up."""
        if self._current is None:
            return
        self._item = item
        self._attempts.torn_down(item)
        self._tell_details(item)
        if gate_attempts.may_run_again(item):
            self._logs.hold()
        if self._observed is not None:
            self._observed.add_fixtures(item, self._current)
        self._logs.copy_files(item, self._current.id)

    def mark(self, report):
        """For the process that tells the results; xdist takes the mark there."""
        if self._attempts.is_retry:
            report.gate_is_retry = True

    def report(self, report):
        test = self._current
        if test is None:
            return
        if report.when == "call" or not report.passed:
            self._is_decided = True
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
        if not self._is_decided:
            # flaky reports nothing of an attempt that is not the last
            self._repeats = True
            return
        self._waiting[nodeid].pop(0)
        self._current = self._item = None
        self._logs.end()
        gate_record.end()
        if self._observed is not None:
            self._observed.end(test)

    def _tell_details(self, item):
        details = {}
        markers = gate_markers.whole(item)
        if markers:
            details["markers"] = markers
        callspec = getattr(item, "callspec", None)
        if callspec is not None and callspec.params:
            details["params"] = {
                str(name): self._params.of(value) for name, value in callspec.params.items()
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        self.mark(report)
        self.report(report)

    def pytest_runtest_logfinish(self, nodeid):
        self.finish(nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session):
        """Before xdist tells the controller, which plans the tests and has none of them itself."""
        super().pytest_collection_finish(session)
        gate_markers.leave(self._config.workerinput["workerid"], session.items)

    def describe(self, nodeid, details):
        for name, value in details.items():
            gate_events.emit(("property", {"id": self._current.id, "name": name, "value": value}))

    def pytest_sessionfinish(self):
        self._config.workeroutput["gate_accelerators"] = gate_environment.loaded_accelerators()


def begin_worker(config):
    gate_events.use_writer(gate_events.new_writer("helper", "pytest-xdist", pytest.__version__))
    gate_events.greet()
    config.pluginmanager.register(WorkerItems(config), "gate-items")
    # every worker collects the same
    if config.workerinput["workerid"] == "gw0":
        gate_selection.register(config, config.workerinput["gate_foreign"])
    gate_resume.register(config)
