"""Finds the log files in the directories that a test's fixtures hold."""

import os
import stat
import sys
import tempfile

import gate_events
from gate_observed import fixtures_of
from gate_system import real

# In a directory with more entries, nobody looks for the logs of one test.
_MOST_ENTRIES = 20000
_REAL_ROOT = real.realpath(gate_events.ROOT)
# They hold more than one test's files.
_SHARED = tuple(
    real.realpath(one) for one in (gate_events.ROOT, os.path.expanduser("~"), tempfile.gettempdir())
)


def _is_within(path, folder):
    return path == folder or path.startswith(folder.rstrip(real.sep) + real.sep)


# Python and what is installed: no test has made that.
_HOMES = {real.realpath(one) for one in (sys.prefix, sys.exec_prefix, sys.base_prefix)}
_PYTHON = tuple(one for one in _HOMES if not any(_is_within(shared, one) for shared in _SHARED))
_INSTALLED = ("site-packages", "dist-packages")
# The clock of the file system may stand still for so long (in nanoseconds).
_UNSURE = 100_000_000
_PLAIN = (int, float, complex, bool, bytes, list, dict, set, frozenset, type(None))


class LogFile:
    def __init__(self, path, parts, refusal=None):
        self.path = path
        # the fixture's name, then the way from its directory
        self.parts = parts
        self.refusal = refusal
        # with other tests
        self.is_shared = False


class FixtureDirectories:
    def __init__(self, config, matches):
        self._config = config
        self._matches = matches
        # of those that several tests have in common
        self._listings = {}
        # of those: where that was said already
        self._refused = set()

    def files(self, item):
        """One for each file, however many fixtures lead to it."""
        found = {}
        wide = {one.argname for one in fixtures_of(item) if one.scope != "function"}
        for directory, fixtures in self._directories(item).items():
            listings = self._listings if not wide.isdisjoint(fixtures) else {}
            for file in self._search(fixtures[0], directory, listings):
                path = real.realpath(real.dirname(file.path)) + real.sep + file.parts[-1]
                file = found.setdefault(path, file)
                file.is_shared = file.is_shared or not wide.isdisjoint(fixtures)
        return list(found.values())

    def _directories(self, item):
        """The names of the fixtures that hold a directory, by its path."""
        found = {}
        for fixture, value in _values(item):
            for path in _paths_in(value):
                directory = real.realpath(path)
                if directory in found or self._may_search(directory):
                    found.setdefault(directory, []).append(fixture)
        return found

    def _may_search(self, directory):
        temporary = self._temporary()
        if any(_is_within(shared, directory) for shared in (*_SHARED, temporary)):
            return False
        if _is_within(directory, _REAL_ROOT) and not _is_within(directory, temporary):
            return False
        if not _is_within(directory, temporary) and _is_installed(directory):
            return False
        return real.isdir(directory)

    def _temporary(self):
        """Where pytest puts every test's tmp_path; it may be below the repository."""
        base = getattr(getattr(self._config, "_tmp_path_factory", None), "_basetemp", None)
        return real.realpath(str(base)) if base is not None else _SHARED[-1]


    def _search(self, fixture, directory, listings):
        """Does not go through symbolic links: they may lead anywhere."""
        found, folders, entries = [], [""], 0
        while folders:
            folder = folders.pop()
            try:
                listing = self._listing(real.join(directory, folder), folder, listings)
            except OSError as error:
                if folder:
                    reason = error.strerror or type(error).__name__
                    found.append(LogFile(real.join(directory, folder), _parts(fixture, folder), reason))
                continue
            folders += listing.folders
            for name, entry in listing.files:
                found.append(LogFile(entry.path, _parts(fixture, name), _refusal(entry, directory)))
            entries += listing.size
            if entries > _MOST_ENTRIES:
                if directory not in self._refused:
                    reason = "it holds more than %d files" % _MOST_ENTRIES
                    found.append(LogFile(directory, [fixture], reason))
                if listings is self._listings:
                    self._refused.add(directory)
                break
        return found

    def _listing(self, path, folder, listings):
        modified = real.stat(path).st_mtime_ns
        known = listings.get(path)
        if known is None or known.modified != modified or not known.is_sure:
            known = listings[path] = _Listing(path, folder, modified, self._matches)
        return known


class _Listing:
    """One folder: what to look at again as long as nothing comes and goes there."""

    def __init__(self, path, folder, modified, matches):
        # what is added while the clock stands still does not change the time
        self.is_sure = real.time() * 1e9 - modified > _UNSURE
        self.modified = modified
        self.folders = []
        self.files = []
        with real.scandir(path) as listed:
            entries = sorted(listed, key=lambda one: one.name)
        self.size = len(entries)
        for entry in entries:
            name = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                self.folders.append(name + "/")
            elif matches(name):
                self.files.append((name, entry))


def _is_installed(directory):
    parts = directory.split(real.sep)
    return any(one in parts for one in _INSTALLED) or any(_is_within(directory, one) for one in _PYTHON)


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
        path = real.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    except Exception:
        return
    if (
        isinstance(path, str)
        and 0 < len(path) < 4096
        and "\0" not in path
        and real.sep in path
        and real.isabs(path)
    ):
        yield path


def _parts(fixture, name):
    return [fixture, *name.replace("\\", "_").strip("/").split("/")]


def _refusal(entry, directory):
    """Why an entry is not taken; None where it is a file that can be."""
    try:
        status = real.stat(entry.path)
    except OSError as error:
        return "it is a symbolic link to nothing" if entry.is_symlink() else (error.strerror or "it is gone")
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if entry.is_symlink() and not _is_within(real.realpath(entry.path), directory):
        return "it is a symbolic link that leaves the directory"
    return None
