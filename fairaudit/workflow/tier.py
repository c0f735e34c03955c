"""The impact tier: from a few fixed questions of this project's own, with how it came out."""

from __future__ import annotations

from typing import Any, NamedTuple

from fairaudit.languages import say
from fairaudit.workflow.answers import Answers
from fairaudit.workflow.questions import TIERS, Catalogue, Tier


class Tiered(NamedTuple):
    """A tier and how it came out.

    Attributes:
        tier: low, moderate or high.
        words: what it is called.
        points: the sum, an open question counting as its gravest answer.
        at_least: from how many points on each tier holds.
        trace: a row a question: question, answer, points, open.
        signs: the roles that must sign.
    """

    tier: Tier
    words: str
    points: int
    at_least: dict[str, int]
    trace: list[dict[str, Any]]
    signs: tuple[str, ...]


def tier_of(catalogue: Catalogue, answers: Answers) -> Tiered:
    """Decide the tier.

    Args:
        catalogue: the questions.
        answers: what was answered.

    Returns:
        The highest tier whose points are reached. What is not answered, or answered as unknown, counts as its gravest
        answer: what is missing never looks harmless.
    """
    trace = []
    for name, question in catalogue.tier_questions.items():
        chosen = question.choices.get(str(answers.of(name).answer))
        counted = chosen or max(question.choices.values(), key=lambda choice: choice.points)
        words = say(counted.words)
        trace.append(
            {
                "id": name,
                "question": say(question.question),
                "answer": words if chosen else say("open, and so counted as: {words}", words=words),
                "points": counted.points,
                "open": chosen is None,
            }
        )
    points = sum(row["points"] for row in trace)
    rules = catalogue.tier.tiers
    tier = max((name for name in TIERS if points >= rules[name].at_least), key=TIERS.index)
    at_least = {name: rules[name].at_least for name in TIERS}
    return Tiered(tier, say(rules[tier].words), points, at_least, trace, rules[tier].signs)
