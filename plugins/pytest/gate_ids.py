"""What a test is called: the same on every machine, whatever directory pytest calls its root."""

import os
import zlib

import gate_events

# The files of the suite's tests, below the top level; told by whoever collects them.
test_files = set()

_ROOT = gate_events.ROOT
_REAL_ROOT = os.path.realpath(_ROOT)


def below_root(path):
    """A path relative to the repository, with `/`; one outside begins with `..`."""
    plain = os.path.relpath(path, _ROOT)
    if _leaves(plain):
        plain = os.path.relpath(os.path.realpath(path), _REAL_ROOT)
    return plain.replace(os.sep, "/")


def _leaves(path):
    return path == os.pardir or path.startswith(os.pardir + os.sep)


class Test:
    """What gate is told of a test."""

    def __init__(self, id, name, file, markers=None):
        self.id = id
        self.name = name
        self.file = file
        # written three times for each test
        encode = gate_events.encode_text
        self.encoded_id = encode(id)
        named = '"id":%s,"name":%s,"file":%s' % (self.encoded_id, encode(name), encode(file))
        if markers:
            named += ',"markers":' + gate_events.encode(markers)
        self.encoded = "{%s}" % named


class TestNames:
    """Turns pytest's node ids into gate's ids. xdist's controller has no items to ask for their files, so it looks
    where pytest looked, and its workers do as it does.
    """

    def __init__(self, config):
        worker = getattr(config, "workerinput", None)
        self.is_distributed = worker is not None
        self.places = _places_of(config) if worker is None else worker["gate_places"]
        self._files = {}
        self._seen = {}

    def of(self, nodeid, path=None, markers=None):
        """The test of a node id; the second one of the same id gets ` #2`."""
        # GATE_TEST is a variable of the environment, and holds no NUL; pytest escapes those of parameters
        file_part, _, names = nodeid.replace("\0", "\\x00").partition("::")
        known = path is not None and not self.is_distributed
        file = self._below(path) if known else self._file(file_part)
        base = _clipped("%s::%s" % (file, names) if names else file)
        count = self._seen.get(base, 0) + 1
        self._seen[base] = count
        id = base if count == 1 else "%s #%d" % (base, count)
        return Test(id, _clipped(_own_name(file, names)), file, markers)

    def _below(self, path):
        found = self._files.get((path,))
        if found is None:
            found = self._files[(path,)] = below_root(path)
        return found

    def _file(self, part):
        found = self._files.get(part)
        if found is None:
            found = self._files[part] = self._locate(part)
        return found

    def _locate(self, part):
        if part in ("", "."):
            # a file that was named itself
            files = [place for place in self.places if os.path.isfile(place)]
            return below_root(files[0] if files else self.places[0])
        for place in self.places:
            candidate = os.path.normpath(os.path.join(place, part))
            if os.path.exists(candidate):
                return below_root(candidate)
            # the argument was the file itself
            if place.endswith(os.sep + part.replace("/", os.sep)) and os.path.exists(place):
                return below_root(place)
        return below_root(os.path.join(self.places[0], part))


def path_of(item):
    path = getattr(item, "path", None) or getattr(item, "fspath", None)
    return None if path is None else str(path)


def _places_of(config):
    """pytest gives files outside its root the path below the argument that named them."""
    started = str(config.invocation_params.dir)
    named = [os.path.join(started, str(one).partition("::")[0]) for one in config.args]
    return [str(config.rootpath), *named, started]


def _own_name(file, names):
    if not names:
        return file
    head, bracket, parameters = names.partition("[")
    return head.rpartition("::")[2] + bracket + parameters


def _clipped(text):
    if len(text) <= gate_events.MAX_ID:
        return text
    left_out = text[gate_events.MAX_ID - 100 :]
    digest = zlib.crc32(left_out.encode("utf-8", "surrogatepass"))
    return "%s… (%d more, %08x)" % (text[: gate_events.MAX_ID - 100], len(left_out), digest)
