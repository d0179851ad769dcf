"""Which loaded modules of the repository import which: from their sources, as an import that Python has
already done opens nothing. A module that was not loaded in this run counts for nobody.
"""

import ast
import os
import sys

import gate_environment
import gate_events
import gate_ids


def imports_of_loaded(name_of):
    """Sets of paths by path, all below the top level."""
    modules = list(sys.modules.items())
    files = {}
    for name, module in modules:
        path = gate_environment.file_of(module)
        relative = name_of(path) if path is not None else None
        if relative is not None:
            files[name] = relative
    found = {}
    for name, relative in files.items():
        package = name if _is_package(sys.modules.get(name)) else name.rpartition(".")[0]
        wanted = found.setdefault(relative, set())
        wanted.update(_files_of(_parents(name), files))
        if relative.endswith(".py"):
            wanted.update(_files_of(_imported(os.path.join(gate_events.ROOT, relative), package), files))
        wanted.discard(relative)
    _add_conftests(found, files)
    return found


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


def _imported(path, package):
    """Full names of everything that the imports of a file may mean, those inside of functions too."""
    try:
        with gate_events.real.open(path, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            if base:
                yield base
                for alias in node.names:
                    yield "%s.%s" % (base, alias.name)


def _absolute(node, package):
    if not node.level:
        return node.module
    parts = package.split(".")
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def _add_conftests(found, files):
    """pytest loads every conftest.py above a test file for it."""
    conftests = [path for path in files.values() if path.rpartition("/")[2] == "conftest.py"]
    for path, wanted in found.items():
        for conftest in conftests:
            folder = conftest[: -len("conftest.py")]
            if path != conftest and path.startswith(folder) and path in gate_ids.test_files:
                wanted.add(conftest)
