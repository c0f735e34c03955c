"""Two or more systems whose audits ask the same, side by side; paired where their records are of the same people.

What `compare.json` holds: `schema_version`, `language`, `made_by`; `notices`; `no_score`; `systems`, each with `name`,
`vendor`, `agency`, `folder`, `seal`, `day`, `demonstration`, `headline`, `would_be`, `decision`, `needs`; `differing`,
what the plans say otherwise (`where`, `values`); `evidence`, each block with `id`, `kind`, `question`, `pairings`
(`systems` by place, `people`, `in_one_only`, `other_group`, `other_outcome`, `why_not`, `sentence`) and `findings`;
`cannot_tell`.

A finding has `id`, `about`, `blocks`, `limit`, `because`; and lists:

* `systems`, each with `verdict`, `words`, `baseline`, `pair` (the worse-treated group first), `estimate`, `lower`,
  `upper`, `best` and `bound` in words, `shown`, `needed`;
* `changes`, each with `systems`, `groups` (the worse-treated first), `people`, `not_known`, `unknown_group`,
  `same_people`, `disparity` under either (where the first group is worse off, above 0; of a ratio, above 1), `change`
  (the second's less the first's; of ratios the second's over the first's) with `lower` and `upper` of 95%, `sentence`;
* `unlike`, of two systems each, `rows` with `group`, `people`, `first_only`, `second_only`, and `by_chance` (McNemar's
  exact test; None where records share clusters) with `by_chance_words`;
* `side_by_side`, of two systems each, `why` nothing is paired, and the `sentence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fairaudit import __version__
from fairaudit.comparing import changes, words
from fairaudit.comparing.changes import Pairing
from fairaudit.comparing.reading import Bid, read_bids
from fairaudit.findings import plain
from fairaudit.folders import cannot_write, replace_text
from fairaudit.languages import ENGLISH, language_of, listed, say, say_count, speaking
from fairaudit.results import json_text
from fairaudit.sentences import finding_named

SCHEMA_VERSION = "1"
PAGE, JSON = "compare.html", "compare.json"


def compared(folders: Sequence[Path]) -> dict[str, Any]:
    """Compare audits that ask the same.

    Args:
        folders: two or more audits', each with a sealed report in `report/`.

    Returns:
        What `compare.json` holds.

    Raises:
        FairauditError: an audit has no report as it was sealed; plans ask otherwise; a source cannot be read.
    """
    bids, differing = read_bids(folders)
    languages = {language_of(bid.results) for bid in bids}
    language = languages.pop() if len(languages) == 1 else ENGLISH
    with speaking(language):
        return _told(bids, differing, language)


def _told(bids: Sequence[Bid], differing: Sequence[Mapping[str, Any]], language: str) -> dict[str, Any]:
    return plain(
        {
            "schema_version": SCHEMA_VERSION,
            "language": language,
            "made_by": f"fairaudit {__version__}",
            "notices": list(_notices(bids)),
            "no_score": say(words.NO_SCORE),
            "systems": [_system(bid) for bid in bids],
            "differing": differing,
            "evidence": [_block(bids, block.id) for block in bids[0].plan.evidence],
            "cannot_tell": [*map(say, words.CANNOT_TELL), *_left_untold(bids)],
        }
    )


def write(found: Mapping[str, Any], out: Path) -> list[Path]:
    """Write one page and the same as JSON.

    Args:
        found: from `compared`.
        out: where to write `compare.html` and `compare.json`; may exist.

    Returns:
        The files written.

    Raises:
        UsageError: the folder cannot be written.
    """
    from fairaudit.report.html import comparison_page

    texts = {PAGE: comparison_page(found, found["language"]), JSON: json_text(found)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_text(out / name, text)
    except OSError as error:
        raise cannot_write(out, error) from None
    return [out / name for name in texts]


def _notices(bids: Sequence[Bid]) -> Iterator[str]:
    made_up = [bid.name for bid in bids if bid.results["audit"]["demonstration"]]
    if made_up:
        yield (
            say("DEMONSTRATION: the records are made up. Nothing here is true of anybody.")
            if len(made_up) == len(bids)
            else say(
                "DEMONSTRATION: the records of {systems} are made up. Nothing said of them is true of anybody.",
                systems=listed(made_up),
            )
        )
    yield say("INTERNAL COPY: small counts are not hidden in it. It is not for publication as it is.")


def _left_untold(bids: Sequence[Bid]) -> list[str]:
    """Name what the plans say that their evidence cannot tell, once each."""
    return list(dict.fromkeys(line for bid in bids for block in bid.plan.evidence for line in block.cannot_tell))


def _system(bid: Bid) -> dict[str, Any]:
    found = bid.results["determination"]
    return {
        "name": bid.name,
        "vendor": bid.plan.system.vendor,
        "agency": bid.plan.system.agency,
        "folder": bid.folder.resolve().name,
        "seal": bid.results["root"],
        "day": bid.results["ended"][:10],
        "demonstration": bid.results["audit"]["demonstration"],
        "headline": found["headline"],
        "would_be": found["would_be"],
        "decision": found["decision"]["words"],
        "needs": list(_needs(bid)),
    }


def _needs(bid: Bid) -> Iterator[str]:
    """Name what an audit still lacks before anybody can decide on it."""
    owed = bid.results["page_one"]["open"]
    if owed["count"]:
        yield say_count(
            owed["count"],
            "1 question is not answered; of those that hold up adoption, {blocking:,}.",
            "{count} questions are not answered, of which {blocking:,} hold up adoption.",
            blocking=owed["blocking"],
        )
    yield bid.results["audit"]["registration"]["words"]
    for block in bid.results["evidence"]:
        for finding in block["findings"]:
            if finding["blocks"] and finding["verdict"] == "not_demonstrated" and finding["more_records"]:
                about = finding_named(finding, bid.results["evidence"])
                yield f"{about}: {finding['more_records']['sentence']}"


def _block(bids: Sequence[Bid], evidence: str) -> dict[str, Any]:
    found = changes.pairings(bids, evidence)
    blocks = [next(block for block in bid.results["evidence"] if block["id"] == evidence) for bid in bids]
    by_id = [{finding["id"]: finding for finding in block["findings"]} for block in blocks]
    shared = [name for name in by_id[0] if all(name in each for each in by_id)]
    shared.sort(key=lambda name: not by_id[0][name]["blocks"])
    return {
        "id": evidence,
        "kind": blocks[0]["kind"],
        "question": blocks[0]["question"] or evidence,
        "pairings": [_pairing(each, bids) for each in found],
        "findings": [_finding(bids, [each[name] for each in by_id], found) for name in shared],
    }


def _pairing(pairing: Pairing, bids: Sequence[Bid]) -> dict[str, Any]:
    names = [bids[place].name for place in pairing.places]
    said = [words.matched(pairing, names), words.side_by_side(pairing.why_not, names) if pairing.why_not else ""]
    return {
        "systems": list(pairing.places),
        "people": pairing.found.people if pairing.found else None,
        "in_one_only": list(pairing.found.in_one_only) if pairing.found and pairing.found.people else None,
        "other_group": pairing.other_group,
        "other_outcome": pairing.other_outcome,
        "why_not": pairing.why_not,
        "sentence": " ".join(filter(None, said)),
    }


def _finding(bids: Sequence[Bid], found: Sequence[Mapping[str, Any]], pairings: Sequence[Pairing]) -> dict[str, Any]:
    first = found[0]
    block = bids[0].plan.block(first["evidence"])
    reasons = {each.places: changes.why_side_by_side(each, first, block) for each in pairings}
    told = {each.places: list(_changes(each, bids, found, block)) for each in pairings if not reasons[each.places]}
    none = say("the groups that lie furthest apart are not in the records of both")
    reasons |= {places: none for places, rows in told.items() if not rows}
    paired = [each for each in pairings if each.places in told]
    return {
        "id": first["id"],
        "about": finding_named(first, bids[0].results["evidence"]),
        "blocks": first["blocks"],
        "limit": words.limit(first),
        "because": first["tolerance"]["because"],
        "systems": [
            _of_system(finding, bid.plan.block(finding["evidence"]).words.people)
            for finding, bid in zip(found, bids, strict=True)
        ],
        "changes": [each for rows in told.values() for each in rows],
        "unlike": [
            {"systems": list(each.places), "rows": rows} for each in paired if (rows := _unlike(each, first, block))
        ],
        "side_by_side": [
            {"systems": list(places), "why": why, "sentence": words.side_by_side(why, _named(bids, places))}
            for places, why in reasons.items()
            if why
        ],
    }


def _unlike(pairing: Pairing, finding: Mapping[str, Any], block: Any) -> list[dict[str, Any]]:
    rows = changes.unlike(pairing, finding, block)
    return [{**row, "by_chance_words": words.chance(row["by_chance"], row["people"])} for row in rows]


def _named(bids: Sequence[Bid], places: Sequence[int]) -> list[str]:
    return [bids[place].name for place in places]


def _of_system(finding: Mapping[str, Any], people: str) -> dict[str, Any]:
    return {
        "verdict": finding["verdict"],
        "words": finding["words"],
        "baseline": finding["baseline"],
        "pair": finding["worst_pair"],
        "estimate": finding["estimate"],
        "lower": finding["lower"],
        "upper": finding["upper"],
        "best": words.best(finding),
        "bound": words.bound(finding, people),
        "shown": words.shown(finding, people),
        "needed": (finding["more_records"] or {}).get("sentence", ""),
    }


def _changes(
    pairing: Pairing, bids: Sequence[Bid], found: Sequence[Mapping[str, Any]], block: Any
) -> Iterator[dict[str, Any]]:
    own = [found[place] for place in pairing.places]
    names = [bids[place].name for place in pairing.places]
    for told in changes.changes(pairing, own, block):
        told = plain(told)
        yield {
            "systems": list(pairing.places),
            **told,
            "sentence": words.change(told, own[0], names, block.words.people),
        }
