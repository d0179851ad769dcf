"""A naive Bayes classifier and a nearest-neighbour answerer: small, trained on data, deterministic."""

import json
import math
import re
from collections import Counter
from pathlib import Path

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


def words(text):
    return re.findall(r"[a-z_.']+", text.lower())


class Model:
    def __init__(self):
        examples = json.loads((PROMPTS / "tiers.json").read_text(encoding="utf-8"))
        self.replies = json.loads((PROMPTS / "replies.json").read_text(encoding="utf-8"))
        self.counts = {tier: Counter(words(" ".join(texts))) for tier, texts in examples.items()}
        self.vocabulary = {word for counts in self.counts.values() for word in counts}

    def tier(self, prompt):
        """The tier with the greatest likelihood, the first one where several are alike."""

        def likelihood(counts):
            total = sum(counts.values()) + len(self.vocabulary)
            return sum(math.log((counts[word] + 1) / total) for word in words(prompt))

        return max(self.counts, key=lambda tier: likelihood(self.counts[tier]))

    def reply(self, prompt):
        asked = Counter(words(prompt))

        def likeness(known):
            given = Counter(words(known))
            shared = sum(min(asked[word], given[word]) for word in asked)
            return shared / math.sqrt(sum(asked.values()) * sum(given.values()))

        best = max(self.replies, key=likeness)
        return self.replies[best] if likeness(best) > 0 else "I do not know."
