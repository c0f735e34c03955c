"""A finding as the public copy tells it: verdict and words as they are, of its numbers those that give nobody away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fairaudit.comparisons.scheme import EVERYONE, EVERYONE_ELSE
from fairaudit.disclosure.choosing import IN_HUNDREDS
from fairaudit.disclosure.hidden import Hidden
from fairaudit.disclosure.rule import STEPS, Rule, significant, stepped
from fairaudit.disclosure.words import FRACTION, scenario_of, sentence_of
from fairaudit.sentences import cleared_for_sentence

Found = Mapping[str, Any]
ERRORS = ("false_positive_rate", "false_negative_rate")
SAME = 1e-9
FEWEST = 4
"""A group whose counts are told roughly has at least so many times what they are rounded to."""
OF_VISIBLE_ONLY = ("labels", "fragility")
"""Checks that rest on the counts of the groups compared alone."""


class PublicFinding:
    """Makes one.

    Args:
        finding: as in `results.json`.
        block: the evidence block that it is of.
        hidden: what is hidden of the block.
        rule: which counts are hidden.
    """

    def __init__(self, finding: Found, block: Mapping[str, Any], hidden: Hidden, rule: Rule):
        self.was, self.block, self.rule = finding, block, rule
        self.grouping = tuple(finding["grouping"])
        self.closed = self.grouping in hidden.closed
        self.gone = hidden.rates.get(self.grouping, frozenset())
        self.quiet = hidden.quiet
        self.each = hidden.rounded.get(self.grouping, 0)
        self.rounded = bool(self.each)
        self.blurred = bool(hidden.blurred & set(self.grouping)) or bool(self.gone)
        self.people = block["words"]["people"]
        if self.rounded:
            self.gone |= {row["group"] for row in finding["groups"] if 0 < row["n"] < FEWEST * self.each}
        self.sizes = {row["group"]: row["n"] for row in finding["groups"] if row["group"] not in self.gone}
        self.least = min(self.sizes.values(), default=0)
        self.shares = finding["scale"]["name"] in ("share", "points") and not finding["approximate"]

    def as_dict(self) -> dict[str, Any]:
        """Give it with the same keys, and `not_told`: the groups that are left out."""
        was = self.was
        comparisons = [self._comparison(each) for each in was["comparisons"]]
        decides = next(each for each in comparisons if each["kind"] == was["comparison"])
        worst_told = self._told(was["worst_pair"]) and self._in_hundreds(was)
        return {
            **was,
            **{key: decides[key] for key in ("estimate", "lower", "upper", "sentence", "pairs")},
            "groups": [self._group(row) for row in was["groups"] if row["group"] not in self.gone],
            "comparisons": comparisons,
            "unknown": self._unknown(),
            "few": [name for name in was["few"] if name in self.sizes],
            "skewed": [name for name in was["skewed"] if name in self.sizes],
            "cleared_for": self._cleared_for(),
            "more_records": self._more_records(),
            "checks": self._checks(),
            "panel": [self._way(row) for row in was["panel"]] if self.open else [],
            "strata": was["strata"] if self._strata_told() else None,
            "other_side": was["other_side"] if worst_told and not self.rounded else None,
            "yearly": was["yearly"] if worst_told else "",
            "not_told": sorted(self.gone & {row["group"] for row in was["groups"]}),
        }

    @property
    def open(self) -> bool:
        """Say whether all of its numbers are told, exactly."""
        return not (self.gone or self.closed or self.rounded)

    # --- groups and pairs ---

    def _arm_told(self, name: str) -> bool:
        """Say whether an arm of a pair is told: a group that is, or everybody but one."""
        return name.removeprefix(f"{EVERYONE_ELSE} than ") in self.sizes or (name == EVERYONE and bool(self.sizes))

    def _told(self, pair: Sequence[str]) -> bool:
        return not self.closed and all(map(self._arm_told, pair))

    def _group(self, row: Found) -> dict[str, Any]:
        if self.rounded and row["n"]:
            return self._rough_group(row)
        values = {} if self.shares else {key: significant(row[key], 4) for key in ("rate", "lower", "upper")}
        return {**row, **values, "records": None if self.blurred else row["records"]}

    def _rough_group(self, row: Found) -> dict[str, Any]:
        """Give between what counts and rate of a group lie, as of counts that were received hidden; no interval."""
        n, records = (self.rule.between(row[key], self.each) for key in ("n", "records"))
        now = {**row, "n": n[0], "records": records[0], "lower": None, "upper": None, "rate": None}
        if row["events"] is None:
            now["rate"] = significant(row["rate"], 2)
            return {**now, "hidden": {"n": n, "events": [0, 0], "rate": [now["rate"]] * 2, "records": records}}
        events = self.rule.between(row["events"], self.each)
        rate = self._rates(row)
        return {**now, "events": events[0], "hidden": {"n": n, "events": events, "rate": rate, "records": records}}

    def _rates(self, row: Found) -> list[float]:
        """Give between what a rate lies, by what its counts lie between, and nothing else."""
        n, events = (self.rule.between(row[key], self.each) for key in ("n", "events"))
        ends = events[0] / n[1], min(events[1] / n[0], 1.0)
        if self.was["parameters"].get("weighted") or abs(row["rate"] - row["events"] / row["n"]) > SAME:
            return [stepped(row["rate"], 0.05, side) for side in ("down", "up")]  # weighted: no share of the counts
        return [stepped(end, 0.001, side) for end, side in zip(ends, ("down", "up"), strict=True)]

    def _pair(self, row: Found) -> dict[str, Any]:
        if self.rounded and min(row["n"]):
            return self._rough_pair(row)
        if self.shares:
            return dict(row)
        return {**row, **{key: significant(row[key], 4) for key in ("estimate", "lower", "upper")}}

    def _rough_pair(self, row: Found) -> dict[str, Any]:
        n = [self.rule.between(size, self.each) for size in row["n"]]
        if not self.shares:
            numbers = {key: significant(row[key], 2) for key in ("estimate", "lower", "upper")}
            return {
                **row,
                **numbers,
                "n": [n[0][0], n[1][0]],
                "hidden": {"estimate": [numbers["estimate"]] * 2, "n": n},
            }
        whole = min(row["n"]) >= IN_HUNDREDS * self.each
        bounds = {
            key: stepped(row[key], STEPS[0], side) if whole and row[key] is not None else None
            for key, side in (("lower", "down"), ("upper", "up"))
        }
        hidden = {"estimate": self._estimates(row), "n": n}
        return {**row, **bounds, "estimate": None, "n": [n[0][0], n[1][0]], "hidden": hidden}

    def _estimates(self, row: Found) -> list[float | None]:
        """Give between what a pair's value lies, rounded outward."""
        if row["estimate"] is None:
            return [None, None]
        step = self.rule.step(min(row["n"])) or STEPS[-1]
        return [stepped(row["estimate"] - step / 2, step, "down"), stepped(row["estimate"] + step / 2, step, "up")]

    def _comparison(self, was: Found) -> dict[str, Any]:
        pairs = [row for row in was["pairs"] if self._told(row["groups"])]
        told = self._told(was["worst_pair"])
        now = {**was, "pairs": [self._pair(row) for row in pairs]}
        now["estimate"] = was["estimate"] if told else None
        if not told:
            now.pop("hidden", None)
        elif self.rounded and self.shares and was["estimate"] is not None:
            now |= {"estimate": None, "hidden": {"estimate": self._estimates(self._worst_row(was))}}
        elif self.rounded:
            now["estimate"] = significant(was["estimate"], 2)
        for key, side in (("lower", "down"), ("upper", "up")):
            now[key] = self._bound(was, pairs, key, side) if told else None
        changed = any(now[key] != was[key] for key in ("estimate", "lower", "upper"))
        if changed or not told:
            whole = told and self._in_hundreds(was)
            now["sentence"] = sentence_of(was, now, self.was, self.people, told=whole, exact=not self.rounded)
        return now

    def _in_hundreds(self, was: Found) -> bool:
        """Say whether the pair that a comparison names is large enough to be told in whole numbers of every 100."""
        return not self.rounded or min(self._worst_row(was)["n"]) >= IN_HUNDREDS * self.each

    @staticmethod
    def _worst_row(was: Found) -> Found:
        """Find the row of the pair that a comparison names."""
        rows = [row for row in was["pairs"] if set(row["groups"]) == set(was["worst_pair"])]
        return min(rows, key=lambda row: abs((row["estimate"] or 0.0) - (was["estimate"] or 0.0)))

    def _bound(self, was: Found, pairs: Sequence[Found], key: str, side: str) -> float | None:
        """Keep a bound that a pair below has too; round any other, into which people go of whom nothing is told."""
        value = was[key]
        if value is None or (
            not self.rounded and any(row[key] is not None and abs(row[key] - value) <= SAME for row in pairs)
        ):
            return value
        if self.open and not self._unknown_total():
            return value
        if not self.shares:
            return None if self.gone or self.rule.step(self.least) is None else significant(value, 2)
        if self.rounded:
            told = self._in_hundreds(was) and self._of_told(was, key)
            return self._on_its_side(was, value, stepped(value, STEPS[0], side)) if told else None
        step = self.rule.step(self.least)
        if step is None or self.gone:
            return None
        return self._on_its_side(was, value, stepped(value, step, side))

    def _of_told(self, was: Found, key: str) -> bool:
        """Say whether a bound is that of a pair that is told, and large enough."""
        rows = [row for row in was["pairs"] if self._told(row["groups"]) and min(row["n"]) >= IN_HUNDREDS * self.each]
        return any(row[key] is not None and abs(row[key] - was[key]) <= SAME for row in rows)

    @staticmethod
    def _on_its_side(was: Found, value: float, rounded: float) -> float:
        """Keep a rounded bound on the side of the limit on which the bound is: rounding changes no verdict."""
        limit = was["tolerance"]["value"]
        crossed = (value - limit) * (rounded - limit) < 0
        return limit if crossed else rounded

    def _unknown_total(self) -> int:
        unknown = self.was["unknown"]
        return unknown["people"] + unknown["decisions"] + unknown["outcomes"]

    # --- what else stands with it ---

    def _unknown(self) -> dict[str, Any]:
        was = self.was["unknown"]
        if self.open and not self.quiet:
            return {**was, "share": self._share_unknown(was["share"])}
        few = {key: None for key in ("people", "decisions", "outcomes")}
        where = "" if any(group in was["where"] for group in self.gone) else was["where"]
        return {**was, **few, "where": where, "share": None if was["share"] else 0.0}

    def _share_unknown(self, share: float) -> float | None:
        step = next((each for each in STEPS if self.rule.smallest <= each * self.least), None)
        return share if not share else None if step is None else stepped(share, step, "up")

    def _cleared_for(self) -> dict[str, Any]:
        was = self.was["cleared_for"]
        if self.open or not (was["groups"] or was["left"]):
            return was
        left = [{**each, "n": None, "needed": None} for each in was["left"]]
        sentence = was["sentence"] and cleared_for_sentence(was["groups"], None, left)
        return {**was, "share": None, "left": left, "sentence": sentence}

    def _more_records(self) -> dict[str, Any] | None:
        more = self.was["more_records"]
        return more if more and self._told(self.was["worst_pair"]) and self.open else None

    def _checks(self) -> list[dict[str, Any]]:
        told = (self._check(check) for check in self.was["checks"])
        return [check for check in told if check is not None]

    def _check(self, check: Found) -> dict[str, Any] | None:
        """Tell a check as it is, without its number, or, where it is no scenario of the verdict, not at all.

        People of unknown group go into scenarios, and of them nothing else is told: so groups must be large.
        """
        large = self.least >= self.rule.smallest / STEPS[0]
        whole = self.open and not self.quiet and (large or not self._unknown_total())
        scenario = scenario_of(check)
        if scenario is not None:
            if whole and not FRACTION.search(check["sentence"]):
                return {**check, "bound": self._rough(check["bound"])}
            return {**check, "bound": None, "sentence": scenario}
        if check["check"] == "reweighting":
            return {**check, "bound": self._rough(check["bound"])} if self.open and large else None
        if check["scenario"] == "tipping point":
            return dict(check) if whole and large else None
        told = self._strata_told() if check["check"] == "strata" else check["check"] in OF_VISIBLE_ONLY and self.open
        return dict(check) if told else None

    def _rough(self, value: float | None) -> float | None:
        if value is None or self.rule.step(self.least) is None:
            return None
        return stepped(value, self.rule.step(self.least)) if self.shares else significant(value, 2)

    def _way(self, row: Found) -> dict[str, Any]:
        """Round one way to weigh the records; error rates are told only where the findings tell them too."""
        both = all(self._measured(name) for name in ERRORS)

        def rough(values: Sequence[float] | None) -> list[float] | None:
            rounded = None if values is None else [self._rough(value) for value in values]
            return None if rounded is None or None in rounded else rounded

        groups = [
            {
                "group": each["group"],
                "rate": rough(each["rate"]),
                **{name: rough(each[name]) if both else None for name in ERRORS},
                "worth": significant(each.get("worth"), 2),
            }
            for each in row["groups"]
        ]
        known = row["weights"]
        weights = known and {
            name: value if name == "records" else significant(value, 2) for name, value in known.items()
        }
        roughly = {key: self._rough(row[key]) for key in ("estimate", "bound")}
        return {**row, **roughly, "groups": groups, "weights": weights}

    def _measured(self, name: str) -> bool:
        return any(
            each["measure"] == name and tuple(each["grouping"]) == self.grouping for each in self.block["findings"]
        )

    def _strata_told(self) -> bool:
        found = self.was["strata"]
        if not (found and self.open):
            return False
        for row in found["rows"]:
            for n, events in zip(row["n"], row["events"], strict=True):
                if any(map(self.rule.small, (n, events, n - events))) or (n and events in (0, n)):
                    return False
        return True
