"""Notes which files of the repository are opened, and which modules of its own are loaded: by Python's audit hook,
started by sitecustomize, or by the plugin where that did not run.

A process that runs tests collects what each of them read. Every other process says it at once, because nobody
knows how it will end.
"""

import atexit
import os
import sys

import gate_events
import gate_modules
import gate_places
from gate_system import is_own, real

_WITHOUT_READING = os.O_TRUNC | getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0)


def is_conftest(name):
    """Of a pytest: its tests say which of them are below it."""
    return name.rpartition("/")[2] == "conftest.py" and "_pytest" in sys.modules


class Told:
    """Of a process that runs no tests: each file is said when it is first opened."""

    def __init__(self, test):
        self.test = test
        self._said = set()

    def take(self, name):
        if name not in self._said and not (self.test is None and is_conftest(name)):
            self._said.add(name)
            gate_events.emit(("reads", {"id": self.test, "paths": [name]}))

    def take_module(self, module):
        gate_events.emit(("modules", {"modules": [module]}))


class Ignored:
    """What gate itself opens."""

    def take(self, name):
        pass

    def take_module(self, module):
        pass


places = None
sink = None
modules = None


def _hook(event, args):
    try:
        if event == "open":
            for name in _opened(*args):
                sink.take(name)
        elif event == "exec":
            if modules is not None:
                modules.take_executed(args[0])
        elif event == "import" and modules is not None and args[1] is not None:
            modules.take_extension(args[0], args[1])
    except Exception as error:
        # Whatever is wrong here, the suite's open() goes on. What its own signal handler throws is for the suite.
        if not is_own(error):
            raise


def _opened(path, _, flags):
    if flags & 3 == os.O_WRONLY or flags & _WITHOUT_READING:
        return ()
    if type(path) is not str:
        if not isinstance(path, (bytes, os.PathLike)):
            return ()
        path = real.fsdecode(path)
    if not real.isabs(path):
        path = real.join(real.getcwd(), path)
    return places.names_of(path)


def start():
    """In every process of the suite, as soon as Python has started."""
    global places, modules
    places = gate_places.Places(gate_events.ROOT)
    use(Told(os.environ.get("GATE_TEST") or None))
    os.register_at_fork(after_in_child=_after_fork)
    if gate_events.settings.own_modules:
        modules = gate_modules.OwnModules(gate_events.settings.own_modules, lambda one: sink.take_module(one))
        atexit.register(_tell_modules)
    sys.addaudithook(_hook)


def catch_up():
    """What Python loaded before anybody looked."""
    for module in list(sys.modules.values()):
        path = gate_modules.file_of(module)
        for name in () if path is None else places.names_of(path):
            sink.take(name)


def use(another):
    global sink
    sink = another


def _after_fork():
    # of a process that collects, the child is one that says at once
    if hasattr(sink, "fixtures"):
        use(Told(None if sink.fixtures else sink.test))


def _tell_modules():
    if isinstance(sink, Told):
        modules.take_all()


def all_modules():
    """Those of this process so far. Nothing is told of them at its exit."""
    if modules is None:
        return []
    atexit.unregister(_tell_modules)
    modules.take_all()
    return modules.all()
