"""LangSmith's filter language, as far as it is needed: `and`, `or`, `eq`, `neq`, `gt`, `gte`, `lt`, `lte`."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|\w+|[(),])')
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_JOIN: Mapping[str, Callable[[list[bool]], bool]] = {"and": all, "or": any}

Match = Callable[[Mapping[str, Any]], bool]


def parse(text: str) -> Match:
    """
    The test that an expression stands for; no expression matches everything.

    Raises:
        ValueError: It cannot be read.
    """
    if not text:
        return lambda _run: True
    tokens = [match[1] for match in _TOKEN.finditer(text)]
    if "".join(tokens) != re.sub(r"\s+", "", text):
        raise ValueError(f"invalid filter {text!r}")
    try:
        match = _expression(tokens)
    except (IndexError, KeyError):
        raise ValueError(f"invalid filter {text!r}") from None
    if tokens:
        raise ValueError(f"invalid filter {text!r}")
    return match


def _expression(tokens: list[str]) -> Match:
    name = tokens.pop(0)
    tokens.pop(0)
    if name in _JOIN:
        join, parts = _JOIN[name], [_expression(tokens)]
        while tokens.pop(0) == ",":
            parts.append(_expression(tokens))
        return lambda run: join([part(run) for part in parts])
    compare, attribute, _, value, _ = _COMPARE[name], tokens.pop(0), tokens.pop(0), tokens.pop(0), tokens.pop(0)
    wanted = json.loads(value)
    return lambda run: attribute in run and compare(run[attribute], wanted)
