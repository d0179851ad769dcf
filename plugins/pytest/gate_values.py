"""Values of the suite as JSON: parameters, properties, arguments of tools. However large they are, and whatever
they lead to, only so much of them is looked at.
"""

import json
import os

from gate_events import MAX_TEXT
from gate_writer import Json

_MOST_NODES = 20000
_DEEPEST = 40
_MOST_KEPT = 1000
_ADDRESS = " at 0x"

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def plain(value):
    """Whatever a test hands over as what JSON has, at worst as text without addresses."""
    return _Walk().plain(value)


def json_text(value):
    """A bounded JSON value, encoded: what is too long becomes the beginning of its text."""
    text = encode(plain(value))
    return Json(text if len(text) <= MAX_TEXT else encode(clip(text)))


class JsonTexts:
    """Of values that many tests share, such as parameters: each is encoded once."""

    def __init__(self):
        # With the values: what is forgotten may leave its number to another one.
        self._known = {}

    def of(self, value):
        found = self._known.get(id(value))
        if found is None:
            found = (value, json_text(value))
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[id(value)] = found
        return found[1]


class _Walk:
    def __init__(self):
        self._nodes = _MOST_NODES
        self._characters = MAX_TEXT
        # the containers that lead to the value, by their numbers
        self._above = set()

    def plain(self, value):
        self._nodes -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._taken(value if type(value) is str else str(value))
        if isinstance(value, int):
            # JavaScript's numbers end there.
            return int(value) if abs(value) < 2**53 else self._taken(_digits(value))
        if isinstance(value, float):
            return float(value) if value - value == 0 else str(float(value))
        if isinstance(value, (dict, list, tuple, set, frozenset)):
            return self._container(value)
        return self._taken(_text(value))

    def _taken(self, text):
        kept = max(0, self._characters)
        self._characters -= len(text)
        return text if len(text) <= kept else _cut(text, kept)

    def _container(self, value):
        if id(value) in self._above:
            return "… (it contains itself)"
        if len(self._above) >= _DEEPEST:
            return "… (nested deeper)"
        self._above.add(id(value))
        try:
            if isinstance(value, dict):
                return self._dictionary(value)
            if isinstance(value, (set, frozenset)):
                return self._set(value)
            return self._list(value)
        except Exception:
            # the suite's own kind of container
            return self._taken(_text(value))
        finally:
            self._above.discard(id(value))

    def _dictionary(self, value):
        made = {}
        for count, (key, one) in enumerate(value.items()):
            if self._is_spent():
                made["…"] = _more(value, count)
                break
            made[self._taken(key if type(key) is str else _text(key, str))] = self.plain(one)
        return made

    def _set(self, value):
        if len(value) > self._nodes:
            # which of them come first differs from run to run
            return [_more(value, 0)]
        return sorted(self._list(value), key=repr)

    def _list(self, value):
        made = []
        for one in value:
            if self._is_spent():
                made.append(_more(value, len(made)))
                break
            made.append(self.plain(one))
        return made

    def _is_spent(self):
        return self._nodes <= 0 or self._characters <= 0


def _more(value, count):
    return "… (%d more)" % (len(value) - count)


def _digits(value):
    try:
        return str(int(value))
    except ValueError:
        # Python refuses to write so many
        return hex(value)


def _text(value, written=repr):
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return "%s.%s" % (value.__module__, value.__qualname__)
    if isinstance(value, (os.PathLike, bytes)):
        return os.fsdecode(value)
    try:
        text = written(value)
    except Exception as error:
        return "<%s: its repr() raised %s>" % (type(value).__name__, type(error).__name__)
    head, *rest = text.split(_ADDRESS)
    return head + "".join(one.lstrip("0123456789abcdefABCDEF") for one in rest)


def clip(text):
    return text if len(text) <= MAX_TEXT else _cut(text, MAX_TEXT)


def _cut(text, kept):
    return "%s… (%d more characters)" % (text[:kept], len(text) - kept)


def chunks(text):
    for start in range(0, len(text), MAX_TEXT):
        yield text[start : start + MAX_TEXT]
