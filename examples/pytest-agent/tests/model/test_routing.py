import pytest


def test_route_to_default_tier(shared_orchestrator, record_property):
    record_property("prompt", "hi there")
    record_property("tier", shared_orchestrator.route("hi there"))
    assert shared_orchestrator.route("hi there") == "simple"


@pytest.mark.parametrize("prompt", ["write a python script", "fix this bug"])
def test_route_to_code(shared_orchestrator, prompt):
    assert shared_orchestrator.route(prompt) == "code"
