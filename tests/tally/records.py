"""Made-up records, the plans they are counted by, and writers for every form in which records may come."""

from __future__ import annotations

import contextlib
import csv
import datetime
import gzip
import math
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.engines import postgresql, spark

Record = dict[str, Any]

NAMES = (
    "Black", "White", "Asian", "NO", "01", "1", "été", "日本", "אדם", "🙂", "=cmd()", "@x", "-5", "5-9", "Mar 1",
    "TRUE", "<script>alert(1)</script>", 'x"; drop table records; --', "it's", "a,b", "a\tb", "a\nb", "!Kung", "=Black",
    "'=x", "n", "not Black", "very " * 60 + "long", "100%", "a  b",
)  # fmt: skip
"""Names of groups that some engine, file or page might take for something else."""


def block(groups: dict, **changes: Any) -> dict:
    """Give an evidence block of a plan, as YAML would; `data_...` goes into its data."""
    data = {
        "source": "records.csv",
        "origin": "historical",
        "decided_by": "this_system",
        "decision": {"column": "d", "is": [1], "is_not": [0]},
        "outcome": {"column": "y", "is": [1], "is_not": [0]},
    }
    data |= {key.removeprefix("data_"): value for key, value in changes.items() if key.startswith("data_")}
    rest = {key: value for key, value in changes.items() if not key.startswith("data_")}
    return {
        "id": "made-up",
        "kind": "decisions",
        "data": {key: value for key, value in data.items() if value is not None},
        "being_selected_is": "a burden",
        "groups": groups,
        "measures": [{"measure": "false_positive_rate", "difference": 0.05}],
        **rest,
    }


def evidence(plan_block: dict, source: str | None = None) -> Evidence:
    """Read a block, with another source where one is given."""
    data = plan_block["data"] | ({"source": source} if source else {})
    return Evidence.model_validate({**plan_block, "data": data})


# --- forms of records ------------------------------------------------------------------------------------------------


