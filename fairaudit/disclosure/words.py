"""Sentences of a public copy: from the numbers that are left, by the same rules as those of the report."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from fairaudit import sentences
from fairaudit.checks.scenarios import SCENARIOS
from fairaudit.comparisons.scheme import arm_said
from fairaudit.languages import marked, say
from fairaudit.sentences import Reading, Scale

NOT_TOLD = marked(
    "{first} and {second}: their rates, and how far apart they are, are not told in this copy, since a group of few "
    "people could be seen in them."
)
NO_BOUND = marked("How far the records let it go is not told in this copy, since few people could be seen in it.")
CORRECTED = marked("outcomes corrected for the errors that are known of them")
# Whether a scenario is within the limit, and whether it decides.
HOLDS = {
    (True, True): marked("{how}: within the limit."),
    (False, True): marked("{how}: not shown to be within the limit."),
    (True, False): marked("{how}: within the limit (shown, does not decide)."),
    (False, False): marked("{how}: not shown to be within the limit (shown, does not decide)."),
}

# Sentences of the plan that hold numbers, and none of people.
OF_THE_PLAN = (
    marked("Where more than {number:g} in 100 are unknown, a verdict must also hold in the worst case."),
    marked(
        "Errors are held to {spent:.3g} in 100 (one-sided): of 100 systems just at a limit, no more would be cleared."
    ),
    marked("This is look {look} of any number, which share {all_looks:g} in 100."),
    marked("This is look {look} of {looks}, which share {all_looks:g} in 100."),
    marked("Records of one {cluster} stay together in one of {folds} parts, cut by a hash."),
    marked("Values are counted in {count:,} bins of about equal size, with the exact sum of each."),
)
FRACTION = re.compile(r"\d\.\d")
NUMBER = re.compile(r"(?<![\w.,%])\d[\d,]*(?:\.\d+)?(?![\w%])")


def shown_of(found: Mapping[str, Any], finding: Mapping[str, Any], people: str) -> str:
    """Say what a comparison shows, as the internal copy does, from its numbers."""
    sign = 1 if found["kind"] == "ratio" else -1
    lower, upper = (found["lower"], found["upper"]) if sign == 1 else (found["upper"], found["lower"])
    estimate, lower, upper = (math.nan if each is None else sign * each for each in (found["estimate"], lower, upper))
    names = tuple(sentences.who(name, people, people) for name in found["worst_pair"])
    scale = Scale(finding["scale"]["name"], finding["scale"]["unit"])
    margin = sign * found["tolerance"]["value"]
    numbers = found["kind"], finding["worse"], estimate, lower, upper, margin
    between = tuple(sorted(sign * value for value in found["hidden"]["estimate"])) if "hidden" in found else None
    certain = "all areas counted" in found["method"]
    reading = Reading(*numbers, names, scale, between, certain)
    return sentences.shown_sentence(reading, found["verdict"], finding["baseline"])


def sentence_of(
    was: Mapping[str, Any], now: Mapping[str, Any], finding: Mapping[str, Any], people: str, *, told: bool, exact: bool
) -> str:
    """Write a comparison's sentence anew.

    Args:
        was: the comparison in the internal copy.
        now: the same with the numbers that are left.
        finding: what it is a comparison of.
        people: the plan's word for people.
        told: whether the rates of both groups may be told.
        exact: whether with more digits than whole numbers in 100.
    """
    before = shown_of(was, finding, people)
    start, found, limit = was["sentence"].partition(before) if before else ("", "", "")
    if not (told and found) or (not exact and FRACTION.search(start)):
        return f"{_not_told(was['worst_pair'])} {sentences.limit_part(was['sentence'])}".strip()
    decides = now["upper"] if (was["verdict"] == "flagged") == (was["kind"] == "ratio") else now["lower"]
    after = say(NO_BOUND) if decides is None and not finding["baseline"] else shown_of(now, finding, people)
    return f"{start}{after}{limit}"


def scenario_of(check: Mapping[str, Any]) -> str | None:
    """Say how a finding reads under a scenario, without a number; None of what is no scenario."""
    words = {**SCENARIOS, "corrected": CORRECTED}.get(check["scenario"])
    if words is None:
        return None
    how = say(words)
    return say(HOLDS[bool(check["holds"]), bool(check["decides"])], how=how[:1].upper() + how[1:])


def _not_told(pair: Sequence[str]) -> str:
    first, second = map(arm_said, pair)
    return say(NOT_TOLD, first=first, second=second)


def _of_the_plan(sentence: str) -> bool:
    """Say whether a sentence is one of those of the plan, whole, in the language of the report."""
    parts = ([re.escape(part) for part, *_ in Formatter().parse(say(text))] for text in OF_THE_PLAN)
    return any(re.fullmatch(".+?".join(each), sentence) for each in parts)


def tells_of_few(sentence: str, names: Sequence[str], smallest: int, *, any_number: bool) -> bool:
    """Say whether a sentence of what is taken for granted holds a small count, or may.

    Args:
        sentence: as the internal copy has it.
        names: names of groups, whose digits count nobody.
        smallest: the smallest count that may be told.
        any_number: whether no count at all may be told.
    """
    if _of_the_plan(sentence):
        return False
    for name in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(name, "")
    sentence = re.sub(r"\d{4}-\d{2}-\d{2}", "", sentence)
    numbers = [float(number.replace(",", "")) for number in NUMBER.findall(sentence)]
    numbers += [1.0] * bool(re.match(r"1 record ", sentence))
    return any(any_number or 0 < number < smallest for number in numbers)
