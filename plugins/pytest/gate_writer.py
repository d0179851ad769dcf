"""Appends gate's events to a file."""

import os
from _thread import RLock

from gate_system import real

try:
    from _json import encode_basestring as encode_text
except ImportError:
    from json.encoder import encode_basestring as encode_text

# What could not be written waits for the next attempt, up to so many bytes.
_MOST_WAITING = 8 * 1024 * 1024
_APPEND = os.O_WRONLY | os.O_APPEND
_CREATE = os.O_CREAT | os.O_EXCL


class Json(str):
    """A value that is encoded already."""


def encode(value):
    """JSON of what an event is made of. Values of the suite are encoded before, by gate_values."""
    if isinstance(value, Json):
        return str(value)
    if isinstance(value, str):
        return encode_text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join([encode(one) for one in value])
    if isinstance(value, dict):
        return "{%s}" % ",".join(["%s:%s" % (encode_text(key), encode(one)) for key, one in value.items()])
    raise TypeError("no JSON for %s" % type(value).__name__)


class Writer:
    """Appends events to a file that nobody else writes. An event that is lost leaves a gap in the numbers."""

    def __init__(self, folder, role, runner, version):
        self._folder = folder
        self.role = role
        self.pid = os.getpid()
        self.seq = 0
        self._hello = {"role": role, "runner": {"name": runner, "version": version}, "pid": self.pid}
        if role == "main":
            # the reporter leaves out what has ended (gate_resume)
            self._hello["resumes"] = True
        self._fd = None
        self._identity = None
        self._deferred = []
        self._path = None
        # what is still to be written, where the file ends, and whether that is sure
        self._waiting = b""
        self._end = 0
        self._is_broken_off = False
        # Reentrant: a signal handler of the suite may come in between.
        self._lock = RLock()

    def greet(self):
        with self._lock:
            if self._path is None:
                self._take(())
                self._write_waiting()

    def write(self, events):
        """Writes pairs of a type and its fields in one piece; throws where that is not possible, and tries it again
        with the next ones. The fields are a dictionary, or its JSON already.
        """
        with self._lock:
            self._take(events)
            self._write_waiting()

    def defer(self, kind, fields):
        """Takes an event that can wait for the next one, which is due at once; one write is cheaper than two."""
        self._deferred.append((kind, fields, _timestamp(real.time())))

    def flush(self):
        if self._deferred:
            self.write(())

    def _open(self, flags):
        self._fd = real.os_open(self._path, _APPEND | flags, 0o666)
        found = real.fstat(self._fd)
        self._identity = (found.st_ino, found.st_dev)

    def _take(self, events):
        moment = _timestamp(real.time())
        named, first = self._path, ()
        if named is None:
            named = "%s%s%d-%s.ndjson" % (self._folder, os.sep, self.pid, real.urandom(8).hex())
            first = (("hello", self._hello, moment),)
        text, seq = "", self.seq
        for kind, fields, when in (*first, *self._deferred, *[(*event, moment) for event in events]):
            body = fields if type(fields) is str else encode(fields)
            text += '{"v":1,"seq":%d,"time":"%s","type":"%s",%s\n' % (seq, when, kind, body[1:])
            seq += 1
        # A lone surrogate has no UTF-8; as an escape it is JSON.
        data = text.encode("utf-8", "backslashreplace")
        if len(self._waiting) > _MOST_WAITING:
            data = b""
        self._path, self.seq, self._deferred, self._waiting = named, seq, [], self._waiting + data

    def _write_waiting(self):
        if self._fd is None:
            self._open(_CREATE)
        size = self._size()
        if self._is_broken_off:
            # by a signal handler of the suite, which may have come after the system had written
            self._waiting = self._waiting[max(0, size - self._end) :]
        self._end, self._is_broken_off = size, True
        while self._waiting:
            written = real.write(self._fd, self._waiting)
            self._end, self._waiting = self._end + written, self._waiting[written:]
        self._is_broken_off = False

    def _size(self):
        """A test may close every descriptor; the number can then be that of a file of its own."""
        try:
            found = real.fstat(self._fd)
            if (found.st_ino, found.st_dev) == self._identity:
                return found.st_size
        except OSError:
            pass
        self._open(0)
        return real.fstat(self._fd).st_size


_second = (None, "")


def _timestamp(now):
    global _second
    whole = int(now)
    if _second[0] != whole:
        _second = (whole, real.strftime("%Y-%m-%dT%H:%M:%S", real.gmtime(whole)))
    return "%s.%03dZ" % (_second[1], int((now - whole) * 1000))
