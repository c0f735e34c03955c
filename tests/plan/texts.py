"""Plans as text, to be read from a file as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairaudit.errors import PlanError
from fairaudit.plan import Plan, read_plan

SHORT = """\
system: {name: Risk score}
evidence:
  - id: flags
    kind: decisions
    data:
      source: records.csv
      origin: historical
      decided_by: this_system
      decision: {column: d, is: [1], is_not: [0]}
      outcome: {column: y, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: [race, sex]
    measures:
      - {measure: selection_rate, ratio: 0.8}
"""

# The full form of the design, but for what only later issues can serve (population, scenarios, smallest_cell).
FULL = """\
system:
  name: Pretrial risk score
  version: "3.2"
  vendor: Example Analytics
  agency: County Pretrial Services
  stage: proposed                      # proposed | pilot | in use | retired
  decides: who is supervised before trial
  people_per_year: 9000                # findings then say at least how many people a year
evidence:
  - id: high-risk-flags
    kind: decisions
    question: Who is flagged as high risk, and how often wrongly?
    data:
      source: ../../data/sample/county_recidivism.csv
      origin: historical
      decided_by: this_system
      unit: one arraignment
      keep: {year: [2023, 2024], day: {from: 2023-01-01}}
      decision: {column: score_text, is: [Medium, High], is_not: [Low]}
      outcome: {column: two_year_recid, is: [1], is_not: [0]}
      weight: w
      cluster: person_id
      key: case_number
      encoding: cp1252
      delimiter: ";"
      period: arraignments of 2023 and 2024
      counted_by: County Pretrial Services
    being_selected_is: a burden
    words:
      people: people arraigned
      selected: were flagged
      not_selected: were not flagged
      positive: were rearrested
      negative: were not rearrested
    groups:
      race: {levels: [Black, White, Asian], labels: {Blk: Black}, merge: {Other: [Native, Pacific]}, unknown: ["", N/A]}
      age: {bands: [18, 25, 65]}
      sex:
      ancestry: {column: ancestries, levels: [A, B, C], multi: ";", any: true}
    compare:
      - {by: race, reference: all_pairs}
      - {by: sex, reference: {group: F}}
      - {by: age, reference: rest}
      - {by: ancestry}
      - {by: [race, sex]}
      - {by: [race, age], reference: {group: [White, 25 to 64]}, blocks: true}
      - {by: race, reference: overall, blocks: false}
    measures:
      - {measure: selection_rate, ratio: us.four_fifths}
      - {measure: false_positive_rate, difference: 0.05, because: County policy 12.3, blocks: true}
      - {measure: fnr, ratio: 0.8, difference: 0.1, blocks: false}
    strata: [charge_degree]
    alpha: 0.05
    looks: open
    look: 2
    unknown_at_most: 0.05
    cannot_tell:
      - Whether people committed a crime.
"""

WAITS = """\
system: {name: 311 triage, version: "2.1", vendor: Example Co, agency: City 311, stage: proposed, decides: who is first}
evidence:
  - id: time-to-close
    kind: waits
    data:
      source: requests.csv
      origin: historical
      decided_by: todays_process
      opened: CreatedDate
      closed: CloseDate
      until: 2019-12-31
    groups: [area_group]
    measures: [{measure: served_within, days: 30, difference: 0.05, because: Council resolution 2019-44}]
"""

SCORES = """\
system: {name: Risk score}
evidence:
  - id: scores
    kind: scores
    data:
      source: records.csv
      origin: historical
      decided_by: this_system
      score: decile
      outcome: {column: y, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: [race, sex]
    strata: [intake_day]
    measures:
      - {measure: selection_rate, at: 5, ratio: 0.8}
"""

AMOUNTS = """\
system: {name: Pay}
evidence:
  - id: pay
    kind: amounts
    data:
      source: records.csv
      origin: historical
      decided_by: this_system
      amount: pay
    a_high_amount_is: a benefit
    groups: [race, sex]
    measures:
      - {measure: mean_amount, difference: 500}
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Replace parts of a plan that must be there."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def read(folder: Path, text: str | bytes) -> Plan:
    path = folder / "audit.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_plan(path)


def problems(folder: Path, text: str | bytes) -> list[str]:
    """Read a plan that is refused; give its problems as line, place, what and hint."""
    with pytest.raises(PlanError) as caught:
        read(folder, text)
    found = caught.value.problems
    assert caught.value.exit_code == 2
    assert all(problem.where and problem.what and problem.hint for problem in found), found
    return [f"{p.where.removeprefix('audit.yaml ')}: {p.what} | {p.hint}" for p in found]
