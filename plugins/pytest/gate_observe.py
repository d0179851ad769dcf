"""Notes which files of the repository are opened: by Python's audit hook, started by sitecustomize.

A process that runs tests collects what each of them read. Every other process says it at once, because nobody
knows how it will end.
"""

import atexit
import os
import stat
import sys

import gate_environment
import gate_events
import gate_ids
import gate_uses

_NEVER = frozenset((".git", ".gate", "__pycache__", ".pytest_cache", "node_modules", "site-packages"))
_OWN_PLACE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_WITHOUT_READING = os.O_TRUNC | getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0)
_UNKNOWN = object()


class _Places:
    """Finds out what an opened path is in the repository. Asks the system once for each."""

    def __init__(self, root):
        real = os.path.realpath(root)
        self._roots = tuple({root + os.sep: None, real + os.sep: None})
        self._real_root = real + os.sep
        self._known = {}
        self._folders = {}
        self._environments = {}
        # Python itself, with its environment: thousands of files that are never the repository's
        homes = {os.path.abspath(one) for one in (sys.prefix, sys.exec_prefix, sys.base_prefix)}
        homes |= {os.path.realpath(one) for one in homes}
        inside = [one + os.sep for one in homes if self._is_inside(one)]
        outside = [one + os.sep for one in homes if not root.startswith(one) and not real.startswith(one)]
        self._skipped = (*inside, *outside, _OWN_PLACE, "/proc/", "/sys/", "/dev/")

    def _is_inside(self, path):
        return path.startswith(self._roots) and path + os.sep not in self._roots

    def name_of(self, path):
        """The path below the top level of a file that can be read; None for anything else."""
        if path.startswith(self._skipped):
            return None
        found = self._known.get(path, _UNKNOWN)
        return self._look(path) if found is _UNKNOWN else found

    def _look(self, path):
        if not path.startswith(self._roots) and not self._leads_inside(path):
            return None
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            # it may be there the next time
            return None
        name = None
        if stat.S_ISREG(status.st_mode) and os.access(path, os.R_OK):
            name = self._below(source_of(path))
        self._known[path] = name
        return name

    def _leads_inside(self, path):
        """For what is opened by another way: a symbolic link to the checkout, a bytecode cache elsewhere."""
        prefix = getattr(sys, "pycache_prefix", None)
        if prefix and path.startswith(prefix):
            return source_of(path).startswith(self._roots)
        folder = os.path.dirname(path)
        found = self._folders.get(folder)
        if found is None:
            found = (os.path.realpath(folder) + os.sep).startswith(self._real_root)
            self._folders[folder] = found
        return found

    def _below(self, path):
        real = os.path.realpath(path)
        if not real.startswith(self._real_root):
            # a link in the repository to something outside: what the repository holds is the link
            plain = os.path.normpath(path)
            root = next((one for one in self._roots if plain.startswith(one)), None)
            real = None if root is None else self._real_root + plain[len(root) :]
        if real is None or not os.path.exists(real):
            return None
        name = real[len(self._real_root) :].replace(os.sep, "/")
        return None if self._is_left_out(name) else name

    def _is_left_out(self, name):
        folders = name.split("/")[:-1]
        if not _NEVER.isdisjoint(folders):
            return True
        return any(self._is_environment("/".join(folders[: end + 1])) for end in range(len(folders)))

    def _is_environment(self, folder):
        found = self._environments.get(folder)
        if found is None:
            found = os.path.exists(self._real_root + folder + "/pyvenv.cfg")
            self._environments[folder] = found
        return found


def source_of(path):
    """The source that a bytecode file stands for."""
    if not path.endswith(".pyc"):
        return path
    folder, name = os.path.split(path)
    prefix = getattr(sys, "pycache_prefix", None)
    if prefix and path.startswith(prefix):
        return os.path.join(folder[len(prefix) :], name.partition(".")[0] + ".py")
    if os.path.basename(folder) == "__pycache__":
        return os.path.join(os.path.dirname(folder), name.partition(".")[0] + ".py")
    source = path[:-1]
    return source if os.path.exists(source) else path


def _is_conftest(name):
    """Of a pytest: its tests say which of them are below it."""
    return name.rpartition("/")[2] == "conftest.py" and "_pytest" in sys.modules


