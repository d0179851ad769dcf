"""What became of a test, from the reports that pytest made of it."""

import re

import gate_values

# xdist's words; which worker it was differs from run to run
_WORKER_LINE = re.compile(r"\A\[gw\d+\] [^\n]*\n\n?")
_WORKER_CRASH = re.compile(r"\Aworker 'gw\d+' crashed")
_SUBTESTS = ("SubtestReport", "SubTestReport")


def is_subtest(report):
    """Of pytest 9, or of pytest-subtests."""
    return type(report).__name__ in _SUBTESTS


class Ending:
    def __init__(self, outcome, message):
        self.outcome = outcome
        self.message = message


class Attempt:
    """The reports of one attempt to run a test."""

    def __init__(self):
        self.phases = {}
        self.subtests = []
        self.duration = 0.0
        self.user_properties = []
        self.reran = False
        self.is_retry = False

    def add(self, report):
        if is_subtest(report):
            self.subtests.append(report)
            return
        self.is_retry = self.is_retry or getattr(report, "gate_is_retry", False)
        self.reran = self.reran or report.outcome == "rerun"
        self.phases[report.when] = report
        self.duration += getattr(report, "duration", 0) or 0
        self.user_properties = getattr(report, "user_properties", None) or self.user_properties

    def ending(self):
        """None where the test was not run: --setup-only, --setup-plan."""
        failure = self._failure()
        if failure is not None:
            return failure
        decisive = self.phases.get("call") or self.phases.get("setup")
        if decisive is None:
            return None
        if decisive.outcome == "skipped":
            outcome = "xfailed" if hasattr(decisive, "wasxfail") else "skipped"
            return Ending(outcome, reason_of(decisive))
        if "call" not in self.phases:
            return None
        if hasattr(decisive, "wasxfail"):
            return Ending("xpassed", reason_of(decisive))
        return self._all_skipped() or Ending("passed", None)

    def _failure(self):
        failed = [one for one in self.phases.values() if one.outcome == "failed"]
        broken = [one for one in self.subtests if one.outcome == "failed"]
        if not failed and not broken:
            return None
        around = not broken and all(one.when in ("setup", "teardown") for one in failed)
        texts = [_subtest_text(one) for one in broken] + [failure_text(one) for one in failed]
        return Ending("error" if around else "failed", gate_values.clip("\n\n".join(texts)))

    def _all_skipped(self):
        """A test that did nothing but skip its subtests did not test anything."""
        if not self.subtests or any(one.outcome != "skipped" for one in self.subtests):
            return None
        reasons = {reason_of(one) or "without a reason" for one in self.subtests}
        return Ending("skipped", "every subtest was skipped: %s" % "; ".join(sorted(reasons)))

    def subtest_counts(self):
        counts = {}
        for one in self.subtests:
            outcome = "xfailed" if hasattr(one, "wasxfail") and one.outcome == "skipped" else one.outcome
            counts[outcome] = counts.get(outcome, 0) + 1
        return counts


def failure_text(report):
    text = getattr(report, "longreprtext", "") or str(report.longrepr or "")
    if hasattr(report, "node"):
        text = _WORKER_CRASH.sub("the xdist worker crashed", _WORKER_LINE.sub("", text))
    return gate_values.clip(text or "failed without saying why")


def _subtest_text(report):
    describe = getattr(report, "_sub_test_description", None) or getattr(report, "sub_test_description", None)
    try:
        description = describe() if describe else ""
    except Exception:
        description = ""
    return "subtest %s\n%s" % (description or "without a description", failure_text(report))


def reason_of(report):
    """Why it was skipped, or expected to fail."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None:
        reason = str(expected)
        reason = reason[len("reason: ") :] if reason.startswith("reason: ") else reason
        return gate_values.clip(reason) or None
    longrepr = report.longrepr
    text = longrepr[2] if isinstance(longrepr, (tuple, list)) and len(longrepr) == 3 else str(longrepr or "")
    text = text[len("Skipped: ") :] if text.startswith("Skipped: ") else text
    return gate_values.clip(text) or None
