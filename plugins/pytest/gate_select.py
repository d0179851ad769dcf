"""Runs the tests that GATE_TESTS names in place of those that the command names; `gate run --red` loads it.

PYTEST_DONT_REWRITE: there are no assertions in here.
"""

import os

import pytest

# Taken away: a pytest that a test starts runs what it was told to.
_selector = os.environ.pop("GATE_TESTS", None)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    global _selector
    # xdist's workers are told by their controller: they are given the arguments of the command line
    selected = getattr(config, "workerinput", {}).get("gate_selected")
    if selected is None and _selector is not None:
        selected, _selector = _from_root(_selector), None
        config.pluginmanager.register(_Controller(selected), "gate-select")
    if selected is None:
        return
    config.args[:] = [selected]
    source = getattr(config, "ArgsSource", None)
    if source is not None:
        config.args_source = source.ARGS


class _Controller:
    def __init__(self, selected):
        self._selected = selected

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        node.workerinput["gate_selected"] = self._selected


def _from_root(selector):
    """gate's ids begin with a path from the top of the repository, wherever the command has gone to."""
    path, separator, names = selector.partition("::")
    absolute = os.path.join(os.environ.get("GATE_ROOT", ""), path)
    return (absolute if os.path.exists(absolute) else path) + separator + names
