"""What the tests read, in the process that runs them."""

import os

import gate_environment
import gate_events
import gate_hooks
import gate_startup


def register(config, tells_ends):
    """None where gate does not want to know."""
    if gate_startup.observer is None:
        return None
    sink = gate_startup.observer.adopt()
    observed = Observed(sink, tells_ends)
    config.pluginmanager.register(observed, "gate-observed")
    return observed


class Observed:
    def __init__(self, sink, tells_ends):
        self._sink = sink
        # the reads can wait for the end that follows at once; a worker has no ends
        self._say = gate_events.defer if tells_ends else lambda *event: gate_events.emit(event)
        # by fixture of a wider scope than one test: what was read to set it up
        self._of_fixtures = {}
        self._finished = False

    def begin(self, test):
        self._sink.test = test.id
        self._sink.of_test = {test.file}

    def add_fixtures(self, item):
        """Whoever uses a fixture has read what was read to set it up, whichever test came first."""
        if not self._of_fixtures:
            return
        for definition in fixtures_of(item):
            reads = self._of_fixtures.get(definition)
            if reads:
                self._sink.of_test |= reads

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
        for event in gate_startup.observer.finish(self._sink):
            gate_events.emit(event)
        modules = gate_environment.own_modules(gate_events.settings.own_modules)
        for some in gate_events.portions(modules):
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
