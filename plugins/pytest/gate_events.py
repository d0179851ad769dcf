"""Writes gate's events: a file of its own for every process, below the directory that GATE_EVENTS names."""

import json
import os
import sys
import time
from _thread import RLock

# gate refuses a line over 8 MiB; so many characters fit in one however they are escaped.
MAX_TEXT = 1024 * 1024
# gate takes ids and names of up to 4096.
MAX_ID = 4000
_MOST_PATHS = 10000
_APPEND = os.O_WRONLY | os.O_APPEND
_CREATE = os.O_CREAT | os.O_EXCL


class real:
    """The system's own functions: tests replace what modules hold (freezegun, pyfakefs)."""

    os = os
    open = open
    gmtime = time.gmtime
    strftime = time.strftime
    time = time.time


encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
# Many times faster than the encoder where there is nothing but a text.
encode_text = json.encoder.encode_basestring


def _environment_path(name):
    value = os.environ.get(name)
    return os.path.abspath(value) if value else None


# Taken now: a test may change the directory, the environment and the clock.
EVENTS = _environment_path("GATE_EVENTS")
ARTIFACTS = _environment_path("GATE_ARTIFACTS")
ROOT = _environment_path("GATE_ROOT") or os.getcwd()
_MARK = os.environ.get("GATE_EVENTS", "")


def _read_settings():
    try:
        with open(os.environ["GATE_SETTINGS"], encoding="utf-8") as file:
            found = json.load(file)
    except (KeyError, OSError, ValueError):
        found = {}
    return found if isinstance(found, dict) else {}


class Settings:
    """What gate tells its reporters about the suite."""

    def __init__(self, found):
        self.logs = [glob for glob in found.get("logs", []) if isinstance(glob, str)]
        self.max_log_bytes = int(found.get("maxLogBytes") or 1024 * 1024)
        self.observe = bool(found.get("observe"))
        self.own_modules = frozenset(found.get("ownModules", []))


settings = Settings(_read_settings() if EVENTS else {})


class Writer:
    """Appends events to a file that nobody else writes. Counts before writing: a lost event leaves a gap."""

    def __init__(self, role, runner, version):
        self.role = role
        self.pid = os.getpid()
        self._hello = {"role": role, "runner": {"name": runner, "version": version}, "pid": self.pid}
        self._fd = None
        self._identity = None
        self._deferred = []
        self._path = None
        self._seq = 0
        # Reentrant: a signal handler of the suite may come in between.
        self._lock = RLock()

    def greet(self):
        with self._lock:
            if self._fd is None:
                name = "%d-%s.ndjson" % (self.pid, real.os.urandom(8).hex())
                self._path = "%s%s%s" % (EVENTS, os.sep, name)
                self._open(_CREATE)
                self._append([("hello", self._hello)])

    def write(self, events):
        """Writes pairs of a type and its fields in one piece; throws where that is not possible. The fields are a
        dictionary, or its JSON already.
        """
        with self._lock:
            if self._fd is None:
                self.greet()
            self._append(events)

    def defer(self, kind, fields):
        """Takes an event that can wait for the next one, which is due at once; one write is cheaper than two."""
        self._deferred.append((kind, fields, _timestamp(real.time())))

    def flush(self):
        if self._deferred:
            self.write(())

    def _open(self, flags):
        self._fd = real.os.open(self._path, _APPEND | flags, 0o666)
        found = real.os.fstat(self._fd)
        self._identity = (found.st_ino, found.st_dev)

    def _append(self, events):
        moment = _timestamp(real.time())
        deferred, self._deferred = self._deferred, []
        text, seq = "", self._seq
        for kind, fields, when in (*deferred, *[(*event, moment) for event in events]):
            body = fields if type(fields) is str else _json(fields)
            text += '{"v":1,"seq":%d,"time":"%s","type":"%s",%s\n' % (seq, when, kind, body[1:])
            seq += 1
        self._seq = seq
        # A lone surrogate has no UTF-8; as an escape it is JSON.
        data = text.encode("utf-8", "backslashreplace")
        self._check_descriptor()
        written = real.os.write(self._fd, data)
        while written < len(data):
            written += real.os.write(self._fd, data[written:])

    def _check_descriptor(self):
        """A test may close every descriptor; the number can then be that of a file of its own."""
        try:
            found = real.os.fstat(self._fd)
            if (found.st_ino, found.st_dev) == self._identity:
                return
        except OSError:
            pass
        self._open(0)


