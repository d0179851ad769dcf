"""What the tests read, in the process that runs them."""

import inspect
import os

import gate_collected
import gate_events
import gate_hooks
import gate_startup
from gate_system import real

_NOTHING = frozenset()
# What a plugin does there it does for the test, as a fixture would.
_FOR_ALL = ("pytest_runtest_protocol", "pytest_runtest_setup", "pytest_runtest_call", "pytest_pyfunc_call")
_FOR_PARAMETRISED = (*_FOR_ALL, "pytest_generate_tests")


def register(config, tells_ends):
    """None where gate does not want to know."""
    if gate_startup.observer is None:
        return None
    sink = gate_collected.adopt()
    settings = sink.name_of(str(getattr(config, "inipath", None) or ""))
    if settings is not None:
        # pytest reads it before its plugins are there
        sink.suite.add(settings)
    observed = Observed(config, sink, tells_ends)
    config.pluginmanager.register(observed, "gate-observed")
    return observed


class Observed:
    def __init__(self, config, sink, tells_ends):
        self._config = config
        self._sink = sink
        # the reads can wait for the end that follows at once; a worker has no ends
        self._say = gate_events.defer if tells_ends else lambda *event: gate_events.emit(event)
        # by fixture of a wider scope than one test: what was read to set it up
        self._of_fixtures = {}
        # by fixture: the file that defines it; by hooks: the files that have them
        self._homes = {}
        self._finished = False

    def begin(self, test):
        self._sink.test = test.id
        self._sink.of_test = {test.file}

    def add_fixtures(self, item, test):
        """Whoever uses a fixture has read what was read to set it up, whichever test came first, and the file that
        defines it, with all that this one imports.
        """
        of_test = self._sink.of_test
        for definition in fixtures_of(item):
            of_test |= self._of_fixtures.get(definition, _NOTHING)
            of_test |= self._home_of(definition)
        hooks = _FOR_PARAMETRISED if hasattr(item, "callspec") else _FOR_ALL
        for home in self._homes_of(hooks):
            folder, _, name = home.rpartition("/")
            if name != "conftest.py" or not folder or test.file.startswith(folder + "/"):
                of_test.add(home)

    def _home_of(self, definition):
        found = self._homes.get(definition)
        if found is None:
            found = self._homes[definition] = self._file_of(getattr(definition, "func", None))
        return found

    def _homes_of(self, hooks):
        found = self._homes.get(hooks)
        if found is None:
            callers = [getattr(self._config.hook, name) for name in hooks]
            functions = [one.function for caller in callers for one in caller.get_hookimpls()]
            found = self._homes[hooks] = _NOTHING.union(*map(self._file_of, functions))
        return found

    def _file_of(self, function):
        """The file of the repository that a function is written in, in a set."""
        code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
        path = getattr(code, "co_filename", "")
        name = self._sink.name_of(path) if real.isabs(path) else None
        return _NOTHING if name is None else frozenset((name,))

    def end(self, test):
        reads, self._sink.of_test, self._sink.test = self._sink.of_test, set(), None
        for some in gate_events.portions(sorted(reads)):
            paths = ",".join(gate_events.encode_text(path) for path in some)
            self._say("reads", '{"id":%s,"paths":[%s]}' % (test.encoded_id, paths))

    @gate_hooks.wrapper
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope == "function":
            return (yield)
        reads = self._of_fixtures.setdefault(fixturedef, set())
        self._sink.fixtures.append(reads)
        # what it starts may go on reading for others
        test = os.environ.pop("GATE_TEST", None)
        try:
            return (yield)
        finally:
            if test is not None:
                os.environ["GATE_TEST"] = test
            self._sink.fixtures.pop()

    @gate_hooks.wrapper
    def pytest_make_collect_report(self, collector):
        path = getattr(collector, "path", None)
        name = self._sink.name_of(str(path)) if path is not None else None
        before, self._sink.collecting = self._sink.collecting, name
        try:
            return (yield)
        finally:
            self._sink.collecting = before

    @gate_hooks.wrapper
    def pytest_sessionfinish(self, session):
        try:
            return (yield)
        finally:
            if hasattr(session.config, "workerinput"):
                self.finish()

    def finish(self):
        if self._finished:
            return
        self._finished = True
        for event in gate_collected.finish(self._sink):
            gate_events.emit(event)
        for some in gate_events.portions(gate_startup.observer.all_modules()):
            gate_events.emit(("modules", {"modules": some}))


def fixtures_of(item):
    """The fixtures that were set up for a test, and those that they override."""
    found = {}
    request = getattr(item, "_request", None)
    for definition in getattr(request, "_fixture_defs", {}).values():
        found[definition] = None
    by_name = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name in getattr(item, "fixturenames", ()):
        for definition in by_name.get(name, ()):
            found[definition] = None
    return list(found)
