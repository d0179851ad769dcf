"""Globs as gate's configuration means them: those of fast-glob, where `*` also matches names with a leading dot."""

import re

_EXTENDED = {"@": "", "?": "?", "*": "*", "+": "+"}


def matcher(globs):
    """A function that says whether a relative path with `/` matches one of the globs, and no excluding one."""
    wanted = [_compiled(glob) for glob in globs if not _excludes(glob)]
    unwanted = [_compiled(glob[1:]) for glob in globs if _excludes(glob)]

    def matches(path):
        return any(one.match(path) for one in wanted) and not any(one.match(path) for one in unwanted)

    return matches


def _excludes(glob):
    return glob.startswith("!") and not glob.startswith("!(")


def _compiled(glob):
    while glob.startswith("./"):
        glob = glob[2:]
    choices = [_Translation(one).regex() for one in _expanded(glob)]
    return re.compile("(?:%s)\\Z" % "|".join(choices), re.DOTALL)


def _expanded(glob):
    """`{a,b}` and `{1..3}` as several globs."""
    opening = _opening_brace(glob)
    if opening is None:
        return [glob]
    start, end = opening
    inside = glob[start + 1 : end]
    steps = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", inside)
    parts = _split(inside)
    if steps:
        first, last = int(steps.group(1)), int(steps.group(2))
        parts = [
            str(one) for one in range(min(first, last), min(max(first, last), min(first, last) + 1000) + 1)
        ]
    elif len(parts) == 1:
        parts = ["\\{%s\\}" % inside]
    return [one for part in parts for one in _expanded(glob[:start] + part + glob[end + 1 :])]


def _opening_brace(glob):
    depth, start, position = 0, 0, 0
    while position < len(glob):
        sign = glob[position]
        if sign == "\\":
            position += 1
        elif sign == "{":
            start = position if depth == 0 else start
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
            if depth == 0:
                return start, position
        position += 1
    return None


def _split(text):
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


class _Translation:
    def __init__(self, glob):
        self._glob = glob
        self._at = 0

    def regex(self):
        parts = []
        while self._at < len(self._glob):
            parts.append(self._next())
        return "".join(parts)

    def _next(self):
        glob, at = self._glob, self._at
        sign = glob[at]
        at_start = at == 0 or glob[at - 1] == "/"
        if at_start and glob.startswith("**/", at):
            self._at += 3
            return "(?:[^/]+/)*"
        if at_start and glob[at:] == "**":
            self._at += 2
            return ".+"
        if sign in "@?*+!" and glob.startswith("(", at + 1):
            choice = self._choice()
            if choice is not None:
                return choice
        if sign == "[":
            found = self._set()
            if found is not None:
                return found
        self._at += 1
        if sign == "*":
            while self._at < len(glob) and glob[self._at] == "*":
                self._at += 1
            return "[^/]*"
        if sign == "?":
            return "[^/]"
        if sign == "\\" and at + 1 < len(glob):
            self._at += 1
            return re.escape(glob[at + 1])
        return re.escape(sign)

    def _choice(self):
        """`@(a|b)` and its kin."""
        end = self._glob.find(")", self._at)
        if end < 0:
            return None
        kind, inside = self._glob[self._at], self._glob[self._at + 2 : end]
        self._at = end + 1
        parts = "|".join(_Translation(part).regex() for part in inside.split("|"))
        if kind == "!":
            rest = _Translation(self._glob[self._at :]).regex()
            return "(?!(?:%s)%s\\Z)[^/]*" % (parts, rest)
        return "(?:%s)%s" % (parts, _EXTENDED[kind])

    def _set(self):
        end = self._glob.find("]", self._at + 2)
        if end < 0:
            return None
        inside = self._glob[self._at + 1 : end]
        self._at = end + 1
        negated = inside[0] in "!^"
        body = inside[1:] if negated else inside
        body = body.replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^").replace("&&", "&\\&")
        return "(?!/)[%s%s]" % ("^" if negated else "", body)
