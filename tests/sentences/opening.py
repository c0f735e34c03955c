"""How a finding's sentence opens, of any measure: what both tables of expected sentences are of."""

from fairaudit.measures import MEASURES
from fairaudit.sentences import Scale, rates_sentence, values_in_words, who

GIVEN = {"days": 30, "capacity": 100, "above": 500, "quantile": 0.1}
UNITS = {"time": "days", "number": ""}
VALUES = {"time": 9.4, "money": 17.4, "number": 0.87, "share": 0.691, "points": 0.024}


def of_shares(name: str, people: str, money: str) -> str:
    """Say two groups' rates, 38 and 53 in 100, of a measure that is a share."""
    of, share = _bound(name, money).phrases()
    return rates_sentence("Black", "White", (0.38, 0.53), of, share, people)


def of_values(name: str, people: str, money: str, *, below: bool = False) -> str:
    """Say one group's value of a measure that is no share."""
    measure = _bound(name, money)
    scale = Scale(measure.scale, {**UNITS, "money": money}.get(measure.scale, ""))
    value = VALUES[measure.scale] * (-1 if below else 1)
    return measure.says(who("Black", people, people), *values_in_words([value], scale))


def titled(name: str, money: str) -> str:
    """Name a measure as a finding's title does."""
    return _bound(name, money).titled()


def _bound(name: str, money: str):
    measure = MEASURES[name]
    asked = {key for told in (*measure.parameters, *measure.optional) for key in told.split("/")}
    given = {key: value for key, value in GIVEN.items() if key in asked}
    return measure.bound({**given, "unit": money} if "above" in given else given)
