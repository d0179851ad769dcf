import pytest

from agent.application import Application, Presenter
from agent.logs import setup_logging, setup_model_logger
from agent.orchestrator import Orchestrator

try:
    from gate_record import gate_record
except ImportError:

    def gate_record(**_):
        """Without gate, nobody listens."""


@pytest.fixture(scope="module")
def shared_orchestrator():
    return Orchestrator()


@pytest.fixture
def headless_presenter():
    return Presenter()


@pytest.fixture
async def headless_app(shared_orchestrator, headless_presenter, tmp_project_dir):
    setup_logging(tmp_project_dir)
    setup_model_logger(tmp_project_dir)
    app = Application(shared_orchestrator, headless_presenter, tmp_project_dir)
    yield app
    turns = zip(headless_presenter.prompts, headless_presenter.thinking, headless_presenter.messages)
    for (prompt, tier), thinking, message in turns:
        calls = headless_presenter.tool_calls
        gate_record(prompt=prompt, tier=tier, thinking=thinking, tool_calls=calls, response=message)
