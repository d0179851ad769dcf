"""What a test is marked with: whole for its properties, and plain for those who group tests by it."""

import json
import os

import gate_events
import gate_values
from gate_system import is_own, real

# They say how pytest runs the test, not what the test is about.
_MECHANICAL = frozenset(("parametrize", "usefixtures", "filterwarnings", "skip", "skipif", "xfail"))
# gate takes 100 of them, with names of up to 200 characters and values of up to 1000.
_MOST = 50
_LONGEST = 200


def _of(item):
    """The closest first: those of the test before those of its class and its file."""
    return [mark for mark in item.iter_markers() if mark.name not in _MECHANICAL]


def whole(item):
    found = []
    for mark in _of(item):
        one = {"name": mark.name}
        if mark.args:
            one["args"] = gate_values.json_text(mark.args)
        if mark.kwargs:
            one["kwargs"] = gate_values.json_text(mark.kwargs)
        found.append(one if len(one) > 1 else mark.name)
    return found[::-1]


def plain(item):
    """Name to first argument, or to `true`; the closest mark of a name counts."""
    found = {}
    for mark in _of(item):
        if mark.name not in found and len(found) < _MOST and len(mark.name) <= _LONGEST:
            found[mark.name] = _first(mark.args)
    return found


def _first(arguments):
    first = arguments[0] if arguments else True
    if isinstance(first, bool):
        return "true" if first else "false"
    return str(first)[:_LONGEST] if isinstance(first, (str, int, float)) else "true"


# xdist's controller has no items to ask: a worker leaves it a file.


def _file_of(worker):
    return os.path.join(gate_events.EVENTS, "markers-%s.json" % worker)


def leave(worker, items):
    by_place = {str(place): plain(item) for place, item in enumerate(items)}
    marked = {place: markers for place, markers in by_place.items() if markers}
    try:
        if marked:
            with real.open(_file_of(worker), "w", encoding="utf-8") as file:
                file.write(json.dumps(marked))
    except Exception as error:
        # without them the tests are of no group
        if not is_own(error):
            raise


def left_by(worker):
    """Markers by the place of the test among those that the worker collected."""
    try:
        with real.open(_file_of(worker), encoding="utf-8") as file:
            return {int(place): markers for place, markers in json.loads(file.read()).items()}
    except (OSError, ValueError):
        return {}
