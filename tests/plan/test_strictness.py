"""Every rule of the plan, as a table: what is written instead of what is right, and what is said to it.

A problem reads `line: place: what is wrong | what to write`; here only the place and what follows, for short.
"""

import pytest

from fairaudit.errors import PlanError
from fairaudit.limits import limits_for
from fairaudit.plan import read_plan
from tests.plan.texts import AMOUNTS, FULL, SCORES, SHORT, WAITS, changed, problems, read

GROUPS = "groups: [race, sex]"
PROXY = "groups: {{race: {{{}}}, sex: {{}}}}"
MEASURE = "{measure: selection_rate, ratio: 0.8}"
DECISION = "decision: {column: d, is: [1], is_not: [0]}"
OUTCOME = "outcome: {column: y, is: [1], is_not: [0]}"
SELECTED = "being_selected_is: a burden"
TEXT = 'Put it in quotes: "{}".'
ONE_OF_THEM = "Keep one of them."
SHARE = "Write a share of 1, without quotes: 0.05 for 5 in 100."
ON_FILE = limits_for("selection_rate")

RULES = {
    # rule: (what is right, what is written instead, the problems)
    # --- keys and types ---
    "an unknown key": (
        "name: Risk score",
        "name: Risk score, vender: X",
        ["system.vender: unknown key 'vender' | Did you mean 'vendor'?"],
    ),
    "a missing key": (
        "name: Risk score",
        "vendor: X",
        ["system.name: 'name' is missing | It says what the system is called."],
    ),
    "a number for text": ("name: Risk score", "name: 3.20", ["system.name: 3.2 is not text | " + TEXT.format("3.2")]),
    "a truth for text": ("name: Risk score", "name: true", ["system.name: True is not text | " + TEXT.format("true")]),
    "an empty text": (
        "name: Risk score",
        "name: ''",
        ["system.name: '' stands where text is meant | Write at least one character."],
    ),
    "a text for a number": (
        "name: Risk score",
        "name: Risk score, people_per_year: '9,000'",
        ["system.people_per_year: '9,000' stands where a whole number is meant | Write digits only, without quotes."],
    ),
    "no people": (
        "name: Risk score",
        "name: Risk score, people_per_year: 0",
        ["system.people_per_year: 0 stands where more than 0 is meant | It says people it will decide on in a year."],
    ),
    "text for a mapping": (
        "{name: Risk score}",
        "Risk score",
        [
            "system: 'Risk score' stands where a mapping is meant | "
            "Write `name: value` on lines of their own, or in { }."
        ],
    ),
    "a word that is none of the choices": (
        "origin: historical",
        "origin: historic",
        ["evidence[0].data.origin: 'historic' is not one of the choices | Did you mean 'historical'?"],
    ),
    "a mapping for a list": (
        f"measures:\n      - {MEASURE}",
        f"measures: {MEASURE}",
        ["evidence[0].measures: a list is meant here | Begin each entry with a hyphen, or put the entries into [ ]."],
    ),
    "text for a list of mappings": (
        f"- {MEASURE}",
        "- selection_rate",
        [
            "evidence[0].measures[0]: 'selection_rate' stands where a mapping is meant | "
            "Write `name: value` on lines of their own, or in { }."
        ],
    ),
    "an empty list": (
        f"measures:\n      - {MEASURE}",
        "measures: []",
        ["evidence[0].measures: nothing stands where at least 1 are meant | It says the measures, each with a limit."],
    ),
    "yes for true": (
        MEASURE,
        "{measure: selection_rate, ratio: 0.8, blocks: yes}",
        [
            "evidence[0].measures[0].blocks: 'yes' stands where true or false is meant | "
            "Write true or false, without quotes."
        ],
    ),
    "an id that names no file": (
        "id: flags",
        "id: High-risk flags",
        [
            "evidence[0].id: 'High-risk flags' cannot name a file | "
            "Use small letters, digits and hyphens, such as time-to-close."
        ],
    ),
    "what being selected means is not said": (
        f"    {SELECTED}\n",
        "",
        [
            "evidence[0].being_selected_is: 'being_selected_is' is missing | "
            "It says what being selected means for a person. Write a burden or a benefit."
        ],
    ),
    "what being selected means is left empty": (
        SELECTED,
        "being_selected_is:",
        [
            "evidence[0].being_selected_is: 'being_selected_is' is left empty | "
            "It says what being selected means for a person. Write a burden or a benefit."
        ],
    ),
    # --- data ---
    "no decision": (
        DECISION,
        "unit: a case",
        [
            "evidence[0].data: 'decision' is missing: selection_rate needs it | "
            "Write decision: {column: NAME, is: [1], is_not: [0]}."
        ],
    ),
    "no outcome for a measure that needs it": (
        f"      {OUTCOME}\n",
        "",
        [],  # selection rates need none
    ),
    "a value that means yes and no": (
        DECISION,
        'decision: {column: d, is: [1, 2], is_not: ["1.0"]}',
        ["evidence[0].data.decision: 1 stands in both is and is_not | A value means yes or no, never both."],
    ),
    "one column for decision and outcome": (
        "{column: y,",
        "{column: d,",
        [
            "evidence[0].data.outcome.column: decision and outcome are the same column, 'd' | "
            "The outcome is what turned out to be true, whatever was decided."
        ],
    ),
    "a list in a list": (
        DECISION,
        "decision: {column: d, is: [[1]]}",
        [
            "evidence[0].data.decision.is[0]: a list stands where one value is meant | "
            "Write one value: text, a number, true or false."
        ],
    ),
    "a missing value among values": (
        DECISION,
        "decision: {column: d, is: [1], is_not: [~]}",
        [
            "evidence[0].data.decision.is_not[0]: nothing stands where one value is meant | "
            "Write one value: text, a number, true or false."
        ],
    ),
    "a sheet of a csv file": (
        "source: records.csv",
        "source: records.csv\n      sheet: 2023",
        [
            "evidence[0].data.sheet: sheet says nothing of 'records.csv' | It goes with .xlsx files: take it out.",
            "evidence[0].data.sheet: 2023 is not text | " + TEXT.format("2023"),
        ],
    ),
    "an encoding of a workbook": (
        "source: records.csv",
        "source: records.xlsx\n      encoding: cp1252",
        [
            "evidence[0].data.encoding: encoding says nothing of 'records.xlsx' | "
            "It goes with .csv, .csv.gz, .tsv, .tsv.gz, .txt files: take it out."
        ],
    ),
    "a delimiter of two characters": (
        "source: records.csv",
        "source: records.csv\n      delimiter: '||'",
        [
            "evidence[0].data.delimiter: '||' stands where at most 1 characters are meant | "
            "Write fewer characters, in quotes."
        ],
    ),
    "a range without ends": (
        "source: records.csv",
        "source: records.csv\n      keep: {year: {}}",
        ["evidence[0].data.keep.year: neither from nor to is given | Write from:, to: or both; or a list of values."],
    ),
    "a range upside down": (
        "source: records.csv",
        "source: records.csv\n      keep: {year: {from: 2024, to: 2023}}",
        ["evidence[0].data.keep.year: from (2024) is above to (2023) | Write the smaller first."],
    ),
    "a range of truths": (
        "source: records.csv",
        "source: records.csv\n      keep: {new: {from: true}}",
        ["evidence[0].data.keep.new: true and false are no ends of a range | Write a list of values: [true]."],
    ),
    "an unknown end of a range": (
        "source: records.csv",
        "source: records.csv\n      keep: {year: {frm: 2023, to: 2024}}",
        ["evidence[0].data.keep.year.frm: unknown key 'frm' | Did you mean 'from'?"],
    ),
    "nothing to keep": (
        "source: records.csv",
        "source: records.csv\n      keep: {year: []}",
        ["evidence[0].data.keep.year: nothing stands where at least 1 are meant | Write at least that many."],
    ),
    # --- groups ---
    "no groups": (
        GROUPS,
        "groups:",
        [
            "evidence[0].groups: nothing stands where groups are meant | "
            "List the columns that hold groups: groups: [race, sex]."
        ],
    ),
    "a detail in the list of groups": (
        GROUPS,
        "groups: [race, {sex: {levels: [F, M]}}]",
        [
            "evidence[0].groups: a list of groups holds column names only | "
            "Write `race:` with its details on lines of their own, without a hyphen."
        ],
    ),
    "a group twice": (
        GROUPS,
        "groups: [race, race]",
        ["evidence[0].groups: 'race' stands there already | Groups and strata are different columns, each named once."],
    ),
    "groups that differ in capitals": (
        GROUPS,
        "groups: [race, Race]",
        [
            "evidence[0].groups: 'Race' and 'race' differ in capitals only | "
            "Give the group another name: my_Race: {column: Race}."
        ],
    ),
    "a group called as a column of every tally": (
        GROUPS,
        "groups: [race, n]",
        [
            "evidence[0].groups: 'n' is the name of a column of the tally | "
            "Give the group another name: my_n: {column: n}."
        ],
    ),
    "a group called as a crossing": (
        GROUPS,
        "groups: [race, sex, race_sex]\n    compare: [{by: [race, sex]}]",
        [
            "evidence[0].groups: 'race_sex' is also the name of the crossing of race and sex | "
            "Give the group another name: my_race_sex: {column: race_sex}."
        ],
    ),
    "a group that is the decision": (
        GROUPS,
        "groups: [race, d]",
        [
            "evidence[0].groups.d: the column 'd' is the decision | "
            "A group is who people are, not what was decided or came of it."
        ],
    ),
    "a group that is a stratum": (
        GROUPS,
        f"{GROUPS}\n    strata: [sex]",
        ["evidence[0].strata: 'sex' stands there already | Groups and strata are different columns, each named once."],
    ),
    "a group called unknown": (
        GROUPS,
        "groups: {race: {levels: ['?', B]}}",
        [
            "evidence[0].groups.race.levels[0]: '?' cannot name a group | "
            "`?` marks the unknown group and `*` all groups."
        ],
    ),
    "a group without a name": (
        GROUPS,
        "groups: {race: {levels: [A, B, '']}}",
        [
            "evidence[0].groups.race.levels[2]: an empty text cannot name a group | "
            'List it under unknown: unknown: [""].'
        ],
    ),
    "one level": (
        GROUPS,
        "groups: {race: {levels: [A]}}",
        [
            "evidence[0].groups.race.levels: 'A' is the only level | "
            "A disparity needs two groups: name every group there is, also those without a row."
        ],
    ),
    "one level beside merged ones": (GROUPS, "groups: {race: {levels: [A], merge: {X: [B, C]}}}", []),
    "a level twice": (
        GROUPS,
        "groups: {race: {levels: [1, '1', B]}}",
        ["evidence[0].groups.race.levels: a level stands here twice | " + ONE_OF_THEM],
    ),
    "a label of no level": (
        GROUPS,
        "groups: {race: {levels: [Black, White], labels: {Blk: Blakc}}}",
        ["evidence[0].groups.race.labels.Blk: 'Blakc' is no level | Did you mean 'Black'?"],
    ),
    "a label on a level": (
        GROUPS,
        "groups: {race: {levels: [Black, White], labels: {Black: White}}}",
        ["evidence[0].groups.race.labels.Black: 'Black' is a level itself | Take it out of the labels, or use merge."],
    ),
    "a level merged twice": (
        GROUPS,
        "groups: {race: {levels: [A, B], merge: {X: [C], Y: [C]}}}",
        ["evidence[0].groups.race.merge: a level is merged twice | " + ONE_OF_THEM],
    ),
    "all levels merged": (
        GROUPS,
        "groups: {race: {levels: [A, B], merge: {X: [A, B]}}}",
        [
            "evidence[0].groups.race.levels: all levels are merged into 'X' | "
            "A disparity needs two groups: name every group there is, also those without a row."
        ],
    ),
    "a level that is unknown": (
        GROUPS,
        "groups: {race: {levels: [A, B], unknown: [A]}}",
        ["evidence[0].groups.race.unknown: 'A' is a level or label and unknown at once | " + ONE_OF_THEM],
    ),
    "bands that do not rise": (
        GROUPS,
        "groups: {age: {bands: [25, 18]}}",
        [
            "evidence[0].groups.age.bands: bands do not rise | "
            "Write the values at which a new band begins, smallest first."
        ],
    ),
    "bands beside levels": (
        GROUPS,
        "groups: {age: {bands: [18], levels: [young, old]}}",
        [
            "evidence[0].groups.age: bands stand beside levels, labels, merge, multi or any | "
            "A column is cut into bands, or its values are levels: not both."
        ],
    ),
    "bands of text": (
        GROUPS,
        "groups: {age: {bands: [young]}}",
        ["evidence[0].groups.age.bands[0]: 'young' stands where a number is meant | Write a number, without quotes."],
    ),
    "any without levels": (
        GROUPS,
        "groups: {race: {any: true}}",
        [
            "evidence[0].groups.race: any: true needs multi and levels | "
            'Write multi: ";" and the levels, so that each can be found in a field.',
        ],
    ),
    "a level that holds the separator": (
        GROUPS,
        "groups: {race: {levels: [A, 'B;C'], multi: ';'}}",
        ["evidence[0].groups.race.multi: 'B;C' holds the separator ';' itself | Choose another separator."],
    ),
    # --- comparisons ---
    "a comparison by no group": (
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: rase}}]",
        ["evidence[0].compare[0].by: 'rase' is not one of the groups | Did you mean 'race'?"],
    ),
    "a comparison twice": (
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: [race, sex]}}, {{by: [sex, race]}}]",
        ["evidence[0].compare[1]: sex and race stands here twice | " + ONE_OF_THEM],
    ),
    "a group crossed with itself": (
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: [race, race]}}]",
        ["evidence[0].compare[0]: race and race stands here twice | " + ONE_OF_THEM],
    ),
    "a reference that is no scheme": (
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: race, reference: all}}]",
        ["evidence[0].compare[0].reference: 'all' is not one of the choices | Did you mean 'overall'?"],
    ),
    "a reference that is no level": (
        GROUPS,
        "groups: {race: {levels: [Black, White]}}\n    compare: [{by: race, reference: {group: Whit}}]",
        ["evidence[0].compare[0].reference: 'Whit' is no level of race | Did you mean 'White'?"],
    ),
    "half a reference": (
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: [race, sex], reference: {{group: White}}}}]",
        [
            "evidence[0].compare[0].reference: the reference names 1 levels for 2 groups | "
            "Name one level of each of race and sex: {group: [...]}."
        ],
    ),
    "a crossing of people in several groups": (
        GROUPS,
        'groups: {race: {levels: [A, B], multi: ";", any: true}, sex: }\n    compare: [{by: [race, sex]}]',
        ["evidence[0].compare[0].by: a group read as any: true cannot be crossed | Cross it without any: true."],
    ),
    "a reference for people in several groups": (
        GROUPS,
        'groups: {race: {levels: [A, B], multi: ";", any: true}}\n    compare: [{by: race, reference: {group: A}}]',
        [
            "evidence[0].compare[0].reference: race is read as any: true, and has a table a level | "
            "Leave the reference out: each is compared with everybody else."
        ],
    ),
    # --- measures and limits ---
    "a measure misspelt": (
        MEASURE,
        "{measure: selction_rate, ratio: 0.8}",
        [
            "evidence[0].measures[0].measure: there is no measure called 'selction_rate' | "
            "Did you mean 'selection_rate'?"
        ],
    ),
    "a measure of fairlearn that is two": (
        MEASURE,
        "{measure: equalized_odds_difference, difference: 0.1}",
        [
            "evidence[0].measures[0].measure: there is no measure called 'equalized_odds_difference' | "
            "It is two measures: list true_positive_rate and false_positive_rate, each with its limit.",
        ],
    ),
    "a measure without a limit": (
        MEASURE,
        "{measure: selection_rate}",
        [
            "evidence[0].measures[0]: selection_rate has no limit, and no limit is assumed | "
            f"On file: {'; '.join(f'{limit.kind}: {limit.name} ({limit.means})' for limit in ON_FILE)}.",
        ],
    ),
    "a measure twice": (
        f"- {MEASURE}",
        "- {measure: fpr, ratio: 0.8}\n      - {measure: false_positive_rate, difference: 0.1}",
        [
            "evidence[0].measures[1]: false_positive_rate stands here twice | "
            "Give both limits in one entry: {measure: ..., ratio: ..., difference: ...}."
        ],
    ),
    "a limit in per cent": (
        MEASURE,
        "{measure: selection_rate, ratio: 80%}",
        ["evidence[0].measures[0].ratio: '80%' is text | Write a share of 1, without quotes: 0.05 for 5%."],
    ),
    "a limit in quotes": (
        MEASURE,
        '{measure: selection_rate, difference: "0.05"}',
        ["evidence[0].measures[0].difference: '0.05' is text | Write a share of 1, without quotes: 0.05 for 5%."],
    ),
    "a ratio upside down": (
        MEASURE,
        "{measure: selection_rate, ratio: 1.25}",
        [
            "evidence[0].measures[0].ratio: a ratio limit of 1.25 is above 1 | "
            "It is the lower group's rate over the higher's: write 0.8."
        ],
    ),
    "a difference in points": (
        MEASURE,
        "{measure: selection_rate, difference: 5}",
        [
            "evidence[0].measures[0].difference: a difference limit of 5 is not between 0 and 1 | "
            "Write a share of 1: 0.05 for 5 in 100."
        ],
    ),
    "a limit of nothing": (
        MEASURE,
        "{measure: selection_rate, ratio: 0}",
        [
            "evidence[0].measures[0].ratio: a ratio limit of 0 is not between 0 and 1 | "
            "Write a share of 1: 0.8 for 80 in 100."
        ],
    ),
    "a limit's name misspelt": (
        MEASURE,
        "{measure: selection_rate, ratio: us.four_fifth}",
        [
            "evidence[0].measures[0].ratio: templates/limits.yaml has no limit named 'us.four_fifth' | "
            "Did you mean 'us.four_fifths'?"
        ],
    ),
    "a limit of the other kind": (
        MEASURE,
        "{measure: selection_rate, difference: us.four_fifths}",
        [
            "evidence[0].measures[0].difference: us.four_fifths is a ratio limit, not a difference limit | "
            "Write ratio: us.four_fifths."
        ],
    ),
    "a limit made for another measure": (
        MEASURE,
        "{measure: false_positive_rate, ratio: us.four_fifths}",
        [
            "evidence[0].measures[0].ratio: us.four_fifths was not made for false_positive_rate | "
            "It was made for selection_rate. Write the number itself, and who chose it in because:.",
        ],
    ),
    "a limit of truth": (
        MEASURE,
        "{measure: selection_rate, ratio: true}",
        ["evidence[0].measures[0].ratio: True is no limit | Write a share of 1, such as 0.05, or a limit's name."],
    ),
    # --- the rule ---
    "alpha in per cent": (
        SELECTED,
        f"{SELECTED}\n    alpha: 5%",
        ["evidence[0].alpha: '5%' is text | Write a share of 1: 0.05 for 5%."],
    ),
    "alpha in quotes": (
        SELECTED,
        f"{SELECTED}\n    alpha: '0.05'",
        [f"evidence[0].alpha: '0.05' stands where a number is meant | {SHARE}"],
    ),
    "alpha of a coin": (
        SELECTED,
        f"{SELECTED}\n    alpha: 0.5",
        [
            "evidence[0].alpha: 0.5 stands where less than 0.5 is meant | "
            "It says the error rate of a verdict, one-sided."
        ],
    ),
    "more unknown than all": (
        SELECTED,
        f"{SELECTED}\n    unknown_at_most: 5",
        [
            "evidence[0].unknown_at_most: 5 stands where at most 1 is meant | "
            "It says the share of unknowns above which the worst case decides."
        ],
    ),
    "no looks": (
        SELECTED,
        f"{SELECTED}\n    looks: 0",
        ["evidence[0].looks: 0 is no number of looks | Write 1, the number of looks declared (at most 100), or open."],
    ),
    "a look that was not declared": (
        SELECTED,
        f"{SELECTED}\n    look: 2",
        [
            "evidence[0].look: this is look 2 of 1 declared | "
            "A look that was not declared may not clear: declare `looks: open`, or use data that are all new."
        ],
    ),
    # --- probabilities of groups ---
    "probabilities of declared levels": (GROUPS, PROXY.format("levels: [A, B], proxy: {A: p_a, B: p_b}"), []),
    "probabilities of a group that nobody recorded": (
        GROUPS,
        PROXY.format("column: null, levels: [A, B], proxy: {A: p_a, B: p_b}"),
        [],
    ),
    "probabilities without levels": (
        GROUPS,
        PROXY.format("proxy: {A: p_a, B: p_b}"),
        ["evidence[0].groups.race.proxy: proxy needs levels | Name every group there is: levels: [Black, White]."],
    ),
    "a probability of no level": (
        GROUPS,
        PROXY.format("levels: [Black, White], proxy: {Black: p_a, White: p_b, Blck: p_c}"),
        ["evidence[0].groups.race.proxy.Blck: 'Blck' is no level | Did you mean 'Black'?"],
    ),
    "a level without a probability": (
        GROUPS,
        PROXY.format("levels: [A, B, C], proxy: {A: p_a, B: p_b}"),
        [
            "evidence[0].groups.race.proxy: proxy has no column for C | Every level needs a column, a column of "
            "zeros where nobody can be of it; or merge it into another."
        ],
    ),
    "one column for two levels": (
        GROUPS,
        PROXY.format("levels: [A, B], proxy: {A: p, B: p}"),
        ["evidence[0].groups.race.proxy: the column 'p' is given to two levels | Each level has a column of its own."],
    ),
    "probabilities beside bands": (
        GROUPS,
        PROXY.format("bands: [18, 65], proxy: {A: p_a, B: p_b}"),
        [
            "evidence[0].groups.race.proxy: proxy stands beside bands | Probabilities are of declared levels: write "
            "levels: [Black, White]."
        ],
    ),
    "probabilities of two attributes that are crossed": (
        GROUPS,
        "groups: {race: {levels: [A, B], proxy: {A: p_a, B: p_b}}, sex: {levels: [F, M], proxy: {F: p_f, M: p_m}}}\n"
        "    compare: [{by: [race, sex]}]",
        [
            "evidence[0].groups.sex.proxy: race and sex have probabilities each, and are crossed: how they go "
            "together is not known | Keep the probabilities of one, or compare them apart."
        ],
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_written_otherwise_is_named_with_its_place_and_the_nearest_right_answer(rule, tmp_path):
    right, wrong, expected = RULES[rule]
    text = changed(SHORT, (right, wrong))
    if not expected:
        assert read(tmp_path, text)
    else:
        assert [problem.partition(": ")[2] for problem in problems(tmp_path, text)] == expected


AT_5 = "{measure: selection_rate, at: 5, ratio: 0.8}"
MEAN = "{measure: mean_amount, difference: 500}"
SERVED = "{measure: served_within, days: 30, difference: 0.05, because: Council resolution 2019-44}"
OF_SCORES = (
    "Of scores there are: scoring_rate, top_k_share, auc, xauc, calibration_in_the_large, calibration_slope, exposure. "
    "Measures of decisions are taken at a cut-off: at: 5."
)
OF_AMOUNTS = "Of amounts there are: share_with_none, share_at_or_above, mean_amount, median_amount, amount_quantile."
OF_WAITS = "Of waits there are: served_within, restricted_mean_wait, median_wait."
NEEDS_PROBABILITY = (
    "Write score: {column: NAME, probability: true} if the score is one, from 0 to 1. "
    "If not, measure positive_predictive_value at the cut-off in use."
)

OF_KINDS = {
    # rule: (the plan, what is right, what is written instead, the problems)
    # --- the measure and its kind ---
    "a mean of decisions": (
        SHORT,
        MEASURE,
        "{measure: median_wait, ratio: 0.8}",
        [
            "evidence[0].measures[0].measure: median_wait is a measure of waits, and this evidence is of decisions | "
            "Of decisions there are: selection_rate, true_positive_rate, false_positive_rate, true_negative_rate, "
            "false_negative_rate, positive_predictive_value, negative_predictive_value, false_discovery_rate, "
            "false_omission_rate, accuracy, error_rate, prevalence."
        ],
    ),
    "a wait of scores": (
        SCORES,
        AT_5,
        "{measure: served_within, days: 30, ratio: 0.8}",
        [
            "evidence[0].measures[0].measure: served_within is a measure of waits, and this evidence is of scores | "
            + OF_SCORES
        ],
    ),
    "a decision of amounts": (
        AMOUNTS,
        MEAN,
        "{measure: selection_rate, at: 5, ratio: 0.8}",
        [
            "evidence[0].measures[0].measure: selection_rate is a measure of decisions, and this evidence is of amounts"
            f" | {OF_AMOUNTS}"
        ],
    ),
    "an amount of waits": (
        WAITS,
        SERVED,
        "{measure: mean, difference: 5}",
        [
            f"evidence[0].measures[0].measure: mean_amount is a measure of amounts, and this evidence is of waits"
            f" | {OF_WAITS}"
        ],
    ),
    # --- what a measure is told ---
    "decisions that scores make, without a cut-off": (
        SCORES,
        AT_5,
        "{measure: fpr, ratio: 0.8}",
        [
            "evidence[0].measures[0]: false_positive_rate is not told the score from which people are selected | "
            "Write at: 5 (whoever scores 5 or more is selected)."
        ],
    ),
    "an outcome needs no cut-off": (SCORES, AT_5, "{measure: prevalence, ratio: 0.8}", []),
    "an outcome takes no cut-off": (
        SCORES,
        AT_5,
        "{measure: prevalence, at: 5, ratio: 0.8}",
        ["evidence[0].measures[0].at: prevalence takes no at | Take it out."],
    ),
    "a cut-off of decisions": (
        SHORT,
        MEASURE,
        "{measure: selection_rate, at: 5, ratio: 0.8}",
        ["evidence[0].measures[0].at: selection_rate takes no at | Take it out."],
    ),
    "a cut-off in quotes": (
        SCORES,
        "at: 5",
        "at: '5'",
        ["evidence[0].measures[0].at: '5' stands where a number is meant | Write a number, without quotes."],
    ),
    "a top without a size": (
        SCORES,
        AT_5,
        "{measure: top_k_share, ratio: 0.8}",
        [
            "evidence[0].measures[0]: top_k_share is not told how many can be taken | "
            "Write capacity: 100 (how many can be taken)."
        ],
    ),
    "a top of another thing": (
        SCORES,
        AT_5,
        "{measure: top_k_share, capacity: 5, days: 30, ratio: 0.8}",
        ["evidence[0].measures[0].days: top_k_share takes no days | It takes capacity, per."],
    ),
    "lists that are not counted apart": (
        SCORES,
        AT_5,
        "{measure: top_k_share, capacity: 5, per: ward, ratio: 0.8}",
        ["evidence[0].measures[0].per: 'ward' is none of the strata | Add it to strata in this block: strata: [ward]."],
    ),
    "no capacity": (
        SCORES,
        AT_5,
        "{measure: top_k_share, capacity: 0, ratio: 0.8}",
        [
            "evidence[0].measures[0].capacity: 0 stands where more than 0 is meant | "
            "It says how many can be taken, those with the highest scores."
        ],
    ),
    "a quantile that is none": (
        AMOUNTS,
        MEAN,
        "{measure: amount_quantile, difference: 500}",
        [
            "evidence[0].measures[0]: amount_quantile is not told which quantile | "
            "Write quantile: 0.9 (the amount that 9 in 10 do not exceed)."
        ],
    ),
    "a quantile in per cent": (
        AMOUNTS,
        MEAN,
        "{measure: amount_quantile, quantile: 90, difference: 500}",
        [
            "evidence[0].measures[0].quantile: 90 stands where less than 1 is meant | "
            "It says which one: 0.9 is the amount that 9 in 10 do not exceed."
        ],
    ),
    "a line that is not drawn": (
        AMOUNTS,
        MEAN,
        "{measure: share_at_or_above, difference: 0.05}",
        [
            "evidence[0].measures[0]: share_at_or_above is not told which amount is to be reached | "
            "Write above: 15.00 (whoever gets so much or more)."
        ],
    ),
    "served, but when": (
        WAITS,
        "days: 30, ",
        "",
        ["evidence[0].measures[0]: served_within is not told within what time | Write days: 30 or hours: 48."],
    ),
    "days and hours": (
        WAITS,
        "days: 30,",
        "days: 30, hours: 48,",
        ["evidence[0].measures[0].hours: days and hours stand here at once | " + ONE_OF_THEM],
    ),
    "half a day": (
        WAITS,
        "days: 30",
        "days: 0.5",
        ["evidence[0].measures[0].days: 0.5 stands where a whole number is meant | Write digits only, without quotes."],
    ),
    "calibration of what is no probability": (
        SCORES,
        AT_5,
        "{measure: calibration, difference: 0.05}",
        [
            "evidence[0].measures[0].measure: calibration_in_the_large needs a score that is a probability | "
            + NEEDS_PROBABILITY
        ],
    ),
    "the same measure at the same cut-off": (
        SCORES,
        f"- {AT_5}",
        f"- {AT_5}\n      - {{measure: demographic_parity, at: 5.0, difference: 0.1}}",
        [
            "evidence[0].measures[1]: selection_rate stands here twice, told the same | "
            "Give both limits in one entry: {measure: ..., ratio: ..., difference: ...}."
        ],
    ),
    "the same measure at another cut-off": (
        SCORES,
        f"- {AT_5}",
        f"- {AT_5}\n      - {{measure: selection_rate, at: 8, ratio: 0.8}}",
        [],
    ),
    # --- limits ---
    "a gap of scores in points": (
        SCORES,
        "ratio: 0.8",
        "difference: 5",
        [
            "evidence[0].measures[0].difference: a difference limit of 5 is not between 0 and 1 | "
            "Write a share of 1: 0.05 for 5 in 100."
        ],
    ),
    "a gap of shares of amounts in points": (
        AMOUNTS,
        MEAN,
        "{measure: share_with_none, difference: 1}",
        [
            "evidence[0].measures[0].difference: a difference limit of 1 is not between 0 and 1 | "
            "Write a share of 1: 0.05 for 5 in 100."
        ],
    ),
    "a gap of an own measure of decisions in points": (
        SHORT,
        MEASURE,
        "{measure: './mine.py:late_share', difference: 5}",
        [
            "evidence[0].measures[0].difference: a difference limit of 5 is not between 0 and 1 | "
            "Write a share of 1: 0.05 for 5 in 100."
        ],
    ),
    "a gap in days": (WAITS, SERVED, "{measure: median_wait, difference: 7}", []),
    "a gap in dollars": (AMOUNTS, "500", "1234.5", []),
    "a gap of an own measure in dollars": (AMOUNTS, MEAN, "{measure: './mine.py:spread', difference: 500}", []),
    "a gap of nothing": (
        AMOUNTS,
        "500",
        "0",
        [
            "evidence[0].measures[0].difference: a difference limit of 0 is no number above 0 | "
            "Write how large a gap is allowed: 0.05 for 5 in 100; of days or dollars, how many."
        ],
    ),
    "a gap below nothing": (
        AMOUNTS,
        "500",
        "-7",
        [
            "evidence[0].measures[0].difference: a difference limit of -7 is no number above 0 | "
            "Write how large a gap is allowed: 0.05 for 5 in 100; of days or dollars, how many."
        ],
    ),
    "a ratio of calibration": (
        SCORES,
        f"score: decile\n      outcome: {{column: y, is: [1], is_not: [0]}}\n    {SELECTED}\n    groups: [race, sex]\n"
        f"    strata: [intake_day]\n    measures:\n      - {AT_5}",
        f"score: {{column: p, probability: true}}\n      {OUTCOME}\n    {SELECTED}\n    groups: [race, sex]\n"
        "    measures:\n      - {measure: calibration, ratio: 0.8}",
        [
            "evidence[0].measures[0].ratio: ratios of calibration_in_the_large mean nothing | "
            "It may be 0 or below 0. Write difference: with a number."
        ],
    ),
    "a ratio of amounts below 0": (
        AMOUNTS,
        f"amount: pay\n    a_high_amount_is: a benefit\n    groups: [race, sex]\n    measures:\n      - {MEAN}",
        "amount: {column: pay, negative: true, unit: euros}\n    a_high_amount_is: a benefit\n    groups: [race]\n"
        "    measures:\n      - {measure: mean_amount, ratio: 0.8}",
        [
            "evidence[0].measures[0].ratio: amounts may be below 0, and ratios of them mean nothing | "
            "Write difference: with a number of euros."
        ],
    ),
    # --- comparisons ---
    "everyone, of averages": (
        AMOUNTS,
        GROUPS,
        f"{GROUPS}\n    compare: [{{by: race, reference: overall}}]",
        [
            "evidence[0].compare[0].reference: mean_amount is no share and cannot be compared with everyone, "
            "of whom a group is a part | Write reference: rest, which is everyone else."
        ],
    ),
    "everyone, of shares of amounts": (
        AMOUNTS,
        f"{GROUPS}\n    measures:\n      - {MEAN}",
        f"{GROUPS}\n    compare: [{{by: race, reference: overall}}]\n"
        "    measures:\n      - {measure: share_with_none, difference: 0.05}",
        [],
    ),
    # --- data ---
    "a decision in the data of waits": (
        WAITS,
        "opened: CreatedDate",
        f"opened: CreatedDate\n      {DECISION}",
        [
            "evidence[0].data.decision: evidence of the kind waits has no decision | "
            "It goes with evidence of the kind decisions or matching or pairs. Take it out, or change kind:."
        ],
    ),
    "an outcome of amounts": (
        AMOUNTS,
        "amount: pay",
        f"amount: pay\n      {OUTCOME}",
        [
            "evidence[0].data.outcome: evidence of the kind amounts has no outcome | "
            "It goes with evidence of the kind decisions or scores or matching. Take it out, or change kind:."
        ],
    ),
    "no score": (
        SCORES,
        "score: decile",
        "unit: a case",
        ["evidence[0].data: 'score' is missing: records must hold it | Write score: {column: NAME}."],
    ),
    "a score without outcomes, where they are needed": (
        SCORES,
        f"{OUTCOME}\n    {SELECTED}\n    groups: [race, sex]\n    strata: [intake_day]\n    measures:\n      - {AT_5}",
        f"unit: a case\n    {SELECTED}\n    groups: [race, sex]\n    measures:\n      - {{measure: auc, ratio: 0.9}}",
        ["evidence[0].data: 'outcome' is missing: auc needs it | Write outcome: {column: NAME, is: [1], is_not: [0]}."],
    ),
    "no end of waits": (
        WAITS,
        "closed: CloseDate\n      until: 2019-12-31",
        "unit: a request",
        [
            "evidence[0].data: 'closed' is missing: records must hold it | "
            "Write closed: NAME (the column of the day when it ended; empty where it has not).",
            "evidence[0].data: 'until' is missing: records must hold it | "
            "Write until: 2024-12-31 (the day on which the records were drawn).",
        ],
    ),
    "a day that is none": (
        WAITS,
        "until: 2019-12-31",
        "until: 2019-02-30",
        ["evidence[0].data.until: there is no day 2019-02-30 | Write a day of the calendar, such as 2024-12-31."],
    ),
    "a year for a day": (
        WAITS,
        "until: 2019-12-31",
        "until: 2019",
        ["evidence[0].data.until: 2019 is no day | Write it as 2024-12-31, or with a time as 2024-12-31 17:00."],
    ),
    "a day written the American way": (
        WAITS,
        "until: 2019-12-31",
        "until: 12/31/2019",
        [
            "evidence[0].data.until: '12/31/2019' is no day | "
            "Write it as 2024-12-31, or with a time as 2024-12-31 17:00."
        ],
    ),
    "waits that end where they begin": (
        WAITS,
        "closed: CloseDate",
        "closed: CreatedDate",
        [
            "evidence[0].data.closed: opened and closed are the same column, 'CreatedDate' | "
            "Write the day when the wait began in opened, and the day when it ended in closed."
        ],
    ),
    "a score that is the outcome": (
        SCORES,
        "score: decile",
        "score: y",
        [
            "evidence[0].data.outcome.column: score and outcome are the same column, 'y' | "
            "The outcome is what turned out to be true, whatever the score was."
        ],
    ),
    "a group that is the score": (
        SCORES,
        GROUPS,
        "groups: [race, decile]",
        [
            "evidence[0].groups.decile: the column 'decile' is the score | "
            "A group is who people are, not what was decided or came of it."
        ],
    ),
    "rows kept for their amount": (
        AMOUNTS,
        "amount: pay",
        "amount: {column: pay}\n      keep: {pay: {from: 1}}",
        [
            "evidence[0].data.keep.pay: the column 'pay' is the amount | "
            "Rows cannot be kept for what was decided or came of it: what is left would no longer show it."
        ],
    ),
    "rows kept for the day when a wait began": (
        WAITS,
        "closed: CloseDate",
        "closed: CloseDate\n      keep: {CreatedDate: {from: 2019-01-01}}",
        [],
    ),
    "decimals of a cent": (
        AMOUNTS,
        "amount: pay",
        "amount: {column: pay, decimals: 7}",
        [
            "evidence[0].data.amount.decimals: 7 stands where at most 6 is meant | "
            "It says digits after the point: 2 for dollars and cents."
        ],
    ),
    "an unknown detail of a score": (
        SCORES,
        "score: decile",
        "score: {column: decile, probabilty: true}",
        ["evidence[0].data.score.probabilty: unknown key 'probabilty' | Did you mean 'probability'?"],
    ),
    # --- what is worse ---
    "what a high score means is not said": (
        SCORES,
        f"    {SELECTED}\n",
        "",
        [
            "evidence[0].being_selected_is: 'being_selected_is' is missing | "
            "It says what being selected means for a person. Write a burden or a benefit."
        ],
    ),
    "what a high amount means is not said": (
        AMOUNTS,
        "    a_high_amount_is: a benefit\n",
        "",
        [
            "evidence[0].a_high_amount_is: 'a_high_amount_is' is missing | "
            "It says what a high amount means for a person. Write a burden or a benefit."
        ],
    ),
    "being selected for an amount": (
        AMOUNTS,
        "a_high_amount_is: a benefit",
        "being_selected_is: a benefit",
        [
            "evidence[0].a_high_amount_is: 'a_high_amount_is' is missing | "
            "It says what a high amount means for a person. Write a burden or a benefit.",
            "evidence[0].being_selected_is: evidence of the kind amounts has no being_selected_is | "
            "Write a_high_amount_is instead.",
        ],
    ),
    "being selected for a wait": (
        WAITS,
        "groups: [area_group]",
        "groups: [area_group]\n    being_selected_is: a benefit",
        [
            "evidence[0].being_selected_is: evidence of the kind waits has no being_selected_is | "
            "Waiting long is the worse side: take it out."
        ],
    ),
    "what is never open": (
        AMOUNTS,
        GROUPS,
        f"{GROUPS}\n    scenarios: [open_never]",
        [
            "evidence[0].scenarios: evidence of the kind amounts has no scenario open_never | "
            "It goes with waits, some of which are open: take it out."
        ],
    ),
}


@pytest.mark.parametrize("rule", OF_KINDS)
def test_what_is_written_otherwise_in_a_plan_of_another_kind_is_named_alike(rule, tmp_path):
    plan, right, wrong, expected = OF_KINDS[rule]
    text = changed(plan, (right, wrong))
    if not expected:
        assert read(tmp_path, text)
    else:
        assert [problem.partition(": ")[2] for problem in problems(tmp_path, text)] == expected


def test_all_problems_are_shown_at_once_in_the_order_of_the_file(tmp_path):
    text = changed(
        FULL,
        ("stage: proposed  ", "stage: propose  "),
        ("kind: decisions", "kind: wait"),
        ("origin: historical", "origine: historical"),
        ("is: [1]", "is: [0]"),
        ("bands: [18, 25, 65]", "bands: [18, 65, 25]"),
        ("by: race, reference: all_pairs", "by: rase, reference: all_pairs"),
        ("ratio: us.four_fifths", "ratio: us.four_fith"),
        ("alpha: 0.05", "alpha: 5%"),
    )
    assert [problem.partition(" | ")[0] for problem in problems(tmp_path, text)] == [
        "line 6: system.stage: 'propose' is not one of the choices",
        "line 11: evidence[0].kind: 'wait' is not one of the choices",
        "line 13: evidence[0].data.origin: 'origin' is missing",
        "line 15: evidence[0].data.origine: unknown key 'origine'",
        "line 20: evidence[0].data.outcome: 0 stands in both is and is_not",
        "line 37: evidence[0].groups.age.bands: bands do not rise",
        "line 41: evidence[0].compare[0].by: 'rase' is not one of the groups",
        "line 46: evidence[0].compare[5].reference: '25 to 64' is no level of age",
        "line 49: evidence[0].measures[0].ratio: templates/limits.yaml has no limit named 'us.four_fith'",
        "line 53: evidence[0].alpha: '5%' is text",
    ]


def test_no_such_plan(tmp_path):
    with pytest.raises(PlanError, match="`fairaudit init DIR --kind decisions` writes one"):
        read_plan(tmp_path)


def test_the_same_id_twice(tmp_path):
    (problem,) = problems(tmp_path, SHORT + SHORT.partition("evidence:\n")[2])
    assert (
        problem == "line 15: evidence[1].id: the id 'flags' is used twice | Give each evidence block an id of its own."
    )
