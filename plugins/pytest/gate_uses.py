"""Which loaded modules of the repository import which: from their sources, as an import that Python has
already done opens nothing. A module that was not loaded in this run counts for nobody.
"""

import ast
import gc
import os
import sys
import warnings

import gate_events
import gate_ids
from gate_modules import file_of
from gate_system import real

# Reading more would take a minute: then every module counts for every test.
_MOST_BYTES = 64 * 1024 * 1024


def imports_of_loaded(name_of):
    """Sets of paths by path, all below the top level: what each imports, and the conftest.py files above each of
    the test files. And a set of those that count for every test, where there is too much to read.
    """
    files = {}
    for name, module in list(sys.modules.items()):
        path = file_of(module)
        relative = name_of(path) if path is not None else None
        if relative is not None:
            files[name] = relative
    imports = _imports_of(files)
    common = set(files.values()) if imports is None else set()
    return imports or {}, _conftests_above(files), common


def _imports_of(files):
    found, left = {}, _MOST_BYTES
    with _Undisturbed():
        for name, relative in files.items():
            package = name if _is_package(sys.modules.get(name)) else name.rpartition(".")[0]
            wanted = found.setdefault(relative, set())
            wanted.update(_files_of(_parents(name), files))
            if relative.endswith(".py"):
                source = _source(os.path.join(gate_events.ROOT, relative), left)
                left -= len(source)
                if left <= 0:
                    return None
                wanted.update(_files_of(_imported(source, relative, package), files))
            wanted.discard(relative)
    return found


class _Undisturbed:
    """Trees of thousands of nodes that are dropped at once: looking for cycles in them takes most of the time."""

    def __enter__(self):
        self._collects = gc.isenabled()
        gc.disable()
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        # the suite has had them when it was loaded
        warnings.simplefilter("ignore")

    def __exit__(self, *error):
        self._warnings.__exit__(*error)
        if self._collects:
            gc.enable()


def _is_package(module):
    return hasattr(module, "__path__")


def _parents(name):
    """`a` and `a.b` of `a.b.c`: importing one imports those above it."""
    parts = name.split(".")[:-1]
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _files_of(names, files):
    for name in names:
        for one in (*_parents(name), name):
            if one in files:
                yield files[one]


def _source(path, most):
    try:
        with real.open(path, "rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _imported(source, path, package):
    """Full names of everything that the imports of a file may mean, those inside of functions too."""
    try:
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            if base:
                yield base
                for alias in node.names:
                    yield "%s.%s" % (base, alias.name)


def _statements(tree):
    """ast.walk would go through every expression as well."""
    left = [tree]
    while left:
        node = left.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            left.extend(getattr(node, field, ()))


def _absolute(node, package):
    if not node.level:
        return node.module
    parts = package.split(".")
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def _conftests_above(files):
    """pytest loads every conftest.py above a test file for it."""
    conftests = [path for path in files.values() if path.rpartition("/")[2] == "conftest.py"]
    found = {}
    for path in gate_ids.test_files:
        above = {one for one in conftests if one != path and path.startswith(one[: -len("conftest.py")])}
        if above:
            found[path] = above
    return found
