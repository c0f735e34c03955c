"""The report as one self-contained HTML page: no script, no request, everything that came from outside escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import jinja2
import yaml
from markupsafe import Markup

from fairaudit import languages
from fairaudit.charts.numbers import count
from fairaudit.report import view
from fairaudit.report.compare_view import comparison
from fairaudit.report.first_page import brief
from fairaudit.report.fonts import shared_faces
from fairaudit.report.markup import written
from fairaudit.report.pictures import outlines, picture, with_shared_texts
from fairaudit.report.tables import table, visible

__all__ = ["failure_page", "page", "render", "table"]

HERE = Path(__file__).resolve().parent
LANGUAGE = languages.ENGLISH


class Problem(Protocol):
    """What a failure page lists: `fairaudit.errors.Problem`."""

    where: str
    what: str
    hint: str


def render(results: Mapping[str, Any]) -> str:
    """Write the report.

    Args:
        results: what `results.json` holds; it says in which language.

    Returns:
        One HTML page; the same results give the same page.
    """
    language = languages.language_of(results)
    with languages.speaking(language):
        written = page("report.html", language, results=results, report=view.report(results, words(language)))
    return with_shared_texts(written)


def failure_page(title: str, problems: Sequence[Problem], language: str = LANGUAGE) -> str:
    """Write the page that a failed run leaves: the error first.

    Args:
        title: the system's name.
        problems: what went wrong, each with its place and what to do about it.
        language: the language of the fixed words.
    """
    return page("failure.html", language, title=title, problems=problems)


def public_list(audits: Sequence[Mapping[str, Any]], language: str = LANGUAGE) -> str:
    """Write the public list of audits.

    Args:
        audits: as `publishing.entry_of` gives them.
        language: the language of the fixed words.
    """
    supported = ("supported", "supported_with_conditions")
    settled = sum(a["evidence_state"] in supported and not a["demonstration"] for a in audits)
    return page("public_list.html", language, audits=audits, settled=settled)


def comparison_page(found: Mapping[str, Any], language: str = LANGUAGE) -> str:
    """Write the page that puts systems side by side.

    Args:
        found: what `compare.json` holds.
        language: the language of the fixed words.
    """
    view = comparison(found, words(language)["compare"])
    return page("compare.html", language, found=found, view=view)


def page(template: str, language: str, **values: Any) -> str:
    """Fill in a template of `templates/`.

    Args:
        template: its name.
        language: the language of the fixed words.
        values: what it shows.
    """
    with languages.speaking(language):
        t = words(language)
        return _environment(language).get_template(template).render(t=t, language=language, **values)


def prepare(language: str) -> None:
    """Read the words and the templates while there is nothing to write yet.

    Args:
        language: of the pages that are to come.
    """
    words(language)
    environment = _environment(language)
    for template in environment.list_templates(extensions=["html"]):
        environment.get_template(template)


@lru_cache(maxsize=4)
def _environment(language: str) -> jinja2.Environment:
    not_known = words(language)["not_known"]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: not_known if value is None else visible(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": count,
        "brief": brief,
        "capital": view.capital,
        "outlines": outlines,
        "picture": picture,
        "said": languages.said,
        "written": written,
    }
    style = (HERE / "templates" / "style.css").read_text(encoding="utf-8")
    environment.globals["style"] = Markup(f"{shared_faces()}\n{style}")
    return environment


@lru_cache(maxsize=4)
def words(language: str) -> dict[str, Any]:
    """Read the fixed words, and translate them."""
    with languages.speaking(language):
        return languages.said(yaml.safe_load((HERE / "text" / "en.yaml").read_text(encoding="utf-8")))