def as_text(value: Any) -> str:
    """Write a value as CSV files hold it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(" 00:00:00")


def to_csv(records: list[Record], path: Path, **options: Any) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, **{"lineterminator": "\n", **options})
        writer.writerow(records[0])
        writer.writerows([[as_text(record[name]) for name in records[0]] for record in records])
    return path


def columns(records: list[Record]) -> dict[str, list]:
    return {name: [record[name] for record in records] for name in records[0]}


def _csv(records: list[Record], folder: Path) -> Any:
    return to_csv(records, folder / "records.csv").name


def _tsv(records: list[Record], folder: Path) -> Any:
    return to_csv(records, folder / "records.tsv", delimiter="\t", lineterminator="\r\n").name


def _gzip(records: list[Record], folder: Path) -> Any:
    plain = to_csv(records, folder / "plain.csv", quoting=csv.QUOTE_ALL)
    (folder / "records.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes()))
    return "records.csv.gz"


def _parquet(records: list[Record], folder: Path) -> Any:
    pq.write_table(pa.table(columns(records)), folder / "records.parquet")
    return "records.parquet"


def _xlsx(records: list[Record], folder: Path) -> Any:
    book = openpyxl.Workbook()
    sheet = book.active
    for row, values in enumerate([list(records[0]), *([record[name] for name in records[0]] for record in records)], 1):
        for column, value in enumerate(values, 1):
            if value is not None and value == value:
                cell = sheet.cell(row, column, value)
                # A text that looks like a formula stays a text.
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(folder / "records.xlsx")
    return "records.xlsx"


def _pandas(records: list[Record], folder: Path) -> Any:
    return pd.DataFrame(columns(records))


def _pandas_objects(records: list[Record], folder: Path) -> Any:
    return pd.DataFrame(columns(records), dtype=object)


def _polars(records: list[Record], folder: Path) -> Any:
    return pl.DataFrame(columns(records))


def _arrow(records: list[Record], folder: Path) -> Any:
    return pa.table(columns(records))


def _lazy(records: list[Record], folder: Path) -> Any:
    return pl.LazyFrame(columns(records))


def _relation(records: list[Record], folder: Path) -> Any:
    return duckdb.connect().from_arrow(pa.table(columns(records)))


def _duckdb(records: list[Record], folder: Path) -> Any:
    (folder / "records.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(folder / "records.duckdb")) as file:
        file.register("given", pa.table(columns(records)))
        file.execute("CREATE TABLE requests AS SELECT * FROM given")
    return "records.duckdb"


def _sqlite(records: list[Record], folder: Path) -> Any:
    (folder / "records.sqlite").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(folder / "records.sqlite")) as file:
        names = ", ".join(f"{_quoted(name)} {_sqlite_type(records, name)}" for name in records[0])
        file.execute(f"CREATE TABLE requests ({names})")
        marks = ", ".join("?" * len(records[0]))
        rows = [tuple(_of_sqlite(record[name]) for name in records[0]) for record in records]
        file.executemany(f"INSERT INTO requests VALUES ({marks})", rows)
        file.commit()
    return "records.sqlite"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sqlite_type(records: list[Record], name: str) -> str:
    """Declare what is true or false, and nothing else: a column holds what is put into it."""
    return "BOOLEAN" if any(isinstance(record[name], bool) for record in records) else ""


def _of_sqlite(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.datetime | Decimal):
        return str(value)
    return value


def _parquet_folder(records: list[Record], folder: Path) -> Any:
    """Write the records into several files, beside what other engines leave there."""
    (folder / "records").mkdir(exist_ok=True)
    (folder / "records" / "_SUCCESS").touch()
    whole, half = pa.table(columns(records)), max(1, len(records) // 2)
    for place, start in enumerate(range(0, len(records), half)):
        pq.write_table(whole.slice(start, half), folder / "records" / f"part-{place:05}.snappy.parquet")
    return "records"


def _postgresql(records: list[Record], folder: Path) -> Any:
    table = postgresql.with_table(columns(records))
    return {"source": f"env:{postgresql.VARIABLE}", "table": table}


def _spark(records: list[Record], folder: Path) -> Any:
    return {"source": f"env:{spark.VARIABLE}", "table": spark.with_files(columns(records), folder)}


WAREHOUSES: dict[str, Callable[[list[Record], Path], Any]] = {"postgresql": _postgresql, "spark": _spark}
"""Where records may be that stay there: each gives what a plan says of its source."""

FORMS: dict[str, Callable[[list[Record], Path], Any]] = {
    "csv": _csv,
    "tsv": _tsv,
    "csv.gz": _gzip,
    "parquet": _parquet,
    "xlsx": _xlsx,
    "pandas": _pandas,
    "pandas objects": _pandas_objects,
    "polars": _polars,
    "arrow": _arrow,
    "polars lazy": _lazy,
    "duckdb relation": _relation,
    "duckdb": _duckdb,
    "sqlite": _sqlite,
    "parquet folder": _parquet_folder,
}
EVERY = FORMS | WAREHOUSES


def read(block: Evidence, records: list[Record], form: str, folder: Path) -> Tally:
    """Count a block's records that come in one form, or lie in a warehouse."""
    held = EVERY[form](records, folder)
    if not isinstance(held, str | dict):
        return read_tally(block, frame=held)
    source = held if isinstance(held, dict) else {"source": held}
    return read_tally(block.model_copy(update={"data": block.data.model_copy(update=source)}), folder)


def count(plan_block: dict, records: list[Record], form: str, folder: Path) -> Tally:
    """Count records that come in one form."""
    return read(evidence(plan_block), records, form, folder)


def alike(counted: dict[tuple, tuple], expected: dict[tuple, tuple]) -> bool:
    """Say whether two engines counted the same: counts exactly, sums of weights to twelve digits."""
    return counted.keys() == expected.keys() and all(
        counted[cell][0] == expected[cell][0] and counted[cell][1:] == pytest.approx(expected[cell][1:], rel=1e-11)
        for cell in expected
    )


def cells(tally: Tally) -> dict[tuple, tuple]:
    """Give a tally's cells in the form of the reference engine, those of no records left out."""
    about, found = tally.about, {}
    for row in tally.cells.to_dict("records"):
        key = (
            row["table"],
            tuple(row[name] for name in about.attributes),
            tuple(row[name] for name in about.strata),
            row["decision"],
            row.get("outcome", ""),
            row.get("fold", ""),
        )
        if row["n"]:
            found[key] = (row["n"], row.get("w", 0), row.get("ww", 0))
    return found


# --- made-up records -------------------------------------------------------------------------------------------------

YES_NO = {
    "whole numbers": ([0, 1], {"is": [1], "is_not": [0]}),
    "floats": ([0.0, 1.0], {"is": [1], "is_not": [0]}),
    "texts": (["yes", "no", "maybe"], {"is": ["yes"], "is_not": ["no"]}),
    "truth": ([True, False], {"is": [True], "is_not": [False]}),
    "every other value is no": (["High", "Medium", "Low"], {"is": ["High", "Medium"]}),
    "a score": ([1, 2, 3, 4], {"is": [3, 4], "is_not": [1]}),
}


