"""Verifying a report: everything that its seal names compared, counted, computed and written again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairaudit.errors import FairauditError, UsageError
from fairaudit.languages import language_of
from fairaudit.own_code import references
from fairaudit.plan import read_plan
from fairaudit.verifying import files, held, inputs, numbers, people, printed, signed
from fairaudit.verifying.seen import Difference, Sealed, Seen, read_json
from fairaudit.workflow import seal
from fairaudit.workflow.registration import read_register

__all__ = ["CANNOT", "Difference", "Verified", "verify"]

CANNOT = (
    "What this cannot detect: a report, its seal and all that they name rewritten together, where nobody holds the "
    "seal or its hash elsewhere; signatures taken away, or keys exchanged together with the list of allowed ones; "
    "answers that are not true; records that were wrong before they were counted; looks at data that nobody logged; "
    "and where and when it was run, which is as the seal says."
)
NOT_ALLOWED = "the results of {} come of code of the audit's own: read it, and if you trust it, add --allow-code."
NOT_SEALED = "the results of {}: the audit's own code is not the code that was sealed, so it was not run."


@dataclass(frozen=True)
class Verified:
    """What a verification found.

    Attributes:
        differences: everything that differs; empty where the report is reproduced.
        notes: what a reader should know, and is no difference.
        unchecked: what was not looked at, though it could be.
        all_recounted: whether the records of every evidence block were counted again.
        seal_sha256: the seal's root, as it is computed now; empty where there is no seal.
        held: whether a seal held elsewhere was compared.
    """

    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    all_recounted: bool = False
    seal_sha256: str = ""
    held: bool = False

    @property
    def reproduced(self) -> bool:
        """Say whether everything came out again."""
        return not self.differences and not self.unchecked

    def lines(self) -> Iterator[str]:
        """Say it in sentences, every difference at once."""
        yield self._headline()
        for place, each in enumerate(self.differences, 1):
            yield f"{place}. {each}"
        yield from (f"- Not checked: {text}" for text in self.unchecked)
        yield from (f"- {text}" for text in self.notes)
        if self.seal_sha256:
            yield f"The seal: {self.seal_sha256}"
        yield CANNOT

    def _headline(self) -> str:
        if self.differences:
            count = len(self.differences)
            return f"Not reproduced: {count} thing{' differs' if count == 1 else 's differ'}."
        if self.unchecked:
            return "Not reproduced in full: nothing differs of what was checked."
        counted = (
            "the records were counted again" if self.all_recounted else "not all records were recounted (see below)"
        )
        with_held = " and as in the seal held elsewhere" if self.held else ""
        return f"Reproduced: every file is as it was sealed{with_held}, {counted}, and every number came out the same."


def verify(
    folder: str | Path,
    out: str | Path | None = None,
    against: str | Path | None = None,
    *,
    quick: bool = False,
    allow_code: bool = False,
) -> Verified:
    """Verify a report: compare every file, count, compute and write again, and say whatever differs.

    Nothing is written, and no notebook runs.

    Args:
        folder: the audit's folder.
        out: the report's folder; `report/` in the audit's where None.
        against: a `seal.json` that was held elsewhere, or its hash.
        quick: do not count the records again.
        allow_code: whether measures of the audit's own may run.

    Returns:
        What was found.

    Raises:
        UsageError: there is no audit or no report, or `against` is no seal.
    """
    folder = Path(folder)
    folder = folder.parent if folder.suffix in (".yaml", ".yml") and not folder.is_dir() else folder
    report = Path(out or folder / "report").resolve()
    if not folder.is_dir():
        raise UsageError.one(str(folder), "there is no such folder", "Name the folder that holds audit.yaml.")
    if not report.is_dir():
        raise UsageError.one(str(report), "there is no report", "`fairaudit run DIR` writes one; --out names another.")
    kept = held.read_held(against) if against is not None else None
    seen = Seen()
    content = read_json(report / seal.FILE)
    if content is None:
        move = "Take it from a copy, or run the audit again."
        seen.differs("seal.json is missing or cannot be read.", "Nothing can be compared without it.", move)
        return Verified(tuple(seen.differences))
    if lacking := files.lacking(content):
        what = f"seal.json is not as fairaudit writes it: {', '.join(lacking)}."
        seen.differs(what, "Another version or somebody else wrote it.", "The analyst runs the audit again.")
        return Verified(tuple(seen.differences))
    sealed = Sealed(folder, report, content, read_json(report / "results.json"))
    all_recounted = _checked(seen, sealed, quick=quick, allow_code=allow_code)
    if kept is not None:
        with seen.checking("The seal held elsewhere"):
            held.check_held(seen, sealed, kept)
    return Verified(
        tuple(seen.differences),
        tuple(seen.notes),
        tuple(seen.unchecked),
        all_recounted,
        seal.root_of(content),
        held=against is not None,
    )


def _checked(seen: Seen, sealed: Sealed, *, quick: bool, allow_code: bool) -> bool:
    """Check everything in turn; whatever one check meets, the others go on.

    Returns:
        Whether the records of every evidence block were counted again.
    """
    with seen.checking("The report's files"):
        files.check_files(seen, sealed)
    if sealed.results is None:
        seen.differs("results.json cannot be read.", "No number can be compared.", "Run the audit again.")
    with seen.checking("The seal"):
        files.check_seal(seen, sealed)
    with seen.checking("The plan"):
        sealed.plan = read_plan(sealed.folder).in_language(language_of(sealed.results) if sealed.results else "")
    with contextlib.suppress(FairauditError):  # what is wrong with it is said in a moment
        sealed.register = read_register(sealed.folder)
    at_hand: set[str] = set()
    same_code = False
    for what, check in (
        ("The plan's hash", inputs.check_plan),
        ("The answers", inputs.check_answers),
        ("The notebooks", inputs.check_notebooks),
        ("The versions", inputs.check_versions),
        ("The commit", inputs.check_commit),
        ("The register", people.check_register),
        ("The signatures", signed.check_signatures),
    ):
        with seen.checking(what):
            check(seen, sealed)
    with seen.checking("The data"):
        at_hand = inputs.check_data(seen, sealed)
    with seen.checking("The audit's own code"):
        same_code = inputs.check_code(seen, sealed) and inputs.all_sealed(sealed)
    if sealed.results is None:
        return False
    with seen.checking("The page"):
        numbers.check_page(seen, sealed)
    with seen.checking("The pages of the notebooks"):
        numbers.check_notebook_pages(seen, sealed)
    with seen.checking("The PDF"):
        printed.check_printed(seen, sealed, quick=quick)
    if sealed.plan is None:
        return False
    with seen.checking("What people answered, signed and decided"):
        people.check_people(seen, sealed)
    if quick:
        seen.note(
            "The records were not recounted, as asked (--quick): every number was computed from the saved counts."
        )
    return _recomputed(seen, sealed, set() if quick else at_hand, allow_code=allow_code, same_code=same_code)


def _recomputed(seen: Seen, sealed: Sealed, at_hand: set[str], *, allow_code: bool, same_code: bool) -> bool:
    """Compute every block again, from its records where they are at hand."""
    counted = set()
    for block in sealed.plan.evidence:
        if references(block) and not (allow_code and same_code):
            seen.unchecked.append((NOT_ALLOWED if same_code else NOT_SEALED).format(block.id))
            continue
        with seen.checking(f"The numbers of {block.id}"):
            numbers.check_block(seen, sealed, block, recount=block.id in at_hand)
            counted |= {block.id} & at_hand if not block.data.is_tally else set()
    return counted == {block.id for block in sealed.plan.evidence}
