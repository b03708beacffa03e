"""Budgets: never more requests than a plan allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.budget import Budget
from vigie.errors import Reason, SourceError


class Clock:
    """Time that a test moves."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


def test_without_a_limit_requests_are_only_counted() -> None:
    budget = Budget()
    budget.spend(1000)
    assert budget.spent == 1000
    assert budget.remaining is None


def test_a_spent_budget_says_when_the_next_request_may_go() -> None:
    clock = Clock()
    budget = Budget(limit=2, period=60, now=clock)
    budget.spend(2)
    with pytest.raises(SourceError) as caught:
        budget.spend()
    assert caught.value.reason is Reason.BUDGET
    assert caught.value.retry_after == 30
    clock.time = 30
    budget.spend()
    assert budget.spent == 3


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), max_size=60))
def test_no_window_ever_sees_more_than_the_limit_and_its_refill(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    budget = Budget(limit=10, period=100, now=clock)
    for wait, requests in steps:
        clock.time += wait
        try:
            budget.spend(requests)
        except SourceError:
            continue
    assert budget.spent <= 10 + clock.time * 10 / 100 + 1e-6


@pytest.mark.parametrize(("elapsed", "remaining"), [(0.0, 2), (30.0, 7), (60.0, 10), (-1e9, 2), (1e9, 10)])
def test_a_bucket_goes_on_after_a_restart_where_it_was(elapsed: float, remaining: int) -> None:
    clock = Clock()
    before, after = Budget(10, 60, clock), Budget(10, 60, clock)
    before.spend(8)
    after.resume(before.taken, elapsed)
    assert after.remaining == remaining
    clock.time += 6
    assert after.remaining == min(remaining + 1, 10)
