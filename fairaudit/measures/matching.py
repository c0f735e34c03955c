"""Measures of matching: records that are linked, duplicates that are found, faces that are recognised.

A decision is whether two records (or faces) were taken for one person; the outcome is whether they are.
"""

from __future__ import annotations

from typing import Any

from fairaudit.measures.counts import Rate
from fairaudit.measures.registry import measure

FELLEGI = "Fellegi & Sunter 1969, Journal of the American Statistical Association 64: 1183-1210"
GROTHER = "Grother, Ngan & Hanaoka 2019, NIST IR 8280 (false negatives and false positives by demographic group)"
BOTH = ("decision", "outcome")


@measure(
    of="{people} who should be matched",
    share="were missed",
    rises_with="error",
    needs=BOTH,
    source=FELLEGI,
    title="missed-match rate",
    kind="matching",
    aliases=("false_non_match_rate", "fnmr", "false_negative_identification_rate"),
)
def missed_match_rate(c: Any) -> Rate:
    """Of those whose records belong together, the share whose match was missed.

    Formula: same person and not matched / same person.
    Range: 0 to 1; best 0.
    Undefined: where no pair of the group's records belongs together.
    Definition: the false negative rate of linkage, one minus its recall.
    """
    return Rate(c.fn, c.fn + c.tp)


@measure(
    of="{people} who should not be matched",
    share="were matched all the same",
    rises_with="error",
    needs=BOTH,
    source=GROTHER,
    title="false-match rate",
    kind="matching",
    aliases=("fmr", "false_positive_identification_rate"),
)
def false_match_rate(c: Any) -> Rate:
    """Of those whose records do not belong together, the share who were matched all the same.

    Formula: another person and matched / another person.
    Range: 0 to 1; best 0.
    Undefined: where every pair of the group's records belongs together.
    Definition: the false positive rate of the pairs that were looked at. It hangs on which pairs those are: say how
        they were chosen. Where very many pairs are looked at, a small rate is many people.
    """
    return Rate(c.fp, c.fp + c.tn)


@measure(
    of="{people} who were matched",
    share="were somebody else",
    rises_with="error",
    needs=BOTH,
    source=FELLEGI,
    title="share of matches that are false",
    kind="matching",
)
def false_match_share(c: Any) -> Rate:
    """Of those who were matched, the share who were matched with another person.

    Formula: another person and matched / matched.
    Range: 0 to 1; best 0.
    Undefined: where nobody in the group was matched.
    Definition: one minus the precision of linkage: how often whoever acts on a match acts on the wrong person.
    """
    return Rate(c.fp, c.fp + c.tp)


@measure(
    of="{people}",
    share="were matched",
    rises_with=None,
    needs=("decision",),
    source=FELLEGI,
    title="share matched",
    kind="matching",
)
def match_rate(c: Any) -> Rate:
    """Of all whose match is known, the share who were matched, rightly or wrongly.

    Formula: matched / all.
    Range: 0 to 1; no value is best in itself.
    Undefined: where no match is known in the group.
    Definition: needs no truth, and says nothing of errors: groups may be matched alike and missed unalike.
    """
    return Rate(c.selected, c.n)
