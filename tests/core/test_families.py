"""Families: what a poll hands on, and how it is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.families import OTHER, Distribution, Families, counter, gauge, histogram

SIZE = gauge("size", "Size.", "name")
WAIT = histogram("wait_seconds", "Wait.", "name", buckets=(1.0, 2.5))


def test_a_counter_must_be_named_like_one() -> None:
    with pytest.raises(ValueError, match="jobs must end in _total"):
        counter("jobs", "Jobs.")


def test_label_values_must_match_the_declared_labels() -> None:
    with pytest.raises(ValueError, match=r"size has the labels \('name',\)"):
        Families().add(SIZE, 1)


def test_the_same_series_added_twice_adds_up() -> None:
    families = Families()
    families.add(SIZE, 1, "a")
    families.add(SIZE, 2, "a")
    assert families.values[SIZE] == {("a",): 3.0}


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
    (metric,) = families.metrics()
    assert [(sample.name, sample.labels.get("le"), sample.value) for sample in metric.samples] == [
        ("wait_seconds_bucket", "1.0", 1),
        ("wait_seconds_bucket", "2.5", 3),
        ("wait_seconds_bucket", "+Inf", 6),
        ("wait_seconds_sum", None, 10.0),
        ("wait_seconds_count", None, 6),
    ]
