"""Takes a test's logs before its fixtures clean up: the files that match the configured globs in the directories
that the fixtures hold, and what pytest captured.
"""

import os
import re

import gate_directories
import gate_events
import gate_globs
import gate_shared
import gate_values
from gate_system import real

_LOGGING = "logging.log"
_SECTIONS = {
    "Captured stdout ": "stdout.log",
    "Captured stderr ": "stderr.log",
    "Captured log ": _LOGGING,
}
_BLOCK = 1024 * 1024
# a timestamp, a level, a logger's name and the like come before the message
_MOST_WORDS = 8
_MOST_SEARCHED = 256 * 1024 * 1024
# `INFO     app:core.py:12 the message`, pytest's own format
_RECORD = re.compile(r"[A-Z]+ +\S+:\S+:\d+ ")


class LogCollector:
    def __init__(self, config):
        matches = gate_globs.matcher(gate_events.settings.logs)
        self._directories = gate_directories.FixtureDirectories(config, matches)
        self._limit = gate_events.settings.max_log_bytes
        self._folder = "%d-%s" % (os.getpid(), os.urandom(8).hex())
        self._shared = gate_shared.SharedLogs()
        self._copies = 0
        self._captured = None
        self._sections = 0
        self._held = None

    def begin(self):
        self._shared.begin()
        self._captured = None
        self._sections = 0

    def hold(self):
        """Where a test may run again, its logs wait: only those of the last attempt count."""
        if self._held is None:
            self._held = []

    def attempt(self, sections):
        """One more, with the sections that are new since then."""
        self._shared.begin()
        self._held = []
        self._captured = None
        self._sections = sections

    def end(self):
        if self._held:
            gate_events.emit(*self._held)
        self._held = None

    def _say(self, *events):
        if self._held is None:
            gate_events.emit(*events)
        else:
            self._held += events

    @property
    def _output(self):
        if self._captured is None:
            self._captured = _Captured(_kept_of(self._limit))
        return self._captured

    # Files

    def copy_files(self, item, test):
        wanted = gate_events.settings.logs and gate_events.ARTIFACTS
        if not wanted or not getattr(item, "fixturenames", ()):
            return
        try:
            files = self._directories.files(item)
        except Exception as error:
            self._say(_note(test, "logs", "the fixtures' directories could not be searched: %r" % error))
            return
        starts = {file: self._start_of(file) for file in files}
        for name, file in named([file for file in files if starts[file] is not None]):
            self._say(self._take(test, name, file, starts[file]))

    def _start_of(self, file):
        """None where the file has nothing of this test."""
        if not file.is_shared or file.refusal is not None:
            return 0
        try:
            return self._shared.start_of(file.path)
        except OSError:
            # copying it will say why
            return 0

    def _take(self, test, name, file, start):
        if file.refusal is not None:
            return _note(test, name, file.refusal)
        target = "%s/%d" % (self._folder, self._copies)
        self._copies += 1
        place = real.join(gate_events.ARTIFACTS, *target.split("/"))
        try:
            self._copy(file.path, place, start)
        except OSError as error:
            return _note(test, name, error.strerror or type(error).__name__)
        self._output.known.append(place)
        return "artifact", {"id": test, "path": target, "name": name}

    def _copy(self, path, target, start):
        try:
            real.mkdir(real.dirname(target))
        except FileExistsError:
            pass
        with real.open(path, "rb") as source, real.open(target, "xb") as copy:
            size = max(0, real.fstat(source.fileno()).st_size - start)
            source.seek(start)
            kept = size if size <= self._limit else _kept_of(self._limit)
            # not what is still being written to it
            left = kept
            while left > 0:
                block = source.read(min(left, _BLOCK))
                if not block:
                    break
                left -= len(block)
                copy.write(block if left or kept == size else _whole_characters(block))
            if kept < size:
                copy.write(_cut_notice(size - copy.tell(), "bytes").encode())

    # What pytest captured

    def tell_sections(self, test, report):
        self.tell(test, report.sections[self._sections :])

    def tell(self, test, sections):
        events = []
        for title, text in sections:
            for start, name in _SECTIONS.items():
                if not title.startswith(start):
                    continue
                if name == _LOGGING:
                    text = self._output.without_known(text)
                for piece in self._output.pieces(name, text) if text else ():
                    events.append(("log", {"id": test, "name": name, "text": piece}))
        if events:
            self._say(*events)


class _Captured:
    """How much of one test's output was told."""

    def __init__(self, limit):
        self._limit = limit
        self.told = {}
        # the copies of its log files
        self.known = []
        self._said = None

    def without_known(self, text):
        """pytest captures what an application logs to its own files as well. It is not said twice."""
        if not self.known:
            return text
        if self._said is None:
            self._said = _Said("\n".join(_text_of(path) for path in self.known))
        lines = text.split("\n")
        left = [line for line in lines if line and not self._said.has(_RECORD.sub("", line, count=1))]
        return "\n".join(left)

    def pieces(self, name, text):
        told = self.told.get(name, 0)
        if told > self._limit:
            return
        text = text if text.endswith("\n") else text + "\n"
        size = len(text.encode("utf-8", "replace"))
        self.told[name] = told + size
        if told + size > self._limit:
            # more bytes than characters: never too much
            kept = text.encode("utf-8", "replace")[: self._limit - told].decode("utf-8", "ignore")
            text = kept + _cut_notice(size - len(kept.encode()), "bytes or more")
        yield from gate_values.chunks(text)


class _Said:
    """Text in which many lines are looked for, each at the end of one of its own, as most formats have it."""

    def __init__(self, text):
        self._text = text
        self._ends = set()
        for line in text.splitlines():
            words = line.split(" ", _MOST_WORDS)
            self._ends.update(" ".join(words[start:]) for start in range(len(words)))
        # looking through the whole text is for few of them
        self._searches = _MOST_SEARCHED // (len(text) + 1)

    def has(self, line):
        if line in self._ends:
            return True
        self._searches -= 1
        return self._searches >= 0 and line in self._text


def _text_of(path):
    try:
        with real.open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_BLOCK)
    except OSError:
        return ""


def named(files):
    """Pairs of a name and a file: its own name, with as much of its path as sets it apart from the others."""
    depth = {file: 1 for file in files}
    taken = frozenset(_SECTIONS.values())
    while True:
        names = {}
        for file in files:
            names.setdefault("/".join(file.parts[-depth[file] :]), []).append(file)
        alike = [file for name, some in names.items() if len(some) > 1 or name in taken for file in some]
        longer = [file for file in alike if depth[file] < len(file.parts)]
        if not longer:
            return [(name, file) for name, some in names.items() for file in some]
        for file in longer:
            depth[file] += 1


def _note(test, name, reason):
    text = "model-gate: %s was not copied: %s\n" % (name, reason)
    return "log", {"id": test, "name": name[-400:] + ".not-copied.txt", "text": text}


def _kept_of(limit):
    """Leaves room for the notice, and for what normalising may add."""
    return limit - max(256, limit // 16) if limit > 512 else limit // 2


def _cut_notice(left_out, unit):
    return "\nmodel-gate: the log was cut off here, %d %s were left out\n" % (left_out, unit)


def _whole_characters(block):
    """Without the beginning of a UTF-8 character whose end was cut off."""
    for place in range(len(block) - 1, max(len(block) - 5, -1), -1):
        byte = block[place]
        if byte & 0xC0 != 0x80:
            length = 1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)
            return block if len(block) - place >= length else block[:place]
    return block
