"""Leaves out the tests that ended before the run was cut short, where gate resumes it."""

import pytest

import gate_events
import gate_hooks
import gate_ids
import gate_settings

# While pytest is told what is left out: no option of the suite's does that.
is_leaving_out = False
_ended = None


def has_ended(test):
    return test.id in _ended_tests()


def register(config):
    """In each process that collects, after all else that selects tests."""
    if _ended_tests():
        config.pluginmanager.register(_Resume(config), "gate-resume")


def _ended_tests():
    global _ended
    if _ended is None:
        _ended = gate_settings.ended(gate_events.settings.ended_file)
    return _ended


class _Resume:
    def __init__(self, config):
        self._config = config
        self._leaves_out = False

    @gate_hooks.wrapper
    def pytest_collection_modifyitems(self, items):
        result = yield
        names = gate_ids.TestNames(self._config)
        kept, left_out = [], []
        for item in items:
            test = names.of(item.nodeid, gate_ids.path_of(item))
            (left_out if has_ended(test) else kept).append(item)
        if left_out:
            items[:] = kept
            self._tell(left_out)
        return result

    def _tell(self, left_out):
        global is_leaving_out
        self._leaves_out = True
        getattr(self._config, "workeroutput", {})["gate_left_out"] = True
        is_leaving_out = True
        try:
            self._config.hook.pytest_deselected(items=left_out)
        finally:
            is_leaving_out = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        if getattr(node, "workeroutput", {}).get("gate_left_out"):
            self._leaves_out = True

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        """Where all tests have ended, there is none to run, and nothing wrong with that."""
        if self._leaves_out and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK
