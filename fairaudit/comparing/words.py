"""What a comparison says, in sentences: no score, no order, no winner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairaudit.comparing.changes import Pairing
from fairaudit.languages import marked, say, say_count
from fairaudit.sentences import Reading, Scale, exactly, shown_sentence, singular, who

NO_SCORE = marked(
    "This page gives no score and names no winner: measures that matter to different people cannot be added up, and a"
    " system that does better on one of them may do worse on another. What counts for more is for people to decide, and"
    " to say why."
)
CANNOT_TELL = (
    marked(
        "Whether any of these systems should be adopted: each audit says what its evidence supports, and what it needs."
    ),
    marked("How any system would do on other people, or once people know that it is used."),
    marked("What no plan asked. Systems that are alike here may differ where nobody looked."),
    marked(
        "Which difference is due to chance, of many that are shown: each interval holds 95 times in 100 by itself, and"
        " no correction is made for how many there are."
    ),
)


def reading(finding: Mapping[str, Any], people: str = "people") -> Reading:
    """Turn a finding's numbers into those that its sentences show; `people` is the plan's word for them."""
    numbers = [math.nan if finding[key] is None else finding[key] for key in ("estimate", "lower", "upper")]
    limit, kind = finding["tolerance"]["value"], finding["comparison"]
    if kind == "difference":
        # In results a gap is above 0; sentences are made of the worse-treated group's less the other's.
        estimate, lower, upper = numbers
        numbers, limit = [-estimate, -upper, -lower], -limit
    scale, worst = Scale(**finding["scale"]), finding["worst_pair"]
    pair = tuple(who(name, people, people) for name in worst) if worst else None
    return Reading(kind, finding["worse"], *numbers, limit, pair, scale)


def shown(finding: Mapping[str, Any], people: str) -> str:
    """Say what a report shows of a finding, in the report's own words: the bound, then the best estimate.

    Where the report says more than that (hidden counts, areas that are all counted), all of it is said.
    """
    if finding["worst_pair"] is None:
        return finding["sentence"]
    said = shown_sentence(reading(finding, people), finding["verdict"], finding["baseline"])
    return said if said in finding["sentence"] else finding["sentence"]


def best(finding: Mapping[str, Any]) -> str:
    """Write a finding's best estimate in the unit of its limit; "" where there is none."""
    if finding["worst_pair"] is None or finding["estimate"] is None:
        return ""
    numbers = _unnamed(finding)
    return numbers.shown(numbers.estimate)


def bound(finding: Mapping[str, Any], people: str) -> str:
    """Write the bound that decides, in the unit of the limit: at least so much where it is shown to be outside.

    Returns:
        "" where a baseline decides nothing, or the report says more than a bound: that is in its sentence.
    """
    if finding["worst_pair"] is None or finding["baseline"] or shown(finding, people) == finding["sentence"]:
        return ""
    numbers = _unnamed(finding)
    toward_harm, toward_fair = ("up", "down") if numbers.turned else ("down", "up")
    if finding["verdict"] == "flagged":
        text = numbers.shown(numbers.upper, toward_fair)
        return say("at least {number}", number=text) if numbers.turned else say("at most {number}", number=text)
    text = numbers.shown(numbers.lower, toward_harm)
    if finding["verdict"] == "cleared":
        return say("at most {number}", number=text) if numbers.turned else say("at least {number}", number=text)
    return say("may be up to {number}", number=text) if numbers.turned else say("may be down to {number}", number=text)


def _unnamed(finding: Mapping[str, Any]) -> Reading:
    return replace(reading(finding), people=None)


def limit(finding: Mapping[str, Any]) -> str:
    """Write a finding's limit in the unit of its gap."""
    numbers = reading(finding)
    text = exactly(numbers.limit)
    return f"{text}%" if numbers.in_percent else text + singular(numbers.unit, text)


def matched(pairing: Pairing, names: Sequence[str]) -> str:
    """Say how many people are in the records of both systems, and how many in one only."""
    found = pairing.found
    if found is None or not all(held.unique for held in found.held):
        return ""
    said = [
        say_count(found.people, "1 person is in the records of both.", "{count} people are in the records of both.")
    ]
    for number, name in zip(found.in_one_only, names, strict=True):
        if number:
            said.append(say("{count:,} only in those of {system}: not paired.", count=number, system=name))
    return " ".join(said)


def side_by_side(why: str, names: Sequence[str]) -> str:
    """Say that two systems are shown side by side only, and why."""
    return say(
        "{first} and {second} stand side by side only, and how their gaps differ is not bounded: {why}.",
        first=names[0],
        second=names[1],
        why=why,
    )


TOO_FEW = marked("There are too few people to bound how the two differ.")


def change(told: Mapping[str, Any], finding: Mapping[str, Any], names: Sequence[str], people: str) -> str:
    """Say how the disparity of two groups differs between two systems.

    Args:
        told: from `changes.changes`.
        finding: of the first system's report.
        names: both systems'.
        people: the plan's word for them.
    """
    first, second = (who(name, people, people) for name in told["groups"])
    given = {"people": told["people"], "first": first, "second": second, "one": names[0], "other": names[1]}
    said = [say(ALL if told["same_people"] else EITHER, **given)]
    if None in (*told["disparity"], told["change"]):
        said.append(
            say("The gap cannot be told under both: some group has nobody to count, or nobody counted.", **given)
        )
    else:
        said += _ratio(told, finding, given) if finding["comparison"] == "ratio" else _difference(told, finding, given)
    if told["not_known"]:
        said.append(
            say_count(
                told["not_known"],
                "Of 1 more in both files, decision or outcome is not known in one of them.",
                "Of {count} more in both files, decision or outcome is not known in one of them.",
            )
        )
    if told["unknown_group"]:
        said.append(
            say_count(
                told["unknown_group"],
                "The group of 1 more in both files is not known.",
                "The group of {count} more in both files is not known.",
            )
        )
    return " ".join(said)


