"""An executed notebook as a page to read: prose, charts and tables, the code folded away, and nothing that can run.

The page is one more template of ours, filled in as the report is. A template for nbconvert would bring its own loader,
highlighter and sanitiser along, and take none of our style, words or policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from fairaudit.displays import AGGREGATE
from fairaudit.languages import language_of
from fairaudit.report import view
from fairaudit.report.foreign_html import Mending
from fairaudit.report.html import LANGUAGE, page, words
from fairaudit.report.markup import markdown

FOLDER = "notebooks"
PNG = re.compile(r"[A-Za-z0-9+/=\s]+")

Cell = Mapping[str, Any]


def notebook_page(notebook: Mapping[str, Any], results: Mapping[str, Any], evidence: str) -> str:
    """Write an executed notebook as a page.

    Args:
        notebook: what its `.ipynb` in the report holds, after the gate (`kernels.gated`).
        results: what `results.json` holds; it says in which language.
        evidence: the id of the block that it was run for.

    Returns:
        One HTML page; the same notebook and results give the same page.

    Raises:
        KeyError: it is no notebook, or the results have no such block.
    """
    place, block = next((place, block) for place, block in enumerate(results["evidence"], 1) if block["id"] == evidence)
    language = language_of(results)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ran = (results.get("seal") or {}).get("evidence", {}).get(evidence, {})
    return page(
        "notebook.html",
        language,
        results=results,
        block=block,
        anchor=view.evidence_anchor(place),
        banner=view.banner(results),
        ran=ran,
        prose_language=_language_of_prose(ran, results, language),
        errors=list(_errors(code)),
        cells=list(_cells(notebook["cells"], words(language)["notebook"])),
    )


def _language_of_prose(ran: Mapping[str, Any], results: Mapping[str, Any], language: str) -> str | None:
    """Say in which language the prose is where that is not the page's: ours is English, an audit's own its own."""
    own = ran.get("notebook_sha256") in {entry["sha256"] for entry in results["audit"]["code"]}
    return None if own or language == LANGUAGE else LANGUAGE


def _cells(cells: list[Cell], w: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give each cell as the template shows it; code is counted, since a later cell may speak of it."""
    mending, step = Mending(w["table"], w["no_header"]), 0
    for cell in cells:
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            yield {"prose": mending(markdown(source))}
        elif cell["cell_type"] == "code":
            step += 1
            parts = [_part(output, mending) for output in cell["outputs"]]
            yield {"step": step, "code": source, "first": _first_line(source), "parts": parts}
        else:
            yield {"code": source}


def _errors(code: list[Cell]) -> Iterator[dict[str, Any]]:
    """Name each error with its step: a reader meets it before all else."""
    for step, cell in enumerate(code, 1):
        yield from (
            {"step": step, "name": output["ename"], "first": _first_line(_text(cell["source"]))}
            for output in cell["outputs"]
            if output["output_type"] == "error"
        )


def _part(output: Mapping[str, Any], mending: Mending) -> dict[str, Any]:
    """Give one output: a picture where it has words for those who cannot see it, a table or text; else its words."""
    if output["output_type"] == "error":
        return {"error": output["ename"]}
    if output["output_type"] == "stream":
        return {"text": _text(output["text"])}
    data = output["data"]
    alt = _alt(output)
    if "image/svg+xml" in data and alt:
        return {"src": _address(_text(data["image/svg+xml"])), "alt": alt}
    if "image/png" in data and alt and PNG.fullmatch(_text(data["image/png"])):
        return {"src": f"data:image/png;base64,{''.join(_text(data['image/png']).split())}", "alt": alt}
    if "text/html" in data and (shown := mending(_text(data["text/html"]))):
        return {"html": shown}
    return {"text": _text(data.get("text/plain", alt))}


def _alt(output: Mapping[str, Any]) -> str:
    """Find the words for a picture: its own metadata, or what its mark says of it."""
    told = output.get("metadata", {})
    stated = (told.get(kind, {}).get("alt") for kind in ("image/svg+xml", "image/png"))
    mark = output["data"].get(AGGREGATE, {})
    of_mark = mark.get("text") if isinstance(mark, Mapping) else None
    return next((text.strip() for text in (*stated, of_mark) if isinstance(text, str) and text.strip()), "")


def _address(svg: str) -> Markup:
    """Put a drawing into an address: in a picture nothing of it runs or is fetched, whoever drew it.

    Percent-encoding takes a fifth less room than base64, and leaves nothing that HTML would read.
    """
    return Markup("data:image/svg+xml," + quote(svg.replace('"', "'"), safe=" /:=;,.()!*+-?_~@$|^[]{}'"))


def _first_line(source: str) -> str:
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line), "")


def _text(value: str | list[str]) -> str:
    """Join the lines of a text, which nbformat keeps apart."""
    return value if isinstance(value, str) else "".join(value)
