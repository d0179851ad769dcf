"""Tells gate which tests there are and how they ended. Registered with the pytest that knows: xdist's controller."""

import os

import pytest

import gate_environment
import gate_events
import gate_ids
import gate_items
import gate_markers
import gate_outcomes
import gate_resume
import gate_selection
import gate_values

_PLANNED_AT_ONCE = 2000


class _Running:
    def __init__(self, test):
        self.test = test
        self.attempt = gate_outcomes.Attempt()
        self.details = {}
        self.reran = False


class Reporter:
    def __init__(self, config):
        self._config = config
        self.items = gate_items.Items(config, self)
        self._forked = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._be_silent)
        self._names = None
        # gate's tests by pytest's node id, in the order in which they run
        self._waiting = {}
        self._left = 0
        self._running = {}
        self._ended = 0
        self._whole = True
        self._distributed = False
        self._finished = False
        self._accelerators = {}
        self._collected = set()
        self._foreign = {}

    @property
    def names(self):
        if self._names is None:
            self._names = gate_ids.TestNames(self._config)
        return self._names

    def _be_silent(self):
        """A test that forks and does not stop its child runs the rest of pytest twice."""
        self._forked = True

    def _say(self, kind, fields):
        if not self._forked:
            gate_events.emit((kind, fields))

    # What is about to run

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self):
        self._foreign = gate_selection.foreign_options(self._config)
        gate_selection.tell_uncounted(self._foreign)
        gate_selection.register(self._config, self._foreign)
        gate_resume.register(self._config)

    def plan(self, tests):
        """Takes pairs of a node id and gate's test."""
        option = self._config.option
        if getattr(option, "showfixtures", False) or getattr(option, "show_fixtures_per_test", False):
            return
        for nodeid, test in tests:
            self._waiting.setdefault(nodeid, []).append(test)
        self._left += len(tests)
        for start in range(0, len(tests), _PLANNED_AT_ONCE):
            some = tests[start : start + _PLANNED_AT_ONCE]
            self._say("plan", '{"tests":[%s]}' % ",".join(test.encoded for _, test in some))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        # a worker of a pytest that a test started is no helper of this suite
        self._distributed = True
        node.workerinput["gate_places"] = self.names.places
        node.workerinput["gate_foreign"] = self._foreign

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        if not self._waiting and not self._ended:
            markers = gate_markers.left_by(node.gateway.id)
            tests = [
                (nodeid, self.names.of(nodeid, markers=markers.get(place)))
                for place, nodeid in enumerate(ids)
            ]
            gate_ids.test_files.update(test.file for _, test in tests)
            self.plan(tests)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node, error):
        self._accelerators.update(getattr(node, "workeroutput", {}).get("gate_accelerators", {}))

    def pytest_collectreport(self, report):
        if report.outcome == "failed":
            self._of_file(report, "error", gate_outcomes.failure_text(report))
        elif report.outcome == "skipped":
            self._of_file(report, "skipped", gate_outcomes.reason_of(report))

    def _of_file(self, report, outcome, message):
        if report.nodeid not in self._collected:
            self._collected.add(report.nodeid)
            self.report_whole(self.names.of(report.nodeid), outcome, message)

    def report_whole(self, test, outcome, message):
        """Something that stands for the tests which nobody got to see."""
        if gate_resume.has_ended(test):
            return
        self._say("test-start", test.encoded)
        self._end(test, gate_outcomes.Ending(outcome, message), 0.0, {})

    # What happens

    def describe(self, nodeid, details):
        running = self._running.get(nodeid)
        if running is not None:
            running.details = details

    def pytest_runtest_logstart(self, nodeid):
        self._run(nodeid)
        self.items.start(nodeid)

    def _run(self, nodeid):
        running = self._running.get(nodeid)
        if running is None:
            waiting = self._waiting.get(nodeid)
            test = waiting.pop(0) if waiting else self.names.of(nodeid)
            running = self._running[nodeid] = _Running(test)
            self._say("test-start", test.encoded)
        return running

    def pytest_runtest_logreport(self, report):
        running = self._run(report.nodeid)
        self.items.mark(report)
        running.attempt.add(report)
        self.items.report(report)
        if report.when not in ("setup", "call", "teardown"):
            # xdist tells of a worker that died with its test; nothing comes after that
            self._finish(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid):
        self.items.finish(nodeid)
        self._finish(nodeid)

    def _finish(self, nodeid):
        running = self._running.get(nodeid)
        if running is None:
            return
        attempt = running.attempt
        if attempt.reran:
            running.attempt, running.reran = gate_outcomes.Attempt(), True
            return
        ending = attempt.ending()
        if ending is None:
            return
        del self._running[nodeid]
        if (running.reran or attempt.is_retry) and ending.outcome == "passed":
            ending = gate_outcomes.Ending("flaky", "passed only when it was tried again")
        self._end(running.test, ending, attempt.duration, _properties(running.details, attempt))

    def _end(self, test, ending, duration, properties):
        self._ended += 1
        fields = '{"id":%s,"outcome":"%s","duration":%.6f,"message":%s,"properties":%s}' % (
            test.encoded_id,
            ending.outcome,
            duration,
            "null" if ending.message is None else gate_events.encode_text(ending.message),
            gate_events.encode(properties) if properties else "{}",
        )
        self._left -= 1
        if self._left > 0 and not self._distributed and not self._forked:
            # the start of the next test is due at once
            gate_events.defer("test-end", fields)
        else:
            self._say("test-end", fields)

    # How it ended

    def pytest_keyboard_interrupt(self, excinfo):
        # pytest stops itself in the same way, after errors in collection and at --maxfail
        if not isinstance(excinfo.value, pytest.Session.Interrupted):
            self._whole = False

    def pytest_internalerror(self):
        self._whole = False

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus):
        outcome = yield
        if not self._forked:
            gate_events.flush()
        broken = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)
        if outcome.excinfo is not None or exitstatus in broken:
            self._whole = False
        self.finish()

    def finish(self):
        """Without an end, gate knows that the run was cut short."""
        if self._finished or not self._whole or self._forked:
            return
        self._finished = True
        observed = self._config.pluginmanager.get_plugin("gate-observed")
        if observed is not None:
            observed.finish()
        self._say("environment", gate_environment.environment(self._accelerators))
        self._say("end", {"tests": self._ended})
        # what comes after it is a helper's
        gate_events.use_writer(None)


def _properties(details, attempt):
    properties = {str(name): gate_values.json_text(value) for name, value in attempt.user_properties}
    for name, value in details.items():
        properties.setdefault(name, value)
    counts = attempt.subtest_counts()
    if counts:
        properties.setdefault("subtests", counts)
    return properties
