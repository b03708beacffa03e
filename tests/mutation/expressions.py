"""The small faults that an expression may have: each is the whole expression with one thing in it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import promql_parser as promql

from tests.mutation.selectors import selector_faults
from tests.mutation.swaps import (
    AGGREGATIONS,
    COARSER,
    FUNCTIONS,
    OPERATORS,
    REVERSED,
    STRICTNESS,
    UNWRAPPED,
    Fault,
    nearby,
    without_one,
)

READABLE = 60
"""Characters of a part that say which one it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """
    One fault.

    Attributes:
        kind: What it is about.
        what: What was there and what is there now; numbered where that happens several times in one expression.
        text: The whole expression afterwards.
    """

    kind: str
    what: str
    text: str


def changes(text: str) -> Iterator[Change]:
    """Every fault of an expression; each is PromQL, and no two are the same."""
    root = promql.parse(text)
    seen = {str(root)}
    named: Counter[str] = Counter()
    for kind, what, changed in _faults(root):
        written = _written(changed)
        if written is not None and written not in seen:
            seen.add(written)
            named[what] += 1
            yield Change(kind, f"{what} (#{named[what]})" if named[what] > 1 else what, written)


def _written(text: str) -> str | None:
    """The expression in the parser's own hand, or None if it is none: a comparison of two numbers, say."""
    try:
        return str(promql.parse(text))
    except ValueError:
        return None


def _faults(node: Any) -> Iterator[Fault]:
    """Those of a node, and those of its parts."""
    yield from _own(node)
    compares = isinstance(node, promql.BinaryExpr) and str(node.op) in STRICTNESS
    for part, whole in _parts(node):
        limits = compares and isinstance(part, promql.NumberLiteral)
        for kind, what, text in _faults(part):
            yield "threshold" if limits else kind, what, whole(text)


def _parts(node: Any) -> Iterator[tuple[Any, Callable[[str], str]]]:
    """The parts of a node, and for each what the node becomes when the part is written otherwise."""
    if isinstance(node, promql.BinaryExpr):
        middle = _middle(node, str(node.op))
        yield node.lhs, lambda text: f"({text}) {middle} ({node.rhs})"
        yield node.rhs, lambda text: f"({node.lhs}) {middle} ({text})"
    elif isinstance(node, promql.AggregateExpr):
        yield node.expr, partial(_aggregated, str(node.op), _labels(node))
    elif isinstance(node, promql.Call):
        # how exactly it is rounded is a fault of its own
        for place, argument in enumerate(node.args[:1] if node.func.name == "round" else node.args):
            yield argument, partial(_called, node, node.func.name, place)
    elif isinstance(node, promql.ParenExpr):
        yield node.expr, lambda text: f"({text})"


def _own(node: Any) -> Iterator[Fault]:
    if isinstance(node, promql.NumberLiteral):
        for number in nearby(node.val):
            yield "number", f"{node} -> {number}", number
    elif isinstance(node, promql.BinaryExpr):
        yield from _operator(node)
        yield from _operands(node)
        yield from _matching(node)
    elif isinstance(node, promql.AggregateExpr):
        yield from _aggregation(node)
    elif isinstance(node, promql.Call):
        yield from _call(node)
    else:
        yield from selector_faults(node)


def _operator(node: Any) -> Iterator[Fault]:
    operator = str(node.op)
    kind = "comparison" if operator in STRICTNESS else "operator"
    for swaps in (STRICTNESS, REVERSED, OPERATORS):
        for other in swaps.get(operator, ()):
            yield kind, f"{operator} -> {other}", f"({node.lhs}) {_middle(node, other)} ({node.rhs})"
    if node.modifier is not None and node.modifier.return_bool:
        yield kind, f"{operator} bool -> {operator}", f"({node.lhs}) {operator} ({node.rhs})"


def _operands(node: Any) -> Iterator[Fault]:
    yield "part", f"… {node.op} {_short(node.rhs)} -> …", str(node.lhs)
    yield "part", f"{_short(node.lhs)} {node.op} … -> …", str(node.rhs)


def _matching(node: Any) -> Iterator[Fault]:
    if node.modifier is None or node.modifier.matching is None:
        return
    operator, matching = str(node.op), node.modifier.matching
    assert matching.type == promql.LabelModifierType.Include, "the rules name the labels that they match"
    yield "matching", f"{operator} {matching} -> {operator}", f"({node.lhs}) {operator} ({node.rhs})"
    for labels in without_one(matching.labels):
        middle = f"{operator} on ({', '.join(labels)})"
        yield "matching", f"{operator} {matching} -> {middle}", f"({node.lhs}) {middle} ({node.rhs})"


def _middle(node: Any, operator: str) -> str:
    return operator if node.modifier is None else f"{operator} {node.modifier}"


def _aggregation(node: Any) -> Iterator[Fault]:
    operator, labels = str(node.op), _labels(node)
    others = [("aggregation", other, labels) for other in sorted(AGGREGATIONS - {operator})]
    fewer = [("label", operator, left) for left in without_one(labels)]
    before = _aggregated(operator, labels, "…")
    for kind, other, kept in (*others, *fewer):
        yield kind, f"{before} -> {_aggregated(other, kept, '…')}", _aggregated(other, kept, str(node.expr))
    yield "aggregation", f"{before} -> …", str(node.expr)


def _labels(node: Any) -> list[str]:
    assert node.modifier.type == promql.AggModifierType.By, "the rules name the labels that they keep"
    return list(node.modifier.labels)


def _aggregated(operator: str, labels: list[str], inner: str) -> str:
    return f"{operator} by ({', '.join(labels)}) ({inner})"


def _call(node: Any) -> Iterator[Fault]:
    function = node.func.name
    for other in FUNCTIONS.get(function, ()):
        yield "function", f"{_short(node)} -> {other}", _called(node, other)
    if function in UNWRAPPED:
        yield UNWRAPPED[function], f"{function}(…) -> …", str(node.args[0])
    if function == "round" and len(node.args) > 1:
        yield "rounding", f"{_short(node.args[1])} -> {COARSER}", _called(node, function, 1, COARSER)


def _called(node: Any, function: str, place: int = -1, instead: str = "") -> str:
    """A call of another function, or with another argument in one place."""
    arguments = [instead if at == place else str(argument) for at, argument in enumerate(node.args)]
    return f"{function}({', '.join(arguments)})"


def _short(node: Any) -> str:
    text = str(node).replace("{}", "")
    return text if len(text) <= READABLE else f"{text[:READABLE]}…"
