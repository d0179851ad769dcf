"""What the files were opened for, in a process that runs tests."""

import sys

import gate_events
import gate_ids
import gate_observe
import gate_uses
from gate_system import real

_UNKNOWN = object()


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

    def take_module(self, module):
        """They are told at the end, all at once."""

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
            found = self.name_of(path) if real.isabs(path) else None
            self._owners[path] = found
        return found


def adopt():
    """This process runs tests: collects from here on."""
    if not isinstance(gate_observe.sink, Collected):
        gate_observe.use(Collected(gate_observe.places))
    return gate_observe.sink


def finish(sink):
    """The events that are left when the tests are over. What is opened from here on is said at once."""
    gate_observe.use(gate_observe.Ignored())
    static, conftests, common = gate_uses.imports_of_loaded(sink.name_of)
    gate_observe.use(gate_observe.Told(None))
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
        for name in sink.suite | common
        if not name.endswith(".py")
        or name in common
        or not (name in explained or gate_observe.is_conftest(name))
    )
    events = [
        ("uses", {"file": owner, "paths": some})
        for owner, names in sorted(sink.uses.items())
        for some in gate_events.portions(sorted(names - {owner}))
    ]
    # What a conftest.py imports is nothing to a test that uses no fixture of it; of those that do, it is read.
    events += [
        ("uses", {"file": path, "paths": sorted(above), "follow": False})
        for path, above in sorted(conftests.items())
    ]
    events += [("reads", {"id": None, "paths": some}) for some in gate_events.portions(rest)]
    return events
