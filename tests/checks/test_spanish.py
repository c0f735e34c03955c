"""Spanish sentences of what is taken for granted, of checks, and of ways to weigh, word for word."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import fairaudit
from fairaudit.assumptions import assumptions
from fairaudit.findings import finding
from fairaudit.languages import speaking
from fairaudit.notes import NOTES as TEMPLATES
from fairaudit.notes import retold
from fairaudit.rehearsal import shuffled
from fairaudit.showing import shown
from fairaudit.sources import read_tally
from tests.checks.test_strata import applications, within
from tests.checks.weighed import block, records
from tests.tally.test_assumptions import told
from tests.verdicts.tables import judge

PACKAGE = Path(fairaudit.__file__).parent
ALONE = ("sql.py", "rehearsal.py", "sending.py", "earlier_counts.py")
COUNTING = (*PACKAGE.glob("sources/*.py"), *PACKAGE.glob("tally/*.py"), *(PACKAGE / name for name in ALONE))
WRITTEN = {
    node.value
    for path in COUNTING
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}
YES = {"column": "d", "is": [1]}
TAKEN_FOR_GRANTED = {
    "made-up records": (
        {"data_origin": "synthetic"},
        "Los registros son inventados: lo que muestren no dice nada de ninguna persona real.",
    ),
    "today's process": (
        {"data_decided_by": "todays_process"},
        "Estas son decisiones del proceso actual. No dicen nada del sistema, y con ellas no se demuestra nada de él.",
    ),
    "no period": ({}, "El plan no dice cuándo se tomaron las decisiones."),
    "no is_not": (
        {"data_decision": YES},
        "En 'd', todo valor que no sea 1 cuenta como un no en la decisión: '0' (24), 'withdrawn' (12); el que falta "
        "es desconocido.",
    ),
    "several that mean yes": (
        {"data_decision": {"column": "d", "is": ["withdrawn", 0]}},
        "En 'd', todo valor que no sea 'withdrawn' o 0 cuenta como un no en la decisión: '1' (12); el que falta es "
        "desconocido.",
    ),
    "groups as found": (
        {},
        "Los grupos de race se toman como están en los registros: Asian, Black, White. Un grupo sin filas no se puede "
        "ver.",
    ),
    "all pairs": ({}, "En race, cada grupo se compara con cada uno de los demás: ningún grupo sirve de norma."),
    "the rest": (
        {"compare": [{"by": ["race"], "reference": "rest"}]},
        "En race, cada grupo se compara con todas las demás personas, y no con cada uno de los demás grupos.",
    ),
    "no key": (
        {},
        "El plan no nombra ninguna clave, así que un registro que está dos veces en los datos cuenta dos veces.",
    ),
    "one without a cluster": (
        {"data_cluster": "person"}, "1 registro no tiene person y cuenta por sí solo.",
    ),
    "some without a key": (
        {"data_key": "case"}, "2 registros no tienen 'case': no se puede saber si están repetidos.",
    ),
    "the level": (
        {},
        "Los errores se limitan a 5 de cada 100 (de un solo lado): de 100 sistemas que están justo en un límite, como "
        "máximo esos saldrían como “dentro del límite”.",
    ),
    "nobody says whose limit": (
        {"measures": [{"measure": "selection_rate", "ratio": 0.8}]},
        "El plan no dice quién eligió el límite de esta medida ni por qué: tasa de selección.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN_FOR_GRANTED)
def test_what_is_taken_for_granted(name, tmp_path):
    changes, sentence = TAKEN_FOR_GRANTED[name]
    with speaking("es"):
        assert sentence in told(tmp_path, **changes)


def checks(found) -> dict[str, str]:
    with speaking("es"):
        return {row["scenario"]: row["sentence"] for row in finding(found)["checks"]}


def test_one_person_may_turn_a_rule_of_thumb():
    assert checks(judge({"A": (40, 50), "B": (50, 50)}, ratio=0.8))["one person"] == (
        "Una persona más o menos en cualquiera de los dos grupos pondría la mejor estimación al otro lado del límite: "
        "una regla que solo mire esa estimación diría lo contrario."
    )


def test_strata(tmp_path):
    with speaking("es"):
        said = {row["scenario"]: row["sentence"] for row in within(tmp_path)["checks"]}["within strata"]
        apart = applications({"A": (50, 50, 0, 0), "B": (0, 0, 20, 80)})
        alone = {row["scenario"]: row["sentence"] for row in within(tmp_path, apart)["checks"]}["within strata"]
    assert said.startswith("Dentro de los estratos de department: ")
    assert (
        "Atención: dentro de los estratos apunta en sentido contrario que en el total, porque men y women se reparten "
        "de otro modo entre ellos (paradoja de Simpson). Lea más abajo cada estrato."
    ) in said or (
        "Atención: dentro de los estratos apunta en sentido contrario que en el total, porque women y men se reparten "
        "de otro modo entre ellos (paradoja de Simpson). Lea más abajo cada estrato."
    ) in said
    assert said.endswith(
        "Los estratos se distinguen más de lo que explica el azar: un solo número no sirve para todos."
    )
    assert alone == (
        "Dentro de los estratos de department: no se puede decir, porque ningún estrato tiene a los dos grupos."
    )


def test_ways_to_weigh(tmp_path):
    with speaking("es"):
        panel = {row["scenario"]: (row["title"], row["to"]) for row in within(tmp_path)["panel"]}
    assert panel == {
        "recorded": ("Según los registros", ""),
        "kamiran_calders": ("Kamiran y Calders", "como si la selección no tuviera nada que ver con sex"),
        "standardised": ("Estandarizado", "la mezcla de department de todas las personas"),
    }


def test_titles_and_the_note_of_a_rehearsal(tmp_path):
    frame = records(["g", "score"], {(group, value): 20 for group in "AB" for value in (1, 2, 3)})
    plan = block(
        {"g": None}, [{"measure": "exposure", "ratio": 0.8}], kind="scores", data={"score": {"column": "score"}}
    )
    tally = read_tally(plan, tmp_path, frame)
    with speaking("es"):
        titles = [entry["title"] for entry in shown(plan, tally)]
        sentences = assumptions(plan, shuffled(tally))
    assert titles == ["En cada punto de corte, por g", "Distribución de los puntajes, por g"]
    assert "ENSAYO: las etiquetas de los grupos se mezclaron al azar. Nada de esto es un resultado." in sentences


NOTES = {
    "6 records were closed before they were opened: they count as closed at once, and once more as never closed.": (
        "6 registros se cerraron antes de abrirse: cuentan como cerrados de inmediato, y otra vez como nunca cerrados."
    ),
    "Who lives there is taken from a survey (made up) 2023 (people.csv): 682,397 people.": (
        "Quién vive allí se toma de a survey (made up) 2023 (people.csv): 682,397 personas."
    ),
    "The sender notes: No record is closed: every wait is still open.": (
        "Quien envió los recuentos anota: Ningún registro está cerrado: todas las esperas siguen pendientes."
    ),
    "year not kept": "por el valor de year",
    "Somebody wrote this by hand.": "Somebody wrote this by hand.",
}


@pytest.mark.parametrize("note", NOTES)
def test_notes_are_kept_in_english_and_told_anew(note):
    assert retold(note) == note
    with speaking("es"):
        assert retold(note) == NOTES[note]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_note_in_the_table_is_one_that_counting_writes(template):
    # a run of its longest part without a field, since some notes are put together of several texts
    longest = max((text for text, *_ in Formatter().parse(template)), key=len)
    runs = [longest[at : at + 16] for at in range(max(len(longest) - 15, 1))]
    assert any(run in text for text in WRITTEN for run in runs)
