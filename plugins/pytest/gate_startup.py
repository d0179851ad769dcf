"""What happens at the start of every Python of the suite."""

import atexit
import os
import sys

import gate_events


# The plugin sets it.
plugin_loaded = False
_has_started = False
# What notes the opened files, where gate wants to know them; it is not loaded where nobody asks.
observer = None


def start():
    global observer, _has_started
    _has_started = True
    if gate_events.settings.observe and hasattr(sys, "addaudithook"):
        import gate_observe

        observer = gate_observe
        observer.start()
    if not gate_events.is_nested():
        # read now: the suite may change it
        atexit.register(_tell_of_lost_plugin, os.environ.get("PYTEST_ADDOPTS", ""))


def ensure():
    """A sitecustomize of the project's own that comes first on the path hides the one that starts this."""
    if gate_events.EVENTS is None or _has_started:
        return
    start()
    if observer is not None:
        observer.catch_up()


def _tell_of_lost_plugin(options):
    # `import pytest` alone does not load this one: only the start of a run does
    if plugin_loaded or "_pytest.setupplan" not in sys.modules or not _runs_tests(sys.argv[1:]):
        return
    gate_events.emit(("unreported", {"runner": "pytest", "reason": _reason(options)}))


def _runs_tests(arguments):
    informing = ("--version", "-V", "--help", "-h", "--markers", "--fixtures", "--collect-only", "--co")
    return not any(argument in informing for argument in arguments)


def _reason(options):
    if "gate_pytest" not in options:
        return "PYTEST_ADDOPTS was replaced"
    if any("no:gate_pytest" in one for one in (options, *sys.argv)):
        return "-p no:gate_pytest was given"
    if "gate_pytest" not in os.environ.get("PYTEST_ADDOPTS", ""):
        return "PYTEST_ADDOPTS was replaced"
    return "the plugin gate_pytest was not loaded"
