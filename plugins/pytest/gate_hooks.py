"""Wrappers of pytest's hooks, in the way of the pluggy that is there: the newer one is cheaper."""

import pluggy
import pytest

# Asking for its version costs as much as starting the rest of the plugin.
_IS_NEW = "wrapper" in pluggy.HookimplMarker.__call__.__code__.co_varnames


def wrapper(function):
    """A generator that is `return (yield)`, with something before and after it."""
    kind = {"wrapper": True} if _IS_NEW else {"hookwrapper": True}
    return pytest.hookimpl(tryfirst=True, **kind)(function)


def result_of(yielded):
    """What the hook returned; throws what it threw."""
    return yielded if _IS_NEW else yielded.get_result()


def error_of(yielded):
    """What the hook threw; the newer pluggy throws it at the yield."""
    return None if _IS_NEW or yielded.excinfo is None else yielded.excinfo[1]
