"""Logs in directories that several tests have in common: each test gets what was written while it ran."""

from gate_system import real

_COMPARED = 256


class SharedLogs:
    def __init__(self):
        # by path, as it was when the running test began
        self._known = {}

    def begin(self):
        """Another test, or another attempt, begins."""
        for path in list(self._known):
            mark = _mark(path)
            if mark is None:
                del self._known[path]
            else:
                self._known[path] = mark

    def start_of(self, path):
        """Where in the file begins what the running test has written; None where it has written nothing."""
        before = self._known.setdefault(path, None)
        now = real.stat(path)
        if before is None or before.file != _identity(now) or now.st_size < before.size:
            return 0
        if now.st_size == before.size:
            # written anew with the same words, or not at all
            return None if now.st_mtime_ns == before.modified else 0
        return before.size if _end_before(path, before.size) == before.end else 0


class _Mark:
    def __init__(self, path):
        status = real.stat(path)
        self.file = _identity(status)
        self.size = status.st_size
        self.modified = status.st_mtime_ns
        self.end = _end_before(path, self.size)


def _mark(path):
    try:
        return _Mark(path)
    except OSError:
        return None


def _identity(status):
    return (status.st_dev, status.st_ino)


def _end_before(path, size):
    """What tells a file that goes on from one that was emptied and filled again."""
    with real.open(path, "rb") as file:
        file.seek(max(0, size - _COMPARED))
        return file.read(min(size, _COMPARED))
