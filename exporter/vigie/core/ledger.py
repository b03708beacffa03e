"""
Between events and families: what an event adds to counters and histograms, and how the totals are exported.

A counter is kept in the state file under its family's name and label values. A histogram is kept as one counter for
each bucket (family name + `_bucket`, labels + the bucket's number) and one for the sum (`_sum`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from vigie.core.families import Distribution, Families, Family, LabelValues
from vigie.core.state import Series


def count(family: Family, amount: float, *labels: str) -> dict[Series, float]:
    """What an event adds to a counter."""
    return {(family.name, labels): amount}


def observe(family: Family, value: float, *labels: str) -> dict[Series, float]:
    """What an event adds to a histogram."""
    bucket = str(bisect_left(family.buckets, value))
    return {(f"{family.name}_bucket", (*labels, bucket)): 1.0, (f"{family.name}_sum", labels): value}


def export(declared: Iterable[Family], totals: Mapping[Series, float], families: Families) -> None:
    """Add the totals of the declared counters and histograms to `families`; other totals are not for export."""
    by_name = {family.name: family for family in declared}
    for family in by_name.values():
        families.declare(family)
        if family.kind == "histogram":
            for labels, distribution in _distributions(family, totals).items():
                families.observe(family, distribution, *labels)
    for (name, labels), value in totals.items():
        if name in by_name and by_name[name].kind != "histogram":
            families.add(by_name[name], value, *labels)


def _distributions(family: Family, totals: Mapping[Series, float]) -> dict[LabelValues, Distribution]:
    counts: dict[LabelValues, list[int]] = {}
    for (name, labels), value in totals.items():
        if name == f"{family.name}_bucket":
            buckets = counts.setdefault(labels[:-1], [0] * (len(family.buckets) + 1))
            buckets[int(labels[-1])] += int(value)
    return {
        labels: Distribution(tuple(buckets), totals.get((f"{family.name}_sum", labels), 0.0))
        for labels, buckets in counts.items()
    }