def _json(fields):
    try:
        return encode(fields)
    except (TypeError, ValueError, RecursionError):
        return encode(plain(fields))


_second = (None, "")


def _timestamp(now):
    global _second
    whole = int(now)
    if _second[0] != whole:
        _second = (whole, real.strftime("%Y-%m-%dT%H:%M:%S", real.gmtime(whole)))
    return "%s.%03dZ" % (_second[1], int((now - whole) * 1000))


_ADDRESS = " at 0x"


def plain(value, depth=0):
    """Whatever a test hands over as JSON, at worst as text without addresses."""
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) or type(value) is str else str(value)
    if isinstance(value, int):
        # JavaScript's numbers end there.
        return int(value) if abs(value) < 2**53 else str(int(value))
    if isinstance(value, float):
        return float(value) if value - value == 0 else str(float(value))
    if depth < 40:
        if isinstance(value, dict):
            return {str(key): plain(one, depth + 1) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(one, depth + 1) for one in value]
        if isinstance(value, (set, frozenset)):
            return sorted((plain(one, depth + 1) for one in value), key=repr)
    return clip(_text(value))


def _text(value):
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return "%s.%s" % (value.__module__, value.__qualname__)
    if isinstance(value, (os.PathLike, bytes)):
        return os.fsdecode(value)
    try:
        text = repr(value)
    except Exception as error:
        return "<%s: its repr() raised %s>" % (type(value).__name__, type(error).__name__)
    head, *rest = text.split(_ADDRESS)
    return head + "".join(one.lstrip("0123456789abcdefABCDEF") for one in rest)


def json_text(value):
    """A bounded JSON value: what is too long becomes the beginning of its text."""
    made = plain(value)
    text = encode(made)
    return made if len(text) <= MAX_TEXT else clip(text)


def clip(text):
    if len(text) <= MAX_TEXT:
        return text
    return "%s… (%d more characters)" % (text[:MAX_TEXT], len(text) - MAX_TEXT)


def portions(items):
    """So many paths, however long, fit into one line."""
    for start in range(0, len(items), _MOST_PATHS):
        yield items[start : start + _MOST_PATHS]


def chunks(text):
    for start in range(0, len(text), MAX_TEXT):
        yield text[start : start + MAX_TEXT]


def is_nested():
    """Whether this process was started by a test of a runner that reports already."""
    mark = os.environ.get("GATE_REPORTER", "")
    pid, _, events = mark.partition(":")
    return events == _MARK and pid != str(os.getpid())


def claim():
    """Children inherit the mark, so that a runner that a test starts does not report its tests as the suite's."""
    os.environ["GATE_REPORTER"] = "%d:%s" % (os.getpid(), _MARK)


_writer = None
_broken = False


def process_writer():
    """The writer of this process: the reporter's where there is one, a helper's everywhere else."""
    global _writer
    if _writer is None:
        _writer = Writer("helper", "python", "%d.%d.%d" % sys.version_info[:3])
    return _writer


def use_writer(writer):
    global _writer
    _writer = writer


def emit(*events):
    """What a reporter says. A full disk must not break the user's run: gate sees the gap and the missing end."""
    global _broken
    if _broken or EVENTS is None:
        return
    try:
        (_writer or process_writer()).write(events)
    except Exception as error:
        _broken = True
        _complain(error)


def defer(kind, fields):
    if EVENTS is not None:
        process_writer().defer(kind, fields)


def flush():
    if _writer is not None:
        _attempt(_writer.flush)


def greet():
    """So that gate knows of this process even if nothing follows."""
    if EVENTS is not None:
        _attempt(process_writer().greet)


def _attempt(action):
    global _broken
    if _broken:
        return
    try:
        action()
    except Exception as error:
        _broken = True
        _complain(error)


def _complain(error):
    try:
        sys.__stderr__.write("model-gate: the test events could not be written: %s\n" % error)
    except Exception:
        pass


def _after_fork():
    # Two processes must not append to one file.
    use_writer(None)


if EVENTS and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