class Told:
    """Of a process that runs no tests: each file is said when it is first opened."""

    def __init__(self, test):
        self.test = test
        self._said = set()

    def take(self, name):
        if name not in self._said and not (self.test is None and _is_conftest(name)):
            self._said.add(name)
            gate_events.emit(("reads", {"id": self.test, "paths": [name]}))


class Collected:
    """Of a process that runs tests: for whom each file was opened."""

    def __init__(self, places):
        self.name_of = places.name_of
        self._owners = {}
        self.uses = {}
        self.suite = set()
        # what is being set up, collected or tested right now
        self.fixtures = []
        self.collecting = None
        self.test = None
        self.of_test = set()

    def take(self, name):
        owner = self._importing_file()
        if owner is not None and owner != name:
            self.used(owner, name)
        elif self.fixtures:
            for reads in self.fixtures:
                reads.add(name)
        elif self.test is not None:
            self.of_test.add(name)
        elif self.collecting is not None:
            self.used(self.collecting, name)
        else:
            self.suite.add(name)

    def used(self, owner, name):
        found = self.uses.get(owner)
        if found is None:
            found = self.uses[owner] = set()
        found.add(name)

    def _importing_file(self):
        """The file of the repository whose import is under way, and for which the file was opened."""
        frame = sys._getframe(2)
        while frame is not None:
            code = frame.f_code
            if code.co_name == "<module>" and frame.f_globals.get("__name__") != "__main__":
                owner = self._owner(code.co_filename)
                if owner is not None:
                    return owner
            frame = frame.f_back
        return None

    def _owner(self, path):
        found = self._owners.get(path, _UNKNOWN)
        if found is _UNKNOWN:
            found = self.name_of(path) if os.path.isabs(path) else None
            self._owners[path] = found
        return found


class Ignored:
    """What gate itself opens."""

    def take(self, name):
        pass


class _State:
    places = None
    sink = None


def _hook(event, args):
    if event != "open":
        return
    try:
        path, _, flags = args
        if flags & 3 == os.O_WRONLY or flags & _WITHOUT_READING:
            return
        if type(path) is not str:
            if not isinstance(path, (bytes, os.PathLike)):
                return
            path = os.fsdecode(path)
        if not os.path.isabs(path):
            path = os.path.join(os.getcwd(), path)
        name = _State.places.name_of(path)
        if name is not None:
            _State.sink.take(name)
    except Exception:
        # whatever is wrong here, the suite's open() goes on
        pass


def start():
    """In every process of the suite, as soon as Python has started."""
    _State.places = _Places(gate_events.ROOT)
    _State.sink = Told(os.environ.get("GATE_TEST") or None)
    os.register_at_fork(after_in_child=_after_fork)
    if gate_events.settings.own_modules:
        atexit.register(_tell_modules)
    sys.addaudithook(_hook)


def _after_fork():
    sink = _State.sink
    if isinstance(sink, Collected):
        _State.sink = Told(None if sink.fixtures else sink.test)


def _tell_modules():
    if isinstance(_State.sink, Told):
        modules = gate_environment.own_modules(gate_events.settings.own_modules)
        if modules:
            gate_events.emit(("modules", {"modules": modules}))


def adopt():
    """This process runs tests: collects from here on."""
    if not isinstance(_State.sink, Collected):
        _State.sink = Collected(_State.places)
    return _State.sink


def finish(sink):
    """The events that are left when the tests are over. What is opened from here on is said at once."""
    _State.sink = Ignored()
    static = gate_uses.imports_of_loaded(sink.name_of)
    _State.sink = Told(None)
    atexit.unregister(_tell_modules)
    for owner, names in static.items():
        for name in names:
            sink.used(owner, name)
    explained = set(sink.uses)
    for names in sink.uses.values():
        explained |= names
    # a module that somebody imports is read by those who import it
    explained |= gate_ids.test_files
    rest = sorted(
        name
        for name in sink.suite
        if not name.endswith(".py") or not (name in explained or _is_conftest(name))
    )
    events = [
        ("uses", {"file": owner, "paths": some})
        for owner, names in sorted(sink.uses.items())
        for some in gate_events.portions(sorted(names - {owner}))
    ]
    events += [("reads", {"id": None, "paths": some}) for some in gate_events.portions(rest)]
    return events
