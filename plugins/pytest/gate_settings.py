"""What gate tells its reporters about the suite."""

import os

from gate_system import real


class _Plain:
    """How the scanner below is to read JSON: as json.loads does."""

    strict = True
    object_hook = object_pairs_hook = array_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def _parsed(text):
    """What json.loads returns, without loading json, which loads re."""
    try:
        from _json import make_scanner

        return make_scanner(_Plain)(text, 0)[0]
    except (ImportError, AttributeError, TypeError):
        import json

        return json.loads(text)


def read():
    found = _json_of(os.environ.get("GATE_SETTINGS", ""))
    return found if isinstance(found, dict) else {}


def ended(path):
    """The ids in the file that names the tests which are not to be run again."""
    found = _json_of(path) if path else None
    return frozenset(one for one in found or () if isinstance(one, str))


def _json_of(path):
    try:
        with real.open(path, encoding="utf-8") as file:
            return _parsed(file.read())
    except (OSError, ValueError, StopIteration):
        return None


class Settings:
    def __init__(self, found):
        self.logs = [glob for glob in found.get("logs", []) if isinstance(glob, str)]
        self.max_log_bytes = int(found.get("maxLogBytes") or 1024 * 1024)
        self.observe = bool(found.get("observe"))
        self.inherited_options = str(found.get("inheritedOptions") or "")
        self.collect_on = bool(found.get("continueOnCollectionErrors"))
        self.own_modules = frozenset(found.get("ownModules", []))
        self.ended_file = str(found.get("ended") or "")
