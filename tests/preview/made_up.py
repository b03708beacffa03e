"""A history for dashboards: six hours of every series that their queries select, made up, with the labels they use."""

from __future__ import annotations

import json
import math
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser

from tests.real.tools import binary

NOTHING = "nothing_at_all"
"""A metric that never has series."""
_PAST, _FUTURE, _STEP = 6 * 3600, 1800, 60
_VARIABLES = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h"}
_BUCKETS = ("0.1", "1", "10", "+Inf")


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its metric and labels."""

    metric: str
    labels: tuple[tuple[str, str], ...]

    def value(self, seconds: float, now: float) -> float:
        """Plausible for the name, and different for different labels."""
        shift = sum(map(ord, str(self.labels))) % 7
        wave = 1 + math.sin(seconds / 2000 + shift)
        if self.metric.endswith(("_total", "_bucket", "_count", "_sum")):
            return (seconds - now + _PAST) * (1 + shift + _rank(self.labels)) / 10
        if self.metric.endswith("_milliseconds"):
            return (now - 1800 * (1 + shift)) * 1000
        if self.metric.endswith("_timestamp_seconds"):
            return seconds - 600
        if self.metric == "up" or self.metric.endswith("_up"):
            return float((seconds // 1800 + shift) % 5 != 0)
        if self.metric.endswith(("_status", "_state", "_healthy", "_enabled")) or self.metric == "ALERTS":
            return 1.0
        return wave / 50 if "ratio" in self.metric else wave * 40

    @property
    def text(self) -> str:
        """As a query names it."""
        return self.metric + "{" + ",".join(f'{name}="{value}"' for name, value in self.labels) + "}"


def write_history(dashboards: Iterable[dict[str, Any]], product: str, folder: Path) -> None:
    """Write a Prometheus storage that holds the history."""
    now = time.time() // _STEP * _STEP
    times = [now + offset for offset in range(-_PAST, _FUTURE, _STEP)]
    series = sorted({each for dashboard in dashboards for each in _series(dashboard, product)}, key=_key)
    lines = [f"{each.text} {each.value(at, now):.6g} {at:.0f}" for each in series for at in times]
    source = folder.with_suffix(".openmetrics")
    source.write_text("\n".join([*lines, "# EOF", ""]))
    command: list[str | Path] = [binary("promtool"), "tsdb", "create-blocks-from", "openmetrics", source, folder]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words


def _key(series: Series) -> tuple[str, tuple[tuple[str, str], ...]]:
    return series.metric, series.labels


def _rank(labels: Iterable[tuple[str, str]]) -> int:
    """Buckets of a histogram hold those below them."""
    return next((_BUCKETS.index(value) for name, value in labels if name == "le"), 0)


def _series(dashboard: dict[str, Any], product: str) -> Iterator[Series]:
    targets: list[dict[str, Any]] = [target for panel in _panels(dashboard) for target in panel.get("targets", [])]
    annotations = dashboard["annotations"]["list"]
    targets += [{"expr": each["expr"]} for each in annotations if "expr" in each]
    targets += [each["target"] for each in annotations if "target" in each]
    for target in targets:
        legend = set(re.findall(r"{{\s*(\w+)\s*}}", target.get("legendFormat", "")))
        try:
            query = promql_parser.parse(_filled(target.get("expr", ""), product))
        except ValueError:  # a query that a test wants to be refused
            continue
        for selector, grouped in _selectors(query, frozenset()):
            if selector.name != NOTHING:
                yield from _of(selector, (grouped | legend) - {"product"})
    yield Series("up", (("job", "vigie"), ("product", product)))


def _panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def _filled(expr: str, product: str) -> str:
    for name, value in _VARIABLES.items():
        expr = expr.replace(name, value)
    return expr.replace("$product", product)


def _selectors(node: Any, grouped: frozenset[str]) -> Iterator[tuple[Any, frozenset[str]]]:
    """Every selector, with the labels by which it is grouped."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node, grouped
        return
    labels = grouped
    by = getattr(node, "modifier", None) if isinstance(node, promql_parser.AggregateExpr) else None
    if by is not None and by.type == promql_parser.AggModifierType.By:
        labels |= set(by.labels)
    for child in ("expr", "vector_selector", "lhs", "rhs"):
        found = getattr(node, child, None)
        if found is not None:
            yield from _selectors(found, labels)
    for argument in getattr(node, "args", None) or ():
        yield from _selectors(argument, labels)


def _of(selector: Any, extra: frozenset[str]) -> Iterator[Series]:
    """Two series for each selector, or one where nothing tells them apart."""
    matched = {each.name: _matching(each) for each in selector.matchers.matchers}
    fixed = {name: value for name, value in matched.items() if value is not None}
    free = sorted(extra - fixed.keys() - {"le", "__name__"})
    for number in ("one", "two") if free else ("one",):
        labels = {**fixed, **dict.fromkeys(free, number)}
        buckets = _BUCKETS if selector.name.endswith("_bucket") and "le" not in fixed else (None,)
        for bucket in buckets:
            own = {**labels, **({"le": bucket} if bucket else {})}
            yield Series(selector.name, tuple(sorted(own.items())))


def _matching(matcher: Any) -> str | None:
    """A value that a matcher lets through; None where any will do."""
    value: str = matcher.value
    if matcher.op == promql_parser.MatchOp.Equal:
        return value
    if matcher.op == promql_parser.MatchOp.Re:
        first = re.sub(r"[()\\]", "", value).split("|")[0]
        return first if re.fullmatch(r"[\w./-]+", first) else "some"
    return None


def read(path: Path) -> dict[str, Any]:
    """A dashboard."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found
