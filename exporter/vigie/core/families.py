"""
Metric families: what a source promises to export, and the samples of one poll.

A `Family` is declared once, as a module constant beside the code that fills it. A poll fills a fresh `Families`, so an
entity that is gone is gone from the output without anyone having to remove it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, TypeVar

Kind = Literal["gauge", "counter", "unknown", "histogram"]
Join = Literal["sum", "max", "min"]
Keeper = Literal["process", "state", "system"]
LabelValues = tuple[str, ...]

OTHER = "other"
"""Value of every label of the series that holds what is above a family's limit."""


@dataclass(frozen=True, slots=True)
class Family:
    """
    One metric name and what it means.

    Attributes:
        name: As Prometheus stores it, so a counter ends in `_total`.
        help: One sentence: meaning, unit and origin.
        kind: `unknown` is for numbers that keep another exporter's name although it breaks the rules of their type.
        labels: Label names, in the order in which `Families.add` takes their values.
        buckets: Upper bounds of a histogram, ascending, without the infinite one.
        join: What stands for several things with the same label values, or beyond the limit: the sum of what can be
            counted together, else whichever is worse, the greatest or the least. Counters and histograms are sums.
        kept_by: Who keeps the count of a counter or histogram, which says where a new series begins: Vigie's process
            (from 0 at each start), Vigie's state file (on over restarts), or the watched system (with any past).
    """

    name: str
    help: str
    kind: Kind
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    join: Join = "sum"
    kept_by: Keeper = "process"

    def __hash__(self) -> int:
        """By the name, which is quick: a family is looked up for every sample."""
        return hash(self.name)

    @property
    def grows(self) -> bool:
        """Whether its series only grow."""
        return self.kind in ("counter", "histogram")

    @property
    def root(self) -> str:
        """The name of the family in the exposition formats: a counter's without `_total`."""
        return self.name.removesuffix("_total") if self.kind == "counter" else self.name


def gauge(name: str, help: str, *labels: str, join: Join = "max") -> Family:  # noqa: A002 - the field's own word
    """Declare a number that goes up and down."""
    return Family(name, help, "gauge", labels, join=join)


def counter(name: str, help: str, *labels: str, kept_by: Keeper = "process") -> Family:  # noqa: A002 - as above
    """Declare a number that only grows; its name ends in `_total`."""
    if not name.endswith("_total"):
        raise ValueError(f"counter {name} must end in _total")
    return Family(name, help, "counter", labels, kept_by=kept_by)


def untyped(name: str, help: str, *labels: str) -> Family:  # noqa: A002 - the field's own word
    """Declare a count under another exporter's name that its type forbids: no `_total`, or a gauge's `_count`."""
    return Family(name, help, "unknown", labels)


def histogram(
    name: str,
    help: str,  # noqa: A002 - as above
    *labels: str,
    buckets: Sequence[float],
    kept_by: Keeper = "process",
) -> Family:
    """Declare a distribution over `buckets`."""
    return Family(name, help, "histogram", labels, tuple(buckets), kept_by=kept_by)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One series of a histogram: observations per bucket (not cumulated; last: above all bounds) and their sum."""

    counts: tuple[int, ...]
    sum: float

    @classmethod
    def empty(cls, family: Family) -> Distribution:
        """No observation."""
        return cls((0,) * (len(family.buckets) + 1), 0.0)

    def __add__(self, other: Distribution) -> Distribution:
        return Distribution(
            tuple(mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)), self.sum + other.sum
        )


Value = TypeVar("Value", float, Distribution)

_JOINED: Mapping[Join, Callable[[Any, Any], Any]] = {"sum": operator.add, "max": max, "min": min}


@dataclass(slots=True)
class Families:
    """The samples of one poll. Of a label set that is added twice, what its family's `join` says is kept."""

    values: dict[Family, dict[LabelValues, float]] = field(default_factory=dict)
    distributions: dict[Family, dict[LabelValues, Distribution]] = field(default_factory=dict)

    def declare(self, family: Family) -> None:
        """Say that `family` was read, so that its header is exported even without a series."""
        (self.distributions if family.kind == "histogram" else self.values).setdefault(family, {})

    def add(self, family: Family, value: float, *labels: str) -> None:
        """Add one sample; `labels` are the values of `family.labels`, in that order."""
        series = self.values.setdefault(family, {})
        self._check(family, labels)
        number = float(value)
        series[labels] = _JOINED[family.join](series[labels], number) if labels in series else number

    def observe(self, family: Family, distribution: Distribution, *labels: str) -> None:
        """Add one series of a histogram."""
        series = self.distributions.setdefault(family, {})
        self._check(family, labels)
        series[labels] = series[labels] + distribution if labels in series else distribution

    def capped(self, limit: int) -> tuple[Families, Mapping[str, int]]:
        """
        Bound every family to `limit` series.

        The series that come first in a family stay (a source adds them in a stable order); the others are joined in
        one series whose every label is `other`, so that totals stay right and the worst one shows.

        Returns:
            The bounded samples, and how many series were folded, for each family that was above the limit.
        """
        folded: dict[str, int] = {}
        bounded = Families()
        for family, values in self.values.items():
            bounded.values[family] = _fold(family, values, limit, folded)
        for family, distributions in self.distributions.items():
            bounded.distributions[family] = _fold(family, distributions, limit, folded)
        return bounded, folded

    def series(self) -> Iterator[tuple[Family, Mapping[LabelValues, float | Distribution]]]:
        """Every family with its series."""
        yield from self.values.items()
        yield from self.distributions.items()

    def only(self, families: Container[Family]) -> Families:
        """The samples of these families alone."""
        return Families(
            {family: series for family, series in self.values.items() if family in families},
            {family: series for family, series in self.distributions.items() if family in families},
        )

    def with_zeros(self, chosen: Mapping[Family, Collection[LabelValues]]) -> Families:
        """The same samples, but those of the chosen series are 0."""
        return Families(
            {family: _zeroed(series, 0.0, chosen.get(family, ())) for family, series in self.values.items()},
            {
                family: _zeroed(series, Distribution.empty(family), chosen.get(family, ()))
                for family, series in self.distributions.items()
            },
        )

    @staticmethod
    def _check(family: Family, labels: LabelValues) -> None:
        if len(labels) != len(family.labels):
            raise ValueError(f"{family.name} has the labels {family.labels}, got {labels}")


def _zeroed(series: dict[LabelValues, Value], zero: Value, chosen: Collection[LabelValues]) -> dict[LabelValues, Value]:
    return {labels: zero if labels in chosen else value for labels, value in series.items()} if chosen else series


def _fold(
    family: Family, series: dict[LabelValues, Value], limit: int, folded: dict[str, int]
) -> dict[LabelValues, Value]:
    if len(series) <= limit:
        return series
    kept = dict(islice(series.items(), limit - 1))
    other, joined = (OTHER,) * len(family.labels), _JOINED[family.join]
    for value in islice(series.values(), limit - 1, None):
        kept[other] = joined(kept[other], value) if other in kept else value
    folded[family.name] = len(series) - (limit - 1)
    return kept
