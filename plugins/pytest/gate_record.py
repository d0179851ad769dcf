"""Tells gate what a test said to its model, and what the model said and did.

    from gate_record import gate_log, gate_record

    gate_record(prompt="hello", tier="simple", response=answer, tokens=41)
    gate_log("adapter", "POST /v1/chat/completions: 200 in 1.4 s")

It finds the running test by itself, in threads, asyncio, xdist's workers and the processes that a test starts.
Where gate does not run the suite, or its plugin was taken away, it does nothing.
"""

import json
import os
import re

import gate_events
import gate_values

# It becomes the name of a file.
_COMPONENT = re.compile(r"[A-Za-z0-9_-]{1,64}")

_current = None
_has_begun = False


def begin(test):
    """The test that runs from here on, in this process and in those that it starts."""
    global _current, _has_begun
    _current, _has_begun = test, True
    os.environ["GATE_TEST"] = test


def end():
    global _current
    _current = None
    os.environ.pop("GATE_TEST", None)


def gate_record(prompt=None, tier=None, thinking=None, tool_calls=None, response=None, **properties):
    """One turn of the conversation: prompt, thinking, tool calls and response, in this order. Whatever else is
    given becomes a property of the test. Several calls are several turns: their numbers of tokens add up (`tokens`,
    `prompt_tokens` and the like), of everything else the last value counts.
    """
    if gate_events.EVENTS is None:
        return
    test = _current or os.environ.get("GATE_TEST")
    if not test:
        # Without a reporter nobody tells which test is running; gate says that it is missing.
        if _has_begun or gate_events.is_claimed():
            raise RuntimeError("gate_record: no test is running to which this could belong")
        return
    turns = list(_turns(prompt, tier, thinking, tool_calls, response))
    if tier is not None and prompt is None:
        properties["tier"] = tier
    events = [("turn", {"id": test, "turn": turn}) for turn in turns]
    for name, value in properties.items():
        fields = {"id": test, "name": name, "value": gate_values.json_text(value)}
        events.append(("property", {**fields, "add": True} if _adds_up(name) else fields))
    # Unlike the reporter it throws: a test that lost its record must not pass.
    for event in events:
        gate_events.process_writer().write([event])


def gate_log(component, text):
    """A line or more of one part of the suite, such as `adapter`: one of the test's logs, and in the session a log of
    that part for the step. Before the first test and after the last one it is the suite's own.
    """
    if gate_events.EVENTS is None:
        return
    if not _COMPONENT.fullmatch(component):
        raise ValueError("gate_log: a component is letters, digits, - and _, not %r" % (component,))
    test = _current or os.environ.get("GATE_TEST")
    text = _text(text)
    fields = {
        "id": test or None,
        "name": "%s.log" % component,
        "text": text if text.endswith("\n") else text + "\n",
        "component": component,
    }
    gate_events.process_writer().write([("log", fields)])


def _adds_up(name):
    return name == "tokens" or name.endswith("_tokens")


def _turns(prompt, tier, thinking, tool_calls, response):
    if prompt is not None:
        about = {} if tier is None else {"tier": _text(tier)}
        yield {"kind": "prompt", "text": _text(prompt), **about}
    if thinking is not None:
        yield {"kind": "thinking", "text": _text(thinking)}
    for call in tool_calls or ():
        yield from _of_tool(call)
    if response is not None:
        yield {"kind": "response", "text": _text(response)}


def _of_tool(call):
    if isinstance(call, str):
        call = {"tool": call}
    # as the clients of chat models have it: {"type": "function", "function": {"name": …, "arguments": …}}
    nested = _first(call, "function", default=None)
    if nested is not None and not callable(nested):
        call = nested
    tool = _text(_first(call, "tool", "name", default="tool"))
    arguments = _first(call, "arguments", "args", "input", default={})
    yield {"kind": "tool-call", "tool": tool, "arguments": gate_values.json_text(arguments)}
    result = _first(call, "result", "output", default=_NOTHING)
    if result is not _NOTHING:
        yield {"kind": "tool-result", "tool": tool, "result": gate_values.json_text(result)}


_NOTHING = object()


def _first(call, *names, default):
    """From a dictionary, or from an object such as a client library returns."""
    for name in names:
        value = call.get(name, _NOTHING) if isinstance(call, dict) else getattr(call, name, _NOTHING)
        if value is not _NOTHING:
            return value
    return default


def _text(value):
    if isinstance(value, str):
        return gate_values.clip(value)
    made = gate_values.plain(value)
    return gate_values.clip(made if isinstance(made, str) else json.dumps(made, ensure_ascii=False))
