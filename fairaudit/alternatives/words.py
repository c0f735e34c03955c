"""What must be said beside alternatives, in one place."""

from __future__ import annotations

LEGAL = (
    "This uses a person's group when it decides. It is shown as a diagnostic, to see how far apart the scores lie, and "
    "not as something to adopt. Treating people differently by race, sex or the like is itself discrimination under "
    "many laws. In the United States, 42 U.S.C. 2000e-2(l) forbids different cut-off scores in employment tests by "
    "race, color, religion, sex or national origin, and Ricci v. DeStefano, 557 U.S. 557 (2009), limits what may be "
    "done by race to avoid a disparity. This is not legal advice: whoever answers for the law decides."
)
ONLY_HERE = "What holds for these records need not hold for the next."


def exploring(number: int, alpha: float) -> str:
    """Say what having looked at several alternatives means."""
    wrong = f"{100 * alpha:.3g} times in 100"
    if number < 2:
        return f"1 alternative was looked at. {ONLY_HERE} Confirm it on new records before it is adopted."
    return (
        f"{number} alternatives were looked at, on the same records. Had one of them been fixed beforehand, its "
        f"verdict would err at most {wrong}; the best of many looks better than it is. So each is judged a second "
        f"time, with that error shared among all {number}: that is the column Corrected. Choosing one of them is "
        f"exploration all the same. Fix the choice in the plan, and confirm it on new records, before it is adopted."
    )
