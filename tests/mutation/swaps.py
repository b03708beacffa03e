"""What stands in for what when a fault is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Fault = tuple[str, str, str]
"""Of what kind it is, what was there and what is there now, and how the node is written with it."""

STRICTNESS = {">": (">=",), ">=": (">",), "<": ("<=",), "<=": ("<",), "==": ("!=",), "!=": ("==",)}
REVERSED = {">": ("<",), ">=": ("<=",), "<": (">",), "<=": (">=",)}
OPERATORS = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "and": ("unless", "or"),
    "or": ("and", "unless"),
    "unless": ("and",),
}
AGGREGATIONS = frozenset({"sum", "max", "min", "avg"})
_OVER_TIME = ("max_over_time", "min_over_time", "avg_over_time", "last_over_time")
FUNCTIONS = {
    **{name: tuple(other for other in _OVER_TIME if other != name) for name in _OVER_TIME},
    "count_over_time": ("sum_over_time",),
    "rate": ("increase", "irate"),
    "increase": ("rate",),
    "clamp_min": ("clamp_max",),
}
UNWRAPPED = {"round": "rounding", "clamp_min": "function", "label_replace": "function"}
"""Functions that may be forgotten, and of which kind that is."""
COARSER = "0.001"
"""Rounding that is visible."""
MATCHERS = {
    "MatchOp.Equal": ("=", "!="),
    "MatchOp.NotEqual": ("!=", "="),
    "MatchOp.Re": ("=~", "!~"),
    "MatchOp.NotRe": ("!~", "=~"),
}
"""By the parser's name of it, how a matcher is written, and its opposite."""


def nearby(value: float) -> Iterator[str]:
    """The nearest numbers that make a difference: about a hundredth, whole where the number is whole."""
    step = max(1, round(abs(value) / 100)) if value == int(value) else abs(value) / 100
    for other in (value + step, value - step):
        yield f"{other:.10g}"


def without_one(values: Sequence[str]) -> list[list[str]]:
    """The values without the first, without the second, and so on."""
    return [[value for value in values if value != left_out] for left_out in values]
