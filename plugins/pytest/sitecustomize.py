# Python runs this at its start wherever PYTHONPATH leads here: in the suite's pytest, its workers, and whatever
# Python a test starts. Kept to what every version understands, and to what Python has loaded by then anyway.
import os
import sys


def _start():
    if not os.environ.get("GATE_EVENTS") or sys.version_info < (3, 9):
        return
    try:
        import gate_startup

        gate_startup.start()
    except Exception as error:
        # the suite comes first; gate misses the observations
        sys.stderr.write("model-gate: the start-up hook failed: %s\n" % (error,))


def _run_next():
    """Runs the sitecustomize that would have run without this one, as if this one was not there."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = [place for place in sys.path if os.path.abspath(place or os.curdir) != here]
    if sys.version_info[0] < 3:
        import imp

        file, pathname, description = imp.find_module("sitecustomize", path)
        del sys.modules["sitecustomize"]
        imp.load_module("sitecustomize", file, pathname, description)
        return
    try:
        # importlib itself, without what importlib.util loads
        from _frozen_importlib import module_from_spec
        from _frozen_importlib_external import PathFinder
    except ImportError:
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec

    spec = PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_start()
_run_next()
