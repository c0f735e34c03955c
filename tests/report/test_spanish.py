"""A report in Spanish, of a plan in Spanish, holds no sentence in English: neither what is seen nor what is read out.

The audit is made up, and says so.
"""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from fairaudit.charts.chart import LONGEST_ALT
from fairaudit.disclosure import public_copy
from fairaudit.measures import measures_table
from fairaudit.report.html import render
from fairaudit.workflow.questions import catalogue
from tests.report.audits import of_folder

GROUPS = {
    "distrito": {"levels": ["Norte", "Sur", "Costa"], "unknown": ["?"]},
    "sexo": {"levels": ["Mujer", "Hombre"]},
    "edad": {"levels": ["Menor de 30", "De 30 o más", "Mayor de 90"]},
}
DATA = {
    "source": "registros.csv",
    "origin": "synthetic",
    "decided_by": "this_system",
    "period": "solicitudes de 2024 (inventadas)",
    "counted_by": "el programa que inventó los registros",
    "unit": "una solicitud",
    "outcome": {"column": "resultado", "is": [1], "is_not": [0]},
}
WORDS = {
    "people": "personas",
    "selected": "fueron invitadas",
    "not_selected": "no fueron invitadas",
    "positive": "cumplieron los requisitos",
    "negative": "no cumplieron los requisitos",
}
BECAUSE = "política 3 de la ciudad (inventada)"
COMPARED = [{"by": ["distrito"]}, {"by": ["sexo"], "reference": "rest"}, {"by": ["edad"]}, {"by": ["distrito", "sexo"]}]
PLAN = {
    "language": "es",
    "system": {
        "name": "Selector de solicitudes (inventado)",
        "version": "2.0",
        "vendor": "Proveedora de Ejemplo (inventada)",
        "agency": "Ciudad de Ejemplo (inventada)",
        "decides": "a quién se invita",
        "people_per_year": 5000,
    },
    "evidence": [
        {
            "id": "invitaciones",
            "kind": "decisions",
            "question": "¿A quién se invita?",
            "data": {**DATA, "decision": {"column": "decision", "is": [1], "is_not": [0]}},
            "being_selected_is": "a benefit",
            "words": WORDS,
            "groups": GROUPS,
            "compare": COMPARED,
            "strata": ["tramo"],
            "measures": [
                {"measure": "selection_rate", "ratio": 0.8, "because": BECAUSE},
                {"measure": "false_positive_rate", "difference": 0.05, "because": BECAUSE},
                {"measure": "positive_predictive_value", "difference": 0.05, "blocks": False},
            ],
            "cannot_tell": ["Qué pasó con quienes no pidieron nada."],
        },
        {
            "id": "puntajes",
            "kind": "scores",
            "question": "¿Quién recibe un puntaje alto?",
            "data": {**DATA, "score": "puntaje"},
            "being_selected_is": "a benefit",
            "words": WORDS,
            "groups": {"sexo": GROUPS["sexo"], "distrito": GROUPS["distrito"]},
            "measures": [
                {"measure": "selection_rate", "at": 0.5, "ratio": 0.8, "because": BECAUSE},
                {"measure": "auc", "difference": 0.1, "because": BECAUSE},
            ],
        },
    ],
}
VERDICTS = {"cleared", "flagged", "not_demonstrated"}

# But for a, an, has, can, me, no: these are Spanish words too.
FUNCTION_WORDS = (
    "the|of|and|is|are|be|been|not|with|without|for|by|that|than|was|were|this|these|those|which|from|their|its|it|who"
    "|whom|whose|have|had|they|them|what|when|where|how|much|many|each|every|other|nobody|nothing|shown|may|could|would"
    "|to|in|as|at|on|or|if|all|any|people|records|group"
)
ENGLISH = re.compile(rf"(?<![\w-])({FUNCTION_WORDS})(?![\w-])", re.IGNORECASE)
# What has no Spanish name, or is printed as it is cited: titles of laws and forms, whose definition a measure is.
CITED = [str(row["source"]).replace("_", " ") for row in measures_table()]
INSTRUMENTS = [text for one in catalogue().instruments.values() for text in (one.name, one.citation)]
BLOCKS = re.compile("p|li|td|th|dt|dd|h[1-6]|caption|summary|div|title|tr|section")


class Texts(HTMLParser):
    """Reads a page as people and screen readers do: each text by itself, and what pictures and regions are called."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text, self.unseen, self.alts = [], "", 0, []
        self.feed(page)
        self._end()

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in ("style", "script")
        if BLOCKS.fullmatch(tag):
            self._end()
        self.found += [value for name, value in attrs if name in ("alt", "title", "aria-label") and value]
        self.alts += [value for name, value in attrs if name == ("aria-label" if tag == "svg" else "alt")]

    def handle_endtag(self, tag):
        self.unseen -= tag in ("style", "script")
        if BLOCKS.fullmatch(tag):
            self._end()

    def handle_data(self, data):
        self.text += "" if self.unseen else data

    def _end(self):
        self.found.append(" ".join(self.text.split()))
        self.text = ""


def records():
    """Make up applications in which the north is invited less, sexes alike, and few are older than 90."""
    chance = np.random.default_rng(8)
    n = 4000
    district = chance.choice(["Norte", "Sur", "Costa", "?"], n, p=[0.4, 0.35, 0.22, 0.03])
    outcome = chance.random(n) < 0.5
    score = np.clip(chance.normal(0.45 + 0.1 * outcome - 0.1 * (district == "Norte"), 0.15), 0, 1).round(1)
    return pd.DataFrame(
        {
            "distrito": district,
            "sexo": chance.choice(["Mujer", "Hombre"], n),
            "edad": chance.choice(["Menor de 30", "De 30 o más", "Mayor de 90"], n, p=[0.4, 0.595, 0.005]),
            "tramo": chance.choice(["bajo", "alto"], n),
            "decision": (score >= 0.5).astype(int),
            "resultado": outcome.astype(int),
            "puntaje": score,
        }
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("auditoria")
    records().to_csv(folder / "registros.csv", index=False)
    (folder / "audit.yaml").write_text(json.dumps(PLAN, ensure_ascii=False), encoding="utf-8")
    found = of_folder(folder)
    return found | {"audit": found["audit"] | {"slug": "auditoria"}}


@pytest.fixture(scope="module", params=["report.html", "report.public.html"])
def page(results, request):
    return render(results if request.param == "report.html" else public_copy(results))


def test_every_verdict_is_on_the_page(results):
    assert {finding["verdict"] for block in results["evidence"] for finding in block["findings"]} == VERDICTS


def test_the_page_says_that_it_is_in_spanish(page):
    assert '<html lang="es">' in page


def test_nothing_is_left_in_english(page):
    names = sorted([*CITED, *INSTRUMENTS], key=len, reverse=True)
    left = dict.fromkeys(text for text in Texts(page).found if ENGLISH.search(_without(text, names)))
    assert not left, "left in English:\n" + "\n".join(left)


def test_alternative_texts_are_as_short_in_spanish(page):
    alts = Texts(page).alts
    assert alts
    assert max(map(len, alts)) < LONGEST_ALT


def _without(text, names):
    for name in names:
        text = text.replace(name, "")
    return text
