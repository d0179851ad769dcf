"""Sees that a test ran again after it had failed, whichever plugin does that: pytest-retry and flaky do not say it in
the reports of the test.
"""

import pytest

import gate_hooks


class Attempts:
    def __init__(self, again):
        self._again = again
        self.begin()

    def begin(self):
        """Another test."""
        self._item = None
        self._has_failed = False
        self.is_retry = False

    @gate_hooks.wrapper
    def pytest_runtest_call(self, item):
        if item is self._item:
            self.is_retry = self.is_retry or self._has_failed
            self._again(item)
        self._item = item
        try:
            yielded = yield
        except BaseException as error:
            self._note(error)
            raise
        self._note(gate_hooks.error_of(yielded))
        return yielded

    def _note(self, error):
        if error is not None and not isinstance(error, pytest.skip.Exception):
            self._has_failed = True

    def torn_down(self, item):
        if item is not self._item:
            # the setup failed already
            self._item, self._has_failed = item, True


def may_run_again(item):
    """As the plugins that do that see it; pytest-rerunfailures counts the attempts in the item."""
    return (
        hasattr(item, "execution_count")
        or hasattr(item, "_flaky_max_runs")
        or item.get_closest_marker("flaky") is not None
    )