@st.composite
def plans_and_records(draw: st.DrawFn) -> tuple[dict, list[Record]]:
    """Draw an evidence block, and records that can be counted by it."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=3, max_size=5, unique_by=(str.casefold, str.strip)))
    race, race_values = draw(_group(names))
    kinds = {column: draw(st.sampled_from(sorted(YES_NO))) for column in "dy"}
    changes: dict[str, Any] = {
        f"data_{name}": {"column": column, **YES_NO[kinds[column]][1]}
        for name, column in (("decision", "d"), ("outcome", "y"))
    }
    groups = {"race": race, "age": {"bands": [18, 25, 65], "unknown": [999]}, "sex": {"levels": ["F", "M"]}}
    if draw(st.booleans()) and not race.get("any"):
        changes["compare"] = [{"by": "race"}, {"by": ["race", "sex"]}, {"by": ["sex", "age"]}]
    changes |= draw(_details())
    first = {column: st.just(YES_NO[kinds[column]][0][0]) for column in "dy"}
    record = _record(race_values, kinds)
    records = draw(st.lists(st.fixed_dictionaries(record), min_size=1, max_size=30))
    # So that no yes or no, and no second group, is missing altogether, which is refused.
    anchors = []
    for place in range(6):
        anchor = draw(st.fixed_dictionaries(record | first))
        values = {column: YES_NO[kinds[column]][0] for column in "dy"}
        anchor |= {column: values[column][place % len(values[column])] for column in "dy"}
        anchor |= {"race": race_values[place % 2], "year": 2023, "day": datetime.date(2023, 5, 1)}
        anchors.append(anchor)
    return block(groups, **changes), records + anchors


def _record(race_values: list, kinds: dict[str, str]) -> dict[str, st.SearchStrategy]:
    return {
        "race": st.sampled_from([*race_values, None]),
        "sex": st.sampled_from(["F", "M", " M ", None]),
        "age": st.sampled_from([17, 18, 24, 25, 64.5, 65, 90, 999, None, math.nan]).map(_float),
        "d": st.sampled_from([*YES_NO[kinds["d"]][0], None]),
        "y": st.sampled_from([*YES_NO[kinds["y"]][0], None]),
        "part": st.sampled_from(["north", "south", "?", None]),
        "w": st.sampled_from([0.25, 1.0, 2.5, 1000.0]),
        "person": st.integers(1, 8) | st.none(),
        "year": st.sampled_from([2022, 2023, 2024, None]),
        "day": st.dates(datetime.date(2022, 1, 1), datetime.date(2024, 12, 31)) | st.none(),
        "made_up": st.just("yes"),
    }


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


@st.composite
def _group(draw: st.DrawFn, names: list[str]) -> tuple[dict, list]:
    """Draw how a column of groups is read, and values that it may hold; the first two are different groups."""
    kind = draw(st.sampled_from(["as found", "unknown", "levels", "labels", "merge", "merge as found", "multi", "any"]))
    first, second, third, *rest = names
    several = [f"{first}|{second}", f" {second} | {first}|", f"{first}||", "|", f"{third}|N/A"]
    return {
        "as found": ({}, names),
        "unknown": ({"unknown": ["N/A", ""]}, [*names, "N/A", "", " "]),
        "levels": ({"levels": [*names, "Nobody"]}, names),
        "labels": ({"levels": names, "labels": {"Blk": first, 7: second}}, [first, third, "Blk", "7"]),
        "merge": ({"levels": [first, second], "merge": {"Rest": [third, *rest]}, "unknown": ["-"]}, [*names, "-"]),
        "merge as found": ({"merge": {"Both": [second, third]}}, names),
        "multi": ({"levels": names, "multi": "|", "unknown": ["N/A"]}, [*names, *several]),
        "any": (
            {"levels": [first, second, third], "multi": "|", "any": True, "unknown": ["N/A"]},
            [first, second, third, *several],
        ),
    }[kind]  # fmt: skip


@st.composite
def _details(draw: st.DrawFn) -> dict[str, Any]:
    choices = {
        "data_weight": "w",
        "data_cluster": "person",
        "data_key": "person",
        "strata": ["part"],
        "data_keep": draw(
            st.sampled_from(
                [
                    {"year": [2023, 2024]},
                    {"year": {"from": 2023}},
                    {"day": {"from": "2023-03", "to": "2023-12-31"}},
                    {"day": {"to": 2023}, "year": [2022, 2023]},
                ]
            )
        ),
    }
    chosen = {key: value for key, value in choices.items() if draw(st.booleans())}
    # A missing person is one of few clusters here, and is no reason to refuse the count.
    return chosen | {"unknown_at_most": 1.0}
