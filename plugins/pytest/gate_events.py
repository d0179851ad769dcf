"""Writes gate's events: a file of its own for every process, below the directory that GATE_EVENTS names.

Every Python of the suite loads this: nothing here imports what Python has not loaded at its start anyway, as tests
may look at what is loaded.
"""

import os
import sys

import gate_settings
from gate_system import is_own, real
from gate_writer import Writer, encode, encode_text

# gate refuses a line over 8 MiB; so many characters fit in one however they are escaped.
MAX_TEXT = 1024 * 1024
# gate takes ids and names of up to 4096.
MAX_ID = 4000
_MOST_PATHS = 10000


def _environment_path(name):
    value = os.environ.get(name)
    return os.path.abspath(value) if value else None


# Taken now: a test may change the directory, the environment and the clock.
EVENTS = _environment_path("GATE_EVENTS")
ARTIFACTS = _environment_path("GATE_ARTIFACTS")
ROOT = _environment_path("GATE_ROOT") or os.getcwd()
_MARK = os.environ.get("GATE_EVENTS", "")


settings = gate_settings.Settings(gate_settings.read() if EVENTS else {})


def portions(items):
    """So many paths, however long, fit into one line."""
    for start in range(0, len(items), _MOST_PATHS):
        yield items[start : start + _MOST_PATHS]


def is_nested():
    """Whether this process was started by a test of a runner that reports already."""
    mark = os.environ.get("GATE_REPORTER", "")
    pid, _, events = mark.partition(":")
    return events == _MARK and pid != str(os.getpid())


def is_claimed():
    """Whether a reporter is at work, in this process or above it."""
    return os.environ.get("GATE_REPORTER", "").partition(":")[2] == _MARK


def claim():
    """Children inherit the mark, so that a runner that a test starts does not report its tests as the suite's."""
    os.environ["GATE_REPORTER"] = "%d:%s" % (os.getpid(), _MARK)


_writer = None
_has_complained = False


def new_writer(role, runner, version):
    return Writer(EVENTS, role, runner, version)


def process_writer():
    """The writer of this process: the reporter's where there is one, a helper's everywhere else."""
    global _writer
    if _writer is None:
        _writer = new_writer("helper", "python", "%d.%d.%d" % sys.version_info[:3])
    return _writer


def use_writer(writer):
    global _writer
    _writer = writer


def emit(*events):
    """What a reporter says. A full disk must not break the user's run: gate sees the gap and the missing end."""
    if EVENTS is not None:
        _attempt(lambda writer: writer.write(events), len(events))


def defer(kind, fields):
    if EVENTS is not None:
        process_writer().defer(kind, fields)


def flush():
    if _writer is not None:
        _attempt(Writer.flush, 0)


def greet():
    """So that gate knows of this process even if nothing follows."""
    if EVENTS is not None:
        _attempt(Writer.greet, 0)


def _attempt(action, events):
    writer = process_writer()
    before = writer.seq
    try:
        action(writer)
    except BaseException as error:
        is_untaken = writer.seq == before
        if isinstance(error, Exception) and is_own(error):
            writer.seq += events if is_untaken else 0
            _complain(error)
            return
        # A signal handler of the suite came in between, and threw: that is for the suite.
        if is_untaken:
            _attempt(action, events)
        raise


def _complain(error):
    global _has_complained
    if _has_complained:
        return
    _has_complained = True
    try:
        sys.__stderr__.write("model-gate: the test events could not be written: %s\n" % error)
    except Exception:
        pass


def _after_fork():
    # Two processes must not append to one file.
    use_writer(None)


if EVENTS and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