ALL = marked("This is of {people:,} people judged by both.")
EITHER = marked("This is of {people:,} people whom the measure counts under either or both.")


def _difference(told: Mapping[str, Any], finding: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    gaps = [100 * gap for gap in told["disparity"]]
    turned = min(gaps) < 0
    sizes = {name: _gap(gap, finding, given, turned=turned) for name, gap in zip(("was", "now"), gaps, strict=True)}
    said = [
        say("The gap between {first} and {second} is {was} under {one}, and {now} under {other}.", **given, **sizes)
    ]
    if told["lower"] is None or told["upper"] is None:
        return [*said, say(TOO_FEW)]
    low, high = 100 * told["lower"], 100 * told["upper"]
    forms = (SMALLER, LARGER, EITHER_WAY) if not turned else FARING if finding["worse"] else HIGHER
    if low > 0:
        return [*said, say(forms[1], **given, least=_down(low), most=_up(high))]
    if high < 0:
        return [*said, say(forms[0], **given, least=_down(-high), most=_up(-low))]
    return [*said, say(forms[2], **given, less=_up(-low), more=_up(high))]


SMALLER = marked("Under {other} it is smaller, by at least {least} and at most {most} in 100.")
LARGER = marked("Under {other} it is larger, by at least {least} and at most {most} in 100.")
EITHER_WAY = marked(
    "Whether it is smaller or larger under {other} is not shown: it may be smaller by up to {less} in 100, or larger"
    " by up to {more}."
)
FARING = (
    marked("Beside {second}, {first} fare better under {other}, by at least {least} and at most {most} in 100."),
    marked("Beside {second}, {first} fare worse under {other}, by at least {least} and at most {most} in 100."),
    marked(
        "Whether {first} fare better or worse beside {second} under {other} is not shown: it may be better by up to"
        " {less} in 100, or worse by up to {more}."
    ),
)
HIGHER = (
    marked(
        "Beside {second}, {first} are counted more often under {other}, by at least {least} and at most {most} in 100."
    ),
    marked(
        "Beside {second}, {first} are counted less often under {other}, by at least {least} and at most {most} in 100."
    ),
    marked(
        "Whether {first} are counted more or less often beside {second} under {other} is not shown: it may be more by"
        " up to {less} in 100, or less by up to {more}."
    ),
)


def _gap(gap: float, finding: Mapping[str, Any], given: Mapping[str, Any], *, turned: bool) -> str:
    """Write a gap in 100; where it turns round between the systems, to whose harm it is."""
    text = _tenths(gap)
    if text == "0":
        return say("0 in 100")
    if not turned:
        return say("{gap} in 100", gap=text)
    told = {"gap": text, "who": given["first"] if gap > 0 else given["second"]}
    if finding["worse"]:
        return say("{gap} in 100 to the harm of {who}", **told)
    return say("{gap} in 100 with {who} counted less often", **told)


def _down(number: float) -> str:
    return _tenths(math.floor(10 * number + 1e-9) / 10)


def _up(number: float) -> str:
    return _tenths(math.ceil(10 * number - 1e-9) / 10)


def _tenths(number: float) -> str:
    return f"{abs(number):.1f}".removesuffix(".0")


def _ratio(told: Mapping[str, Any], finding: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    burden = finding["worse"] == "high"
    # What is said grows with harm only where a high rate is the worse one to have.
    was, now = (100 * (value if burden else 1 / value) for value in told["disparity"])
    numbers = {**given, "was": _tenths(was), "now": _tenths(now)}
    said = [
        say(
            "For every 100 {second} who are counted, there are {was} {first} under {one} and {now} under {other}, in"
            " groups of equal size.",
            **numbers,
        )
        if burden
        else say(
            "Beside {second}, {first} are counted {was}% as often under {one}, and {now}% as often under {other}.",
            **numbers,
        )
    ]
    if told["lower"] is None or told["upper"] is None:
        return [*said, say(TOO_FEW)]
    low, high = (told["lower"], told["upper"]) if burden else (1 / told["upper"], 1 / told["lower"])
    ends = {"low": f"{math.floor(100 * low) / 100:.4g}", "high": f"{math.ceil(100 * high) / 100:.4g}"}
    if low > 1 or high < 1:
        return [*said, say("The second number is between {low} and {high} times the first.", **ends)]
    return [
        *said,
        say("Which of the two is larger is not shown: the second is between {low} and {high} times the first.", **ends),
    ]


def chance(value: float | None, people: int) -> str:
    """Write how often chance alone would split a group's people so unevenly, or more so."""
    if not people:
        return say("nobody to count")
    if value is None:
        return say("not said: people have several records")
    if value < 0.001:
        return say("under 1 in 1,000")
    times = round(1000 * value)
    return say("always") if times == 1000 else say("{times:,} in 1,000", times=times)
