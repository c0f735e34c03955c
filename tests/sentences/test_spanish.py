"""Spanish sentences that people will read aloud: every measure, reason, verdict and scheme, and what is shown."""

import math

import pytest

from fairaudit import sentences
from fairaudit.comparisons.scheme import Scheme
from fairaudit.languages import say, speaking
from fairaudit.measures import MEASURES
from fairaudit.measures.registry import title_said, titles
from fairaudit.sentences import (
    Reading,
    Scale,
    limit_part,
    limit_sentence,
    rates_sentence,
    shown_sentence,
    who,
    yearly_sentence,
)
from fairaudit.verdicts import SEVERITY
from tests.sentences.opening import of_shares, of_values, titled


@pytest.fixture(autouse=True)
def _in_spanish():
    with speaking("es"):
        yield


SHARES = {
    "share_with_none": (
        "proporción que no recibió nada",
        "De cada 100 personas del grupo Black, 38 no recibieron nada; de cada 100 personas del grupo White, 53.",
    ),
    "share_at_or_above": (
        "proporción con 500 dólares o más",
        (
            "De cada 100 personas del grupo Black, 38 recibieron 500 dólares o más; de cada 100 personas del "
            "grupo White, 53."
        ),
    ),
    "selection_rate": (
        "proporción seleccionada",
        "De cada 100 personas del grupo Black, 38 fueron seleccionadas; de cada 100 personas del grupo White, 53.",
    ),
    "true_positive_rate": (
        "proporción seleccionada, entre quienes tuvieron el resultado",
        (
            "De cada 100 personas del grupo Black que tuvieron el resultado, 38 fueron seleccionadas; de cada 100"
            " personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_positive_rate": (
        "proporción seleccionada, entre quienes no tuvieron el resultado",
        (
            "De cada 100 personas del grupo Black que no tuvieron el resultado, 38 fueron seleccionadas; de cada "
            "100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "true_negative_rate": (
        "proporción no seleccionada, entre quienes no tuvieron el resultado",
        (
            "De cada 100 personas del grupo Black que no tuvieron el resultado, 38 no fueron seleccionadas; de "
            "cada 100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_negative_rate": (
        "proporción no seleccionada, entre quienes tuvieron el resultado",
        (
            "De cada 100 personas del grupo Black que tuvieron el resultado, 38 no fueron seleccionadas; de cada "
            "100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "positive_predictive_value": (
        "proporción con el resultado, entre quienes fueron seleccionadas",
        (
            "De cada 100 personas del grupo Black que fueron seleccionadas, 38 tuvieron el resultado; de cada 100"
            " personas del grupo White en la misma situación, 53."
        ),
    ),
    "negative_predictive_value": (
        "proporción sin el resultado, entre quienes no fueron seleccionadas",
        (
            "De cada 100 personas del grupo Black que no fueron seleccionadas, 38 no tuvieron el resultado; de "
            "cada 100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_discovery_rate": (
        "proporción sin el resultado, entre quienes fueron seleccionadas",
        (
            "De cada 100 personas del grupo Black que fueron seleccionadas, 38 no tuvieron el resultado; de cada "
            "100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_omission_rate": (
        "proporción con el resultado, entre quienes no fueron seleccionadas",
        (
            "De cada 100 personas del grupo Black que no fueron seleccionadas, 38 tuvieron el resultado; de cada "
            "100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "accuracy": (
        "proporción de decisiones que coinciden con el resultado",
        (
            "De cada 100 personas del grupo Black, 38 recibieron una decisión que coincide con el resultado; de "
            "cada 100 personas del grupo White, 53."
        ),
    ),
    "error_rate": (
        "proporción de decisiones que no coinciden con el resultado",
        (
            "De cada 100 personas del grupo Black, 38 recibieron una decisión que no coincide con el resultado; "
            "de cada 100 personas del grupo White, 53."
        ),
    ),
    "prevalence": (
        "proporción con el resultado",
        ("De cada 100 personas del grupo Black, 38 tuvieron el resultado; de cada 100 personas del grupo White, 53."),
    ),
    "missed_match_rate": (
        "tasa de coincidencias perdidas",
        (
            "De cada 100 personas del grupo Black que deben coincidir, 38 se pasaron por alto; de cada 100 "
            "personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_match_rate": (
        "tasa de coincidencias falsas",
        (
            "De cada 100 personas del grupo Black que no deben coincidir, 38 se dieron por coincidentes de todos "
            "modos; de cada 100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "false_match_share": (
        "proporción de coincidencias que son falsas",
        (
            "De cada 100 personas del grupo Black que se dieron por coincidentes, 38 eran otra persona; de cada "
            "100 personas del grupo White en la misma situación, 53."
        ),
    ),
    "match_rate": (
        "proporción que se dio por coincidente",
        (
            "De cada 100 personas del grupo Black, 38 se dieron por coincidentes; de cada 100 personas del grupo "
            "White, 53."
        ),
    ),
    "share_within_reach": (
        "proporción con el servicio a su alcance",
        (
            "De cada 100 personas del grupo Black, 38 tienen 500 dólares o más; de cada 100 personas del grupo "
            "White, 53."
        ),
    ),
    "share_reached": (
        "proporción atendida",
        (
            "De cada 100 personas del grupo Black que viven allí, 38 fueron atendidas; de cada 100 personas del "
            "grupo White en la misma situación, 53."
        ),
    ),
    "scoring_rate": (
        "proporción con puntaje mayor que la mediana",
        (
            "De cada 100 personas del grupo Black, 38 obtuvieron más que la mediana de todos los puntajes; de "
            "cada 100 personas del grupo White, 53."
        ),
    ),
    "top_k_share": (
        "proporción entre los 100 puntajes más altos de todos",
        (
            "De cada 100 personas del grupo Black, 38 tuvieron uno de los 100 puntajes más altos de todos; de "
            "cada 100 personas del grupo White, 53."
        ),
    ),
    "served_within": (
        "proporción atendida en 30 días o menos",
        (
            "De cada 100 personas del grupo Black cuya espera empezó al menos 30 días antes de que se extrajeran "
            "los registros, 38 fueron atendidas en 30 días o menos; de cada 100 personas del grupo White en la "
            "misma situación, 53."
        ),
    ),
}
"""A title, and both groups' rates, of every measure that is a share."""

VALUES = {
    "mean_amount": ("monto promedio", "en promedio, personas del grupo Black recibieron 17.40 dólares"),
    "median_amount": ("monto mediano", "entre personas del grupo Black, la mitad recibieron 17.40 dólares o más"),
    "amount_quantile": (
        "monto en el punto del 10%",
        "entre personas del grupo Black, el punto del 10% es 17.40 dólares",
    ),
    "mean_service": ("servicio promedio", "el promedio para personas del grupo Black es 0.87"),
    "representation_ratio": (
        "razón de representación",
        "personas del grupo Black fueron atendidas 0.87 veces lo que corresponde a su número",
    ),
    "events_per_1000": ("sucesos por cada 1,000 residentes", "personas del grupo Black: 0.87 sucesos por cada 1,000"),
    "auc": (
        "AUC (qué tan bien distingue el puntaje los resultados)",
        (
            "personas del grupo Black: entre una con el resultado y otra sin él, el puntaje puso más alta, "
            "69.1 de cada 100 veces, a la que lo tuvo"
        ),
    ),
    "xauc": (
        "xAUC (qué tan bien ordena el puntaje entre grupos)",
        (
            "personas del grupo Black con el resultado obtuvieron, 69.1 de cada 100 veces, un puntaje más alto "
            "que las personas del otro grupo sin él"
        ),
    ),
    "calibration_in_the_large": (
        "resultados de más frente a lo previsto (calibración global)",
        "entre personas del grupo Black, 2.4 de cada 100 más de lo previsto tuvieron el resultado",
    ),
    "calibration_slope": (
        "pendiente de calibración",
        "para personas del grupo Black, la pendiente de calibración es 0.87",
    ),
    "exposure": (
        "exposición en la lista ordenada",
        "en promedio, personas del grupo Black reciben una exposición de 0.87",
    ),
    "restricted_mean_wait": (
        "espera promedio en un plazo de 30 días",
        "en un plazo de 30 días, personas del grupo Black esperaron 9.4 días en promedio",
    ),
    "median_wait": ("espera mediana", "entre personas del grupo Black, la mitad esperó 9.4 días o más"),
}
"""A title, and a group's value, of every measure that is none."""


def test_every_measure_has_its_sentence_here():
    assert set(SHARES) | set(VALUES) == set(MEASURES)


@pytest.mark.parametrize("name", SHARES)
def test_both_rates_of_a_share(name):
    assert (titled(name, "dólares"), of_shares(name, "personas", "dólares")) == SHARES[name]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_what_is_no_share(name):
    assert (titled(name, "dólares"), of_values(name, "personas", "dólares")) == VALUES[name]


REASONS = {
    "baseline": "Estas son las decisiones de hoy y no las del sistema: se muestran para comparar y no deciden nada.",
    "no_data": "Un grupo declarado no tiene a nadie en quien tomar esta medida.",
    "no_variation": (
        "No se puede decir de todos los grupos: un valor no está definido, o todas las personas de un grupo son "
        "tan parecidas que nada indica qué tan seguro es."
    ),
    "side": (
        "Por encima del 80%, una razón por sí sola no puede demostrarlo. Quienes quedan fuera aún pueden "
        "ser muchas veces más en un grupo que en otro: "
        "también debe cumplirse un límite sobre la diferencia."
    ),
    "too_skewed": (
        "Los valores son tan desiguales, y un grupo es tan pequeño, que el promedio no puede demostrarlo: unos "
        "pocos que no están en la muestra podrían moverlo mucho. Una mediana quizá sí."
    ),
    "hollow": (
        "Grupos de estos tamaños nunca podrían estar fuera de este límite, así que cumplirlo no demuestra nada. Mire "
        "la razón, o un punto de corte que solo algunos alcancen."
    ),
    "too_little_data": "Hay muy pocos registros: aunque a ambos grupos les fuera igual, estos no podrían demostrarlo.",
    "unknowns": (
        "En los registros tal como están se cumple el límite. Si se cumple de verdad depende de lo que resulten ser "
        "los grupos, las decisiones o los resultados desconocidos."
    ),
    "selective_labels": (
        "No se puede concluir con estos registros: por la propia decisión, solo se conocen los resultados de un "
        "lado. Lo diría una parte elegida al azar (random_subset), o la probabilidad con que se llegó a revisar "
        "cada registro (inclusion_probability)."
    ),
    "weighing": (
        "Según lo registrado se cumpliría; no se cumple cuando los registros se ponderan según la población declarada."
    ),
    "labels": (
        "Según lo registrado se cumpliría; no se cumple cuando los resultados se corrigen por la frecuencia con "
        "que se sabe que son erróneos."
    ),
    "cannot_weigh": (
        "Según lo registrado se cumpliría; ninguna ponderación hace que los registros se parezcan a la población "
        "declarada, así que no se demuestra para esa población."
    ),
    "hidden": (
        "Se recibieron recuentos ocultos, y lo que pueden ser deja abierto de qué lado del límite está la mejor "
        "estimación."
    ),
    "leaning_outside": "La mejor estimación está fuera del límite, pero el azar por sí solo pudo haberla puesto ahí.",
    "leaning_inside": (
        "La mejor estimación está dentro del límite, pero los registros no descartan que la verdad esté fuera."
    ),
}


@pytest.mark.parametrize("reason", sorted(filter(None, sentences.REASONS)))
def test_every_reason_has_its_sentence_here(reason):
    assert sentences.reason_sentence(reason, at_worst=False) == REASONS[reason]


VERDICTS = {
    "flagged": "Se demuestra que está fuera del límite",
    "not_demonstrated": "No se demuestra ni lo uno ni lo otro",
    "cleared": "Se demuestra que está dentro del límite",
}


@pytest.mark.parametrize("verdict", SEVERITY)
def test_every_verdict_has_its_words_here(verdict):
    assert sentences.verdict_words(verdict) == VERDICTS[verdict]


SHARE, DAYS, PESOS = Scale(), Scale("time", "days"), Scale("money", "pesos")
RATIO = {  # estimate, lower and upper bound of a ratio, and of a gap with its sign turned
    "flagged": (0.71, 0.64, 0.79),
    "not_demonstrated": (0.83, 0.64, 1.0),
    "cleared": (0.97, 0.84, 1.0),
}
GAP = {"flagged": (-0.15, -0.2, -0.1), "not_demonstrated": (-0.08, -0.14, 0.0), "cleared": (-0.01, -0.03, 0.0)}
WAIT = {"flagged": (-2.87, -3.9, -2.01), "not_demonstrated": (-1.6, -2.8, 0.0), "cleared": (-0.2, -0.6, 0.0)}
LIMIT = {"ratio": 0.8, "difference": -0.05, "wait": -2.0}

SHOWN = {
    # a benefit is worse to have less often, a burden more often
    (SHARE, "ratio", "low", "flagged"): (
        "Los datos muestran como máximo 79% de la frecuencia del otro grupo (mejor estimación 71%)."
    ),
    (SHARE, "ratio", "low", "not_demonstrated"): (
        "Los datos admiten que sea solo 64% de la frecuencia del otro grupo (mejor estimación 83%)."
    ),
    (SHARE, "ratio", "low", "cleared"): (
        "Los datos muestran al menos 84% de la frecuencia del otro grupo (mejor estimación 97%)."
    ),
    # 100 / 0.79 is 126.6, 100 / 0.71 is 140.8, 100 / 0.64 is 156.3, 100 / 0.84 is 119.05
    (SHARE, "ratio", "high", "flagged"): "Los datos muestran al menos 126 por cada 100 (mejor estimación 141).",
    (SHARE, "ratio", "high", "not_demonstrated"): "Los datos admiten hasta 157 por cada 100 (mejor estimación 120).",
    (SHARE, "ratio", "high", "cleared"): "Los datos muestran como máximo 120 por cada 100 (mejor estimación 103).",
    **{
        (SHARE, "difference", side, verdict): sentence
        for side in ("low", "high")
        for verdict, sentence in {
            "flagged": "Los datos muestran una brecha de al menos 10 de cada 100 (mejor estimación 15).",
            "not_demonstrated": "Los datos admiten una brecha de hasta 14 de cada 100 (mejor estimación 8).",
            "cleared": "Los datos muestran una brecha de 3 de cada 100 como máximo (mejor estimación 1).",
        }.items()
    },
    (DAYS, "difference", "high", "flagged"): (
        "Los datos muestran una brecha de al menos 2.01 días (mejor estimación 2.87)."
    ),
    (DAYS, "difference", "high", "not_demonstrated"): (
        "Los datos admiten una brecha de hasta 2.8 días (mejor estimación 1.6)."
    ),
    (DAYS, "difference", "high", "cleared"): (
        "Los datos muestran una brecha de 0.6 días como máximo (mejor estimación 0.2)."
    ),
    (PESOS, "ratio", "low", "flagged"): (
        "Los datos muestran como máximo 79% del valor del otro grupo (mejor estimación 71%)."
    ),
    (PESOS, "ratio", "low", "not_demonstrated"): (
        "Los datos admiten que sea solo 64% del valor del otro grupo (mejor estimación 83%)."
    ),
    (PESOS, "ratio", "low", "cleared"): (
        "Los datos muestran al menos 84% del valor del otro grupo (mejor estimación 97%)."
    ),
    (PESOS, "ratio", "high", "flagged"): (
        "Los datos muestran al menos 126% del valor del otro grupo (mejor estimación 141%)."
    ),
    (PESOS, "ratio", "high", "not_demonstrated"): (
        "Los datos admiten hasta 157% del valor del otro grupo (mejor estimación 120%)."
    ),
    (PESOS, "ratio", "high", "cleared"): (
        "Los datos muestran como máximo 120% del valor del otro grupo (mejor estimación 103%)."
    ),
}


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: "-".join([case[0].name, *case[1:]]))
def test_what_is_shown_bound_first(case):
    assert shown_sentence(_reading(*case), case[-1]) == SHOWN[case]


def _reading(scale: Scale, kind: str, worse: str, verdict: str, **more) -> Reading:
    of_waits = kind == "difference" and scale == DAYS
    numbers = (RATIO if kind == "ratio" else WAIT if of_waits else GAP)[verdict]
    return Reading(kind, worse, *numbers, LIMIT["wait" if of_waits else kind], scale=scale, **more)


OTHERWISE = {
    "people are named": (
        _reading(SHARE, "ratio", "high", "flagged", people=("personas del grupo Black", "personas del grupo White")),
        "flagged",
        "Los datos muestran al menos 126 personas del grupo Black por cada 100 personas del grupo White, en grupos "
        "del mismo tamaño (mejor estimación 141).",
    ),
    "nothing is known of the higher end": (
        Reading("ratio", "high", math.nan, 0.0, 1.0, 0.8),
        "not_demonstrated",
        "Los datos no dicen hasta dónde puede llegar.",
    ),
    "counts are hidden": (
        _reading(SHARE, "ratio", "low", "not_demonstrated", between=(0.62, 1.009)),
        "not_demonstrated",
        "Los datos admiten que sea solo 64% de la frecuencia del otro grupo (mejor estimación de 62 a 101%, porque "
        "hay recuentos ocultos).",
    ),
    "all areas are counted": (
        _reading(SHARE, "difference", "low", "flagged", certain=True),
        "flagged",
        "Se contaron todas las zonas: la brecha es de 15 de cada 100.",
    ),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_what_is_shown_otherwise(case):
    reading, verdict, sentence = OTHERWISE[case]
    assert shown_sentence(reading, verdict) == sentence


BASELINES = [
    (_reading(SHARE, "ratio", "low", "flagged"), "En estos registros: 71% de la frecuencia del otro grupo."),
    (_reading(SHARE, "ratio", "high", "flagged"), "En estos registros: 141 por cada 100."),
    (_reading(SHARE, "difference", "low", "flagged"), "En estos registros: una brecha de 15 de cada 100."),
    (_reading(DAYS, "difference", "high", "flagged"), "En estos registros: una brecha de 2.87 días."),
    (
        _reading(SHARE, "ratio", "low", "flagged", between=(0.62, 1.009)),
        "En estos registros: de 62 a 101% de la frecuencia del otro grupo, porque hay recuentos ocultos.",
    ),
]


@pytest.mark.parametrize(("reading", "sentence"), BASELINES)
def test_a_baseline_is_only_told(reading, sentence):
    assert shown_sentence(reading, "not_demonstrated", baseline=True) == sentence


LIMITS = [
    (_reading(SHARE, "ratio", "low", "flagged"), "El límite es 80% o más, según la regla."),
    (_reading(SHARE, "ratio", "high", "flagged"), "El límite es 125 por cada 100, según la regla."),
    (_reading(SHARE, "difference", "high", "flagged"), "El límite es 5 de cada 100, según la regla."),
    (_reading(DAYS, "difference", "high", "flagged"), "El límite es 2 días, según la regla."),
    (Reading("difference", "high", -1, -1, -1, -1, scale=DAYS), "El límite es 1 día, según la regla."),
    (
        Reading("difference", "low", -1, -1, -1, -1, scale=Scale("money", "dólares por hora")),
        "El límite es 1 dólar por hora, según la regla.",
    ),
]


@pytest.mark.parametrize(("reading", "sentence"), LIMITS)
def test_the_limit_and_who_set_it(reading, sentence):
    assert limit_sentence(reading, "la regla") == sentence
    assert limit_part(f"Los datos muestran algo. {sentence}") == sentence


def test_a_limit_that_nobody_set():
    told = limit_sentence(_reading(SHARE, "ratio", "low", "flagged"), "")
    assert told == "El límite es 80% o más, y el plan no dice quién lo fijó."


SCHEMES = {
    # whom a group is compared with: the second part of the sentence
    "all_pairs": ("White", "de cada 100 personas del grupo White en la misma situación, 53."),
    "White": ("White", "de cada 100 personas del grupo White en la misma situación, 53."),
    "rest": (
        "everyone else than Black",
        "de cada 100 personas que no son del grupo Black en la misma situación, 53.",
    ),
    "overall": ("everyone", "de cada 100 personas en total en la misma situación, 53."),
}


@pytest.mark.parametrize("reference", SCHEMES)
def test_every_reference_scheme_is_said(reference):
    second, end = SCHEMES[reference]
    assert second in Scheme.of(("Black", "White"), reference).names
    of, share = "personas que tuvieron el resultado", "fueron seleccionadas"
    told = rates_sentence("Black", second, (0.38, 0.53), of, share, "personas")
    assert told == f"De cada 100 personas del grupo Black que tuvieron el resultado, 38 fueron seleccionadas; {end}"


WHO = [
    # the people first, then the group as it is called, then what they did
    ("Female", "solicitantes", "solicitantes", "solicitantes del grupo Female"),
    ("18 a 24", "solicitantes", "solicitantes", "solicitantes del grupo 18 a 24"),
    ("Black", "personas que no reincidieron", "personas", "personas del grupo Black que no reincidieron"),
    ("Black", "personas cuya espera empezó", "personas", "personas del grupo Black cuya espera empezó"),
    # the plan's own people are told from others by what they did
    (
        "Black",
        "personas que pidieron ayuda y la recibieron",
        "personas que pidieron ayuda",
        "personas del grupo Black que pidieron ayuda y la recibieron",
    ),
    ("everyone else than Black", "personas", "personas", "personas que no son del grupo Black"),
    ("everyone", "personas", "personas", "personas en total"),
]


@pytest.mark.parametrize(("group", "of", "people", "text"), WHO)
def test_who_is_spoken_of(group, of, people, text):
    assert who(group, of, people) == text


def test_nobody_to_speak_of():
    told = rates_sentence("Black", "White", (math.nan, 0.5), "personas que reincidieron", "fueron marcadas", "personas")
    assert told == ("Los registros no tienen a nadie de quien decirlo en Black: no hay personas que reincidieron.")


def test_a_rate_that_hidden_counts_leave_open():
    told = rates_sentence("Black", "White", ((0.381, 0.444), 0.53), "personas", "fueron marcadas", "personas")
    assert told == (
        "De cada 100 personas del grupo Black, de 38 a 45 fueron marcadas; de cada 100 personas del grupo White, 53."
    )


def test_more_people_a_year_is_a_floor():
    reading = _reading(SHARE, "difference", "high", "flagged")
    told = yearly_sentence(reading, "flagged", 9_000, 0.26, "Black", "personas")
    assert pytest.approx(234) == 0.1 * 9_000 * 0.26
    assert told == (
        "Si 9,000 personas al año son como estas, eso les ocurre al año al menos a 234 personas del grupo Black más "
        "que si a ambos grupos les fuera igual."
    )


def test_fewer_people_a_year_where_it_is_a_benefit():
    reading = _reading(SHARE, "difference", "low", "flagged")
    assert yearly_sentence(reading, "flagged", 9_000, 0.26, "Black", "personas") == (
        "Si 9,000 personas al año son como estas, al menos 234 personas del grupo Black al año se quedan sin ello y no "
        "se quedarían si a ambos grupos les fuera igual."
    )


def test_for_whom_it_is_shown():
    left = [{"group": "Asian", "n": 1, "needed": None}, {"group": "Other", "n": 20, "needed": 300}]
    assert sentences.cleared_for_sentence(["Black", "White"], 0.871, left, ["Other"]) == (
        "No se demuestra para Asian (1 registro) y Other (al menos 20 registros; hacen falta unos 300 en total si a "
        "todos les va igual); se demuestra que está dentro del límite para los grupos que reúnen 87% de las personas "
        "(Black y White)."
    )


def test_what_is_below_what_was_predicted():
    told = of_values("calibration_in_the_large", "personas", "", below=True)
    assert told == "entre personas del grupo Black, 2.4 de cada 100 menos de lo previsto tuvieron el resultado"


@pytest.mark.parametrize(
    ("pattern", "given", "words", "title"),
    [
        ("share selected", {}, {}, "proporción seleccionada"),
        ("share selected", {}, {"selected": "fueron marcadas"}, "proporción de quienes fueron marcadas"),
        ("share selected", {"at": 5}, {"selected": "fueron marcadas"}, "proporción de quienes obtuvieron 5 o más"),
        (
            "share with the outcome, of those not selected",
            {"at": 5},
            {},
            "proporción con el resultado, entre quienes obtuvieron menos de 5",
        ),
        ("share served within {within}", {"hours": 1}, {}, "proporción atendida en 1 hora o menos"),
    ],
)
def test_titles(pattern, given, words, title):
    assert title_said(pattern, given, words) == title


@pytest.mark.parametrize("name", MEASURES)
def test_no_english_is_left_in_a_title_that_a_plan_may_have(name):
    for title in titles(MEASURES[name]):
        assert say(title) != title
