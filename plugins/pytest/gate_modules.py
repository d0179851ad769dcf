"""The modules of the repository's own packages, and the files that they were loaded from."""

import sys

from gate_events import real

_DEEPEST = 20


def file_of(module):
    """The source or the extension that a module was loaded from."""
    spec = getattr(module, "__spec__", None)
    path = getattr(spec, "origin", None) if getattr(spec, "has_location", False) else None
    path = path or getattr(module, "__file__", None)
    return path if isinstance(path, str) and real.isabs(path) else None


class OwnModules:
    def __init__(self, names, tell):
        standard = getattr(sys, "stdlib_module_names", ())
        self._names = frozenset(name for name in names if name not in standard)
        self._tell = tell
        # pairs of a name and a path: one name may be loaded twice, from two places
        self._known = {}

    def take_all(self):
        """Whatever was loaded in a way that nobody saw."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in self._names:
                self._take(name, file_of(module))

    def take_extension(self, name, path):
        if isinstance(name, str) and isinstance(path, str) and name.partition(".")[0] in self._names:
            self._take(name, path)

    def take_executed(self, code):
        """A module is about to run: it may never end, and be killed."""
        if getattr(code, "co_name", None) != "<module>" or not code.co_filename.endswith((".py", ".pyc")):
            return
        parts = code.co_filename.rpartition(".")[0].replace("\\", "/").split("/")
        if parts[-1] == "__init__":
            parts.pop()
        if self._names.isdisjoint(parts):
            return
        started = getattr(getattr(sys.modules.get("__main__"), "__spec__", None), "name", None)
        for length in range(1, min(len(parts), _DEEPEST) + 1):
            if parts[-length] not in self._names:
                continue
            name = ".".join(parts[-length:])
            if name == started:
                self._take(name, code.co_filename)
            elif name in sys.modules:
                self._take(name, file_of(sys.modules[name]))

    def _take(self, name, path):
        if path is None or (name, path) in self._known:
            return
        one = self._known[name, path] = {"name": name[:1000], "path": real.realpath(path)}
        self._tell(one)

    def all(self):
        return list(self._known.values())
