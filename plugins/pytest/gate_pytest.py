"""gate's plugin for pytest, loaded by `-p gate_pytest` where gate runs a suite; it does nothing anywhere else.

PYTEST_DONT_REWRITE: there are no assertions in here.
"""

import os
import re

import pytest

import gate_events
import gate_items
import gate_record as gate_record_module
import gate_reporter
import gate_startup
import gate_values
from gate_ids import Test, below_root

gate_startup.ensure()

# The configuration that this process reports for; another one is that of a pytest that a test started in it.
_owner = None
_reporter = None
_options = None


def _own(config):
    """Greets gate where this is the suite's pytest, and not one that a test started."""
    global _owner, _reporter
    if gate_events.EVENTS is None or _owner is not None or gate_events.is_nested():
        return
    gate_events.claim()
    _owner = config
    gate_events.use_writer(gate_events.new_writer("main", "pytest", pytest.__version__))
    gate_events.greet()
    _reporter = gate_reporter.Reporter(config)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    gate_startup.plugin_loaded = True
    _own(early_config)
    outcome = yield
    error = outcome.excinfo[1] if outcome.excinfo else None
    path = getattr(error, "path", None)
    if path is not None and _owner is early_config:
        # a conftest that cannot be imported: pytest stops here
        test = Test(below_root(str(path)), os.path.basename(str(path)), below_root(str(path)))
        _reporter.report_whole(test, "error", gate_values.clip("%s: %s" % (type(error).__name__, error)))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    gate_startup.plugin_loaded = True
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        if "gate_places" in worker and gate_events.EVENTS is not None:
            gate_items.begin_worker(config)
    elif _owner is None:
        # loaded too late for the hook before, by something other than the command line
        _own(config)
    if config is _owner:
        if gate_events.settings.collect_on:
            # a test file that is to fail, and cannot be imported yet, must not stop the others
            config.option.continue_on_collection_errors = True
        config.pluginmanager.register(_reporter, "gate-reporter")
        config.pluginmanager.register(_reporter.items, "gate-items")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """A pytest that a test starts may not find this plugin, and has nothing to report. Not before: a conftest.py may
    start pytest anew in place of this process.
    """
    global _options
    config = session.config
    runs_tests = config is _owner and not config.pluginmanager.hasplugin("dsession")
    # xdist's controller runs none, and starts its workers from its own environment
    if not runs_tests and "gate_places" not in getattr(config, "workerinput", {}):
        return
    _options = os.environ.pop("PYTEST_ADDOPTS", None)
    left = re.sub(r"(?:^|\s+)-p gate_\w+\b", "", _options or "")
    if left:
        os.environ["PYTEST_ADDOPTS"] = left


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    outcome = yield
    if config is _owner and outcome.excinfo is None:
        _release()


def _release():
    """The run ended, and said how. A script may start pytest once more."""
    global _owner, _reporter, _options
    reporter, _owner, _reporter = _reporter, None, None
    reporter.finish()
    if _options is not None:
        os.environ["PYTEST_ADDOPTS"], _options = _options, None


@pytest.fixture(scope="session")
def gate_record():
    """Records prompts, turns, tool calls and properties for the running test."""
    return gate_record_module.gate_record
