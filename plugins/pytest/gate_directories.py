"""Finds the log files in the directories that a test's fixtures hold."""

import os
import stat
import tempfile

import gate_events
from gate_events import real
from gate_observed import fixtures_of

# In a directory with more entries, nobody looks for the logs of one test.
_MOST_ENTRIES = 20000
_REAL_ROOT = os.path.realpath(gate_events.ROOT)
# They hold more than one test's files.
_SHARED = tuple(
    os.path.realpath(one) for one in (gate_events.ROOT, os.path.expanduser("~"), tempfile.gettempdir())
)
_PLAIN = (int, float, complex, bool, bytes, list, dict, set, frozenset, type(None))


class LogFile:
    def __init__(self, path, parts, refusal=None):
        self.path = path
        # the fixture's name, then the way from its directory
        self.parts = parts
        self.refusal = refusal


class FixtureDirectories:
    def __init__(self, config):
        self._config = config

    def files(self, item, matches):
        """One for each file, however many fixtures lead to it."""
        found = {}
        for fixture, directory in self._directories(item):
            for file in _search(fixture, directory, matches):
                found.setdefault(os.path.realpath(os.path.dirname(file.path)) + os.sep + file.parts[-1], file)
        return list(found.values())

    def _directories(self, item):
        found = {}
        for fixture, value in _values(item):
            for path in _paths_in(value):
                directory = os.path.realpath(path)
                if directory not in found and self._may_search(directory):
                    found[directory] = fixture
        return [(fixture, directory) for directory, fixture in found.items()]

    def _may_search(self, directory):
        temporary = self._temporary()
        if any(_is_within(shared, directory) for shared in (*_SHARED, temporary)):
            return False
        if _is_within(directory, _REAL_ROOT) and not _is_within(directory, temporary):
            return False
        return real.os.path.isdir(directory)

    def _temporary(self):
        """Where pytest puts every test's tmp_path; it may be below the repository."""
        base = getattr(getattr(self._config, "_tmp_path_factory", None), "_basetemp", None)
        return os.path.realpath(str(base)) if base is not None else _SHARED[-1]


def _is_within(path, folder):
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _values(item):
    """What the fixtures of a test hold, also of one whose setup was broken off."""
    found = dict(getattr(item, "funcargs", None) or {})
    for definition in fixtures_of(item):
        cached = getattr(definition, "cached_result", None)
        if cached is not None and cached[2] is None:
            found.setdefault(definition.argname, cached[0])
    return list(found.items())


def _paths_in(value):
    if isinstance(value, (list, tuple)):
        for one in value[:100]:
            yield from _path_of(one)
    else:
        yield from _path_of(value)


def _path_of(value):
    """The path that a value is, or that it has."""
    if isinstance(value, _PLAIN) or isinstance(value, type):
        return
    if isinstance(value, tempfile.TemporaryDirectory):
        value = value.name
    if not isinstance(value, (str, os.PathLike)):
        try:
            value = getattr(value, "path", None)
        except Exception:
            # the suite's own property
            return
    try:
        path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    except Exception:
        return
    if (
        isinstance(path, str)
        and 0 < len(path) < 4096
        and "\0" not in path
        and os.sep in path
        and os.path.isabs(path)
    ):
        yield path


def _search(fixture, directory, matches):
    """Does not go through symbolic links: they may lead anywhere."""
    found, folders, entries = [], [""], 0
    while folders:
        folder = folders.pop()
        try:
            listed = sorted(real.os.scandir(os.path.join(directory, folder)), key=lambda one: one.name)
        except OSError as error:
            if folder:
                reason = error.strerror or type(error).__name__
                found.append(LogFile(os.path.join(directory, folder), _parts(fixture, folder), reason))
            continue
        for entry in listed:
            entries += 1
            name = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(name + "/")
            elif matches(name):
                refusal = _refusal(entry, directory)
                found.append(LogFile(entry.path, _parts(fixture, name), refusal))
        if entries > _MOST_ENTRIES:
            reason = "it holds more than %d files" % _MOST_ENTRIES
            found.append(LogFile(directory, [fixture], reason))
            break
    return found


def _parts(fixture, name):
    return [fixture, *name.replace("\\", "_").strip("/").split("/")]


def _refusal(entry, directory):
    """Why an entry is not taken; None where it is a file that can be."""
    try:
        status = real.os.stat(entry.path)
    except OSError as error:
        return "it is a symbolic link to nothing" if entry.is_symlink() else (error.strerror or "it is gone")
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if entry.is_symlink() and not _is_within(os.path.realpath(entry.path), directory):
        return "it is a symbolic link that leaves the directory"
    return None
