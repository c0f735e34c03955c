"""Saying a tree, built for DuckDB, in the words of another engine: what any dialect may need."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import sqlglot
from sqlglot import exp

from fairaudit import sql, syntax

Saying = Callable[[exp.Expression], exp.Expression]
"""Says one node of the tree otherwise; its parts are said already."""


@dataclass(frozen=True)
class Dress:
    """How an engine says what DuckDB has a word of its own for.

    Attributes:
        words: the name of a function, or a class of node -> how it is said.
        steps: what is done to the whole tree first.
    """

    words: Mapping[str | type[exp.Expression], Saying] = field(default_factory=dict)
    steps: tuple[Saying, ...] = ()

    def __call__(self, tree: exp.Expression) -> exp.Expression:
        """Dress a tree, in its place."""
        for step in self.steps:
            tree = step(tree)
        # Parts first, so that what is said of a whole finds its parts said.
        for node in list(tree.walk(bfs=False))[::-1]:
            saying = self.words.get(node.name.upper() if isinstance(node, exp.Anonymous) else type(node))
            if saying and (said := saying(node)) is not node:
                if node is tree:
                    return said
                node.replace(said)
        return tree


def template(text: str, dialect: str) -> Saying:
    """Say a node by a piece of SQL, in which :value, :second and so on stand for its parts.

    Args:
        text: the piece of SQL.
        dialect: what it is written in.
    """

    @cache
    def read() -> exp.Expression:
        return sqlglot.parse_one(text, read=dialect)

    def say(node: exp.Expression) -> exp.Expression:
        given = node.expressions if isinstance(node, exp.Anonymous) else [node.this, node.expression]
        parts = dict(zip(("value", "second"), (part for part in given if part is not None), strict=False))
        return exp.replace_placeholders(read().copy(), **{name: part.copy() for name, part in parts.items()})

    return say


def renamed(function: str) -> Saying:
    """Say a function by another name."""
    return lambda node: syntax.call(function, *node.expressions)


def is_cast_to(node: exp.Expression, *kinds: exp.DataType.Type) -> bool:
    """Say whether a node is a cast to one of some types."""
    return isinstance(node, exp.Cast | exp.TryCast) and node.to.this in kinds


# --- steps -----------------------------------------------------------------------------------------------------------


def without_bins(tree: exp.Expression) -> exp.Expression:
    """Find the bin of a value by halving the edges, where an engine cannot join to the nearest edge below."""
    for join in list(tree.find_all(exp.Join)):
        if join.args.get("method") != "ASOF":
            continue
        edges = [float(edge.sql()) for edge in join.find(exp.Array).expressions]
        value = syntax.name(sql.VALUE)
        found = syntax.case([(syntax.is_null(value), exp.null())], _halved(value, edges))
        select = join.parent
        join.pop()
        for column in list(select.find_all(exp.Column)):
            if column.name == sql.EDGE:
                column.replace(found.copy())
    return tree


def _halved(value: exp.Expression, edges: list[float]) -> exp.Expression:
    """Give the largest edge that a value reaches; the first for what lies below it."""
    if len(edges) == 1:
        return syntax.double(edges[0])
    middle = len(edges) // 2
    reached = exp.GTE(this=value.copy(), expression=syntax.double(edges[middle]))
    return syntax.case([(reached, _halved(value, edges[middle:]))], _halved(value, edges[:middle]))


def without_finite(tree: exp.Expression) -> exp.Expression:
    """Leave out the question whether a number that was read is finite, where none but finite ones are read."""
    for case in list(tree.find_all(exp.Case)):
        if len(case.args["ifs"]) != 1 or not isinstance(case.args.get("default"), exp.Null):
            continue
        (branch,) = case.args["ifs"]
        asked = branch.this
        finite = isinstance(asked, exp.Anonymous) and asked.name.upper() == "ISFINITE"
        if finite and isinstance(branch.args["true"], exp.TryCast) and case is not tree:
            case.replace(branch.args["true"].copy())
    return tree


def with_short_names(longest: int) -> Saying:
    """Give what is computed a short name where an engine would cut off its own.

    Args:
        longest: bytes of a name that the engine keeps. A column of a table has no longer one.
    """

    def shorten(tree: exp.Expression) -> exp.Expression:
        for node in tree.find_all(exp.Identifier):
            if len(node.this.encode()) > longest:
                node.set("this", f"computed {hashlib.sha256(node.this.encode()).hexdigest()[:32]}")
        return tree

    return shorten


def with_names(tree: exp.Expression) -> exp.Expression:
    """Name every query that stands for a table, which most engines ask for."""
    for place, query in enumerate(tree.find_all(exp.Subquery)):
        if isinstance(query.parent, exp.From | exp.Join) and not query.alias:
            query.set("alias", exp.TableAlias(this=exp.to_identifier(f"part {place}", quoted=True)))
    return tree


def by_union(tree: exp.Expression) -> exp.Expression:
    """Add up every grouping by a query of its own, where an engine has no GROUPING SETS."""
    group = tree.args.get("group")
    if group is None or not group.args.get("grouping_sets"):
        return tree
    (sets,) = group.args["grouping_sets"]
    keys = {column.name for each in sets.expressions for column in each.find_all(exp.Column)}
    parts = []
    for each in sets.expressions:
        own = [column.copy() for column in each.find_all(exp.Column)]
        names = {column.name for column in own}
        part = exp.Select(
            expressions=[
                exp.alias_(exp.null(), item.alias_or_name, quoted=True)
                if item.alias_or_name in keys - names
                else item.copy()
                for item in tree.expressions
            ]
        ).from_(tree.args.get("from_", tree.args.get("from")).this.copy())
        parts.append(part.group_by(*own) if own else part)
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=False)
    whole.set("with_", tree.args.get("with_") or tree.args.get("with"))
    return whole


PLAIN = Dress(words={"FSUM": renamed("SUM")}, steps=(without_bins, with_names))
"""What every engine but DuckDB needs."""
