"""Families: what a poll hands on, and how it is bounded."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import judge
from vigie.core.families import OTHER, Distribution, Families, Family, counter, gauge, histogram, untyped
from vigie.core.status import SELF_FAMILIES
from vigie.sources import SOURCES

SIZE = gauge("size", "Size.", "name", join="sum")
WAIT = histogram("wait_seconds", "Wait.", "name", buckets=(1.0, 2.5))


def test_a_counter_must_be_named_like_one() -> None:
    with pytest.raises(ValueError, match="jobs must end in _total"):
        counter("jobs", "Jobs.")


def test_label_values_must_match_the_declared_labels() -> None:
    with pytest.raises(ValueError, match=r"size has the labels \('name',\)"):
        Families().add(SIZE, 1)


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (counter("jobs_total", "Jobs.", "name"), 5.0),
        (untyped("jobs_count", "Jobs.", "name"), 5.0),
        (SIZE, 5.0),
        (gauge("lag_seconds", "Lag.", "name"), 3.0),
        (gauge("up", "Up.", "name", join="min"), 2.0),
    ],
    ids=lambda family: family.name if isinstance(family, Family) else "",
)
def test_of_two_things_of_one_name_counts_add_up_and_the_worse_number_stands(family: Family, value: float) -> None:
    families = Families()
    families.add(family, 3, "a")
    families.add(family, 2, "a")
    assert families.values[family] == {("a",): value}
    families.add(family, 3, "b")
    families.add(family, 2, "c")
    families.add(family, 3, "d")
    bounded, _ = families.capped(2)
    assert bounded.values[family] == {("a",): value, (OTHER,): {5.0: 8.0, 3.0: 3.0, 2.0: 2.0}[value]}


LOW_IS_BAD = re.compile(
    r"_up$|_healthy$|_available$|_remaining|_enabled$|_expiry_|_oldest_|_crash_free_|_last_[a-z]+_time"
)


def test_of_things_that_are_worse_when_low_the_lowest_stands() -> None:
    exported = {family.name: family for source in SOURCES.values() for family in source.families}
    exported |= {family.name: family for family in SELF_FAMILIES}
    low = {name: family.join for name, family in exported.items() if LOW_IS_BAD.search(name) and family.labels}
    assert low == dict.fromkeys(low, "min")
    assert {"pg_stat_replication_pg_wal_lsn_diff", "vigie_postgres_standby_lag_seconds"} <= {
        name for name, family in exported.items() if family.join == "max"
    }


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 1000)), max_size=40), st.integers(2, 10))
def test_a_cap_keeps_the_total_and_never_exceeds_the_limit(series: list[tuple[str, int]], limit: int) -> None:
    families = Families()
    for name, value in series:
        families.add(SIZE, value, name)
    bounded, folded = families.capped(limit)
    kept = bounded.values.get(SIZE, {})
    assert len(kept) <= limit
    assert sum(kept.values()) == sum(value for _, value in series)
    assert bool(folded) == (len(families.values.get(SIZE, {})) > limit)


def test_the_first_series_stay_and_the_rest_becomes_other() -> None:
    families = Families()
    for name in "abcd":
        families.add(SIZE, 1, name)
    bounded, folded = families.capped(3)
    assert bounded.values[SIZE] == {("a",): 1, ("b",): 1, (OTHER,): 2}
    assert folded == {"size": 2}


def test_histograms_fold_bucket_by_bucket() -> None:
    families = Families()
    for name in "abc":
        families.observe(WAIT, Distribution((1, 2, 3), 10.0), name)
    bounded, _ = families.capped(2)
    assert bounded.distributions[WAIT][OTHER,] == Distribution((2, 4, 6), 20.0)


def test_histogram_buckets_are_cumulated_and_end_at_infinity() -> None:
    families = Families()
    families.observe(WAIT, Distribution((1, 2, 3), 10.0), "a")
    (metric,) = judge.metrics(families)
    assert [(sample.name, sample.labels.get("le"), sample.value) for sample in metric.samples] == [
        ("wait_seconds_bucket", "1.0", 1),
        ("wait_seconds_bucket", "2.5", 3),
        ("wait_seconds_bucket", "+Inf", 6),
        ("wait_seconds_sum", None, 10.0),
        ("wait_seconds_count", None, 6),
    ]
