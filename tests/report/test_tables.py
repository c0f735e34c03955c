"""The one way to write a table."""

from __future__ import annotations

import pytest

from fairaudit.report.tables import table
from tests.report.page import parse


def test_a_table_in_full():
    shown = parse(str(table("Who", ["Group", "Records"], [["A", "1,204"], ["B", "80"]])))
    assert shown.one("caption").text == "Who"
    assert [(head.text, head.attributes["scope"]) for head in shown.one("thead").all("th")] == [
        ("Group", "col"),
        ("Records", "col"),
    ]
    assert [(row.all("th")[0].text, row.all("td")[0].text) for row in shown.one("tbody").all("tr")] == [
        ("A", "1,204"),
        ("B", "80"),
    ]


@pytest.mark.parametrize(
    ("column", "right"),
    [
        (["1,204", "80"], True),
        (["44.9%", "0.0%"], True),
        (["−3.5", "12"], True),
        (["12 to 14", "5.0% to 6.1%"], True),
        (["2,456 v 3,121", "1 v 2"], True),
        (["80", "not known"], True),
        (["undefined", "no records"], False),
        (["score", "exact"], False),
        (["25 to 44 and more", "80"], False),
        (["version 2", "80"], False),
    ],
)
def test_numbers_are_set_to_the_right(column, right):
    shown = parse(str(table("Who", ["Group", "What"], [["A", column[0]], ["B", column[1]]])))
    assert {cell.attributes.get("class") == "number" for cell in shown.all("td")} == {right}


def test_a_table_without_rows():
    assert parse(str(table("Who", ["Group", "Records"], []))).one("tbody").all("tr") == []


def test_rows_must_be_as_long_as_the_head():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        table("Who", ["Group", "Records"], [["A"]])
