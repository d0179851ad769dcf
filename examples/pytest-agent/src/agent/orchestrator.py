"""Chooses the tier that answers."""

from dataclasses import dataclass

from agent.model import Model


@dataclass
class Answer:
    tier: str
    thinking: str
    text: str


class Orchestrator:
    def __init__(self):
        self.model = Model()

    def route(self, prompt):
        return self.model.tier(prompt)

    def answer(self, prompt):
        tier = self.route(prompt)
        return Answer(tier, f"The prompt is for the tier {tier}.", self.model.reply(prompt))
