"""Tells gate which tests exist and were not selected to run, by which option, and who asked for that."""

import os
import shlex
import sys

import pytest

import gate_events
import gate_hooks
import gate_ids
import gate_resume

# What pytest remembers on this machine decides then, and no file of the repository.
_OF_CACHE = {"_pytest.cacheprovider": "--lf", "_pytest.stepwise": "--stepwise"}
_OF_PYTEST = {
    ("_pytest.mark", "deselect_by_keyword"): "keyword",
    ("_pytest.mark", "deselect_by_mark"): "markexpr",
    ("_pytest.main", "pytest_collection_modifyitems"): "deselect",
}
_FLAGS = {"keyword": "-k", "markexpr": "-m", "deselect": "--deselect"}
# They keep tests from being collected, so that nobody counts these.
_UNCOUNTED = {"ignore": "--ignore", "ignore_glob": "--ignore-glob", "inifilename": "-c", "file_or_dir": ""}
_SELECTING_SETTINGS = ("addopts", "testpaths", "norecursedirs", "python_")


def foreign_options(config):
    """The selecting options that are in force because the shell has them in PYTEST_ADDOPTS: their names in
    pytest's own namespace, and how they are written. gate.yaml says nothing of them.
    """
    inherited = gate_events.settings.inherited_options
    given = os.environ.get("PYTEST_ADDOPTS", "")
    if not inherited or inherited not in given:
        return {}
    try:
        own = [*config.getini("addopts"), *shlex.split(given.replace(inherited, "", 1))]
        own += [str(one) for one in config.invocation_params.args]
        without = config._parser.parse_known_args(own)
    except Exception:
        # whatever they are, nobody can tell what they do
        return {"": "PYTEST_ADDOPTS"}
    found = {}
    for name, flag in (*_FLAGS.items(), *_UNCOUNTED.items()):
        value = _added(getattr(config.option, name, None), getattr(without, name, None))
        if value:
            found[name] = _written(flag, value)
    settings = _added(getattr(config.option, "override_ini", None), getattr(without, "override_ini", None))
    selecting = [one for one in settings or () if one.startswith(_SELECTING_SETTINGS)]
    if selecting:
        found["override_ini"] = _written("-o", selecting)
    return found


def _added(value, without):
    """What a list has more, or another text."""
    if isinstance(value, (list, tuple)):
        known = [str(one) for one in without or ()]
        return [str(one) for one in value if str(one) not in known]
    return None if not value or value == without else str(value)


def _written(flag, value):
    values = value if isinstance(value, list) else [value]
    return " ".join("%s %s" % (flag, shlex.quote(one)) if flag else shlex.quote(one) for one in values)


def register(config, foreign):
    """In the process that collects: pytest's own, or one of xdist's workers."""
    config.pluginmanager.register(Selection(config, foreign), "gate-selection")
    if getattr(config.option, "lf", False):
        config.pluginmanager.register(_LastFailed(), "gate-last-failed")


def tell_uncounted(foreign):
    for name, written in foreign.items():
        if name not in _FLAGS:
            _tell(written, "shell", (), 0)


def _tell(option, source, tests, files):
    for some in gate_events.portions(tests) if tests else [()]:
        event = {"option": option[:1000], "source": source, "tests": some, "files": files}
        gate_events.emit(("deselected", event))
        files = 0


class Selection:
    def __init__(self, config, foreign):
        self._config = config
        self._foreign = foreign
        # by how the option is written and whose it is
        self._left_out = {}
        self._told = set()

    @gate_hooks.wrapper
    def pytest_collection_modifyitems(self, items):
        before = list(items)
        result = yield
        if len(items) < len(before):
            kept = {id(item) for item in items}
            silent = [one for one in before if id(one) not in kept and id(one) not in self._told]
            # by something that does not say what it does
            self._add("a plugin or a conftest.py", "suite", silent)
        return result

    def pytest_deselected(self, items):
        if not gate_resume.is_leaving_out:
            self._add(*self._option(*_asker()), items)

    def _add(self, option, source, items):
        if items:
            self._left_out.setdefault((option, source), []).extend(items)
            self._told.update(id(item) for item in items)

    def _option(self, module, function):
        if module in _OF_CACHE:
            return _OF_CACHE[module], "cache"
        name = _OF_PYTEST.get((module, function))
        if name is None:
            return "%s of %s" % (function, module), "suite"
        if name in self._foreign:
            return self._foreign[name], "shell"
        return _written(_FLAGS[name], getattr(self._config.option, name)), "suite"

    def pytest_collection_finish(self):
        last, files = self._config.pluginmanager.get_plugin("gate-last-failed"), 0
        if last is not None:
            self._add("--lf", "cache", last.left_out())
            files = getattr(self._config.pluginmanager.get_plugin("lfplugin"), "_skipped_files", 0)
            if files:
                self._left_out.setdefault(("--lf", "cache"), [])
        # numbers of its own: of two tests of one id, the one that runs must not become the second
        names = gate_ids.TestNames(self._config)
        for (option, source), items in self._left_out.items():
            ids = [names.of(item.nodeid, gate_ids.path_of(item)).id for item in items]
            _tell(option, source, ids, files if option == "--lf" else 0)


def _asker():
    """Who calls the hook: the first frame that belongs to neither pluggy nor to what passes a call on."""
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("pluggy", "gate_", "_pytest.config")):
            # _pytest.mark is a package
            return module, frame.f_code.co_name
        frame = frame.f_back
    return "pytest", "pytest"


class _LastFailed:
    """`--lf` takes tests out of their file while that is collected, and tells nobody."""

    def __init__(self):
        self._collected = []

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_make_collect_report(self, collector):
        outcome = yield
        if outcome.excinfo is None and isinstance(collector, pytest.File):
            report = outcome.get_result()
            self._collected.append((report, list(report.result)))

    def left_out(self):
        found = []
        for report, before in self._collected:
            kept = {id(one) for one in report.result}
            found += [one for one in before if isinstance(one, pytest.Item) and id(one) not in kept]
        return found
