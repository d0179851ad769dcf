"""The assistant without a terminal."""

import logging
import re

log = logging.getLogger("agent")
model_log = logging.getLogger("agent.model")


class Presenter:
    """Keeps what a terminal would show."""

    def __init__(self):
        self.prompts = []
        self.thinking = []
        self.messages = []
        self.tool_calls = []


class Application:
    def __init__(self, orchestrator, presenter, project_dir):
        self.orchestrator = orchestrator
        self.presenter = presenter
        self.project_dir = project_dir
        log.info("started in %s", project_dir)

    async def send(self, prompt):
        model_log.info("prompt: %s", prompt)
        answer = self.orchestrator.answer(prompt)
        model_log.info("thinking: %s", answer.thinking)
        self.presenter.prompts.append((prompt, answer.tier))
        self.presenter.thinking.append(answer.thinking)
        wanted = re.search(r"create a file (\S+)", prompt)
        if wanted:
            self._write_file(wanted.group(1))
        model_log.info("response: %s", answer.text)
        self.presenter.messages.append(answer.text)
        log.info("answered with tier %s", answer.tier)
        return answer

    def _write_file(self, name):
        arguments = {"path": name, "content": "def is_even(number):\n    return number % 2 == 0\n"}
        (self.project_dir / name).write_text(arguments["content"], encoding="utf-8")
        log.info("tool write_file %s", name)
        self.presenter.tool_calls.append({"name": "write_file", "arguments": arguments, "result": "written"})
