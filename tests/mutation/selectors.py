"""The faults of what a query selects: its matchers, its range and its offset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import promql_parser as promql

from tests.mutation.swaps import MATCHERS, Fault, without_one


@dataclass(frozen=True, slots=True)
class _Selector:
    metric: str
    matchers: tuple[str, ...]
    span: timedelta | None
    offset: timedelta | None

    def __str__(self) -> str:
        inside = f"{{{','.join(self.matchers)}}}" if self.matchers else ""
        window = "" if self.span is None else f"[{_duration(self.span)}]"
        back = "" if self.offset is None else f" offset {_duration(self.offset)}"
        return f"{self.metric}{inside}{window}{back}"


def selector_faults(node: Any) -> Iterator[Fault]:
    """Those of a selector of series or of ranges; nothing for another node."""
    if isinstance(node, promql.MatrixSelector):
        yield from _faults(node.vector_selector, node.range)
    elif isinstance(node, promql.VectorSelector):
        yield from _faults(node, None)


def _faults(node: Any, span: timedelta | None) -> Iterator[Fault]:
    pieces = [(each.name, *MATCHERS[str(each.op)], each.value) for each in node.matchers.matchers]
    written = tuple(f'{label}{operator}"{value}"' for label, operator, _, value in pieces)
    sound = _Selector(node.name, written, span, node.offset)
    for place, piece in enumerate(pieces):
        for instead in _matchers(*piece):
            matchers = (*written[:place], *instead, *written[place + 1 :])
            what = f"{sound.metric}{{{written[place]}}} -> {{{''.join(instead)}}}"
            yield "matcher", what, str(replace(sound, matchers=matchers))
    for factor in (0.5, 2):
        if span is not None:
            faulty = replace(sound, span=span * factor)
            yield "range", f"{replace(sound, matchers=())} -> [{_duration(span * factor)}]", str(faulty)
    for offset in (None, node.offset * 2) if node.offset else ():
        yield "offset", f"{replace(sound, matchers=())} -> {offset}", str(replace(sound, offset=offset))


def _matchers(label: str, operator: str, opposite: str, value: str) -> Iterator[tuple[str, ...]]:
    """What a matcher may become: nothing, its opposite, one that forgets an alternative."""
    yield ()
    yield (f'{label}{opposite}"{value}"',)
    if "|" in value:
        for others in without_one(value.split("|")):
            yield (f'{label}{operator}"{"|".join(others)}"',)


def _duration(span: timedelta) -> str:
    return str(promql.display_duration(span))
