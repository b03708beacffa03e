"""LangSmith: budgets of the month, servers without v2, volumes beyond listing, keys with too few rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from demo.vendors import faults
from demo.vendors.framework import SimulatedVendor
from tests.vendors.langsmith_desk import NOON, Desk, call, chain, desk, series, value
from tests.vendors.setup import SECRET
from vigie.errors import Reason
from vigie.sources.langsmith import LangSmithConfig, requests_per_hour
from vigie.sources.langsmith import families as f
from vigie.sources.langsmith.client import RUNS_V2
from vigie.sources.langsmith.listing import Span, spans
from vigie.sources.langsmith.month import month_of, projected, reach

DAY = 86400.0


@pytest.fixture
def office() -> Iterator[Desk]:
    with desk() as made:
        yield made


def _asked(vendor: SimulatedVendor, path: str) -> int:
    return sum(seen.path == path for seen in vendor.seen)


async def test_the_month_so_far_is_the_vendors_count_with_its_budget_and_projection(office: Desk) -> None:
    office.happens(
        call("today", NOON - 600), call("yesterday", NOON - DAY + 600), chain("no call", NOON - 60, prompt=9)
    )
    office.vendor.world.retention = 40 * DAY
    office.happens(call("last month", NOON - 20 * DAY))
    seen = await office.once(token_budgets={"chat": 5000})
    assert value(seen, f.BUDGET, "chat") == 5000
    assert value(seen, f.MONTH_TOKENS, "chat") == 240
    assert value(seen, f.MONTH_PROJECTED, "chat") == pytest.approx(240 * 30 / 17.5)
    assert value(seen, f.MONTH_COST, "chat") == 0.5


async def test_a_new_month_begins_at_nothing_at_once(office: Desk) -> None:
    office.now = datetime(2026, 11, 30, 23, 58, tzinfo=UTC).timestamp()
    office.happens(call("in november", office.now - 30))
    async with office.watched() as source:
        used = [value(await office.look(source), f.MONTH_TOKENS, "chat") for _ in range(2)]
    assert used == [120, 0]


async def test_the_month_is_read_every_ten_minutes_only(office: Desk) -> None:
    async with office.watched() as source:
        before = _asked(office.vendor, "/api/v2/sessions")
        for _ in range(9):
            await office.look(source)
        assert _asked(office.vendor, "/api/v2/sessions") == before + 9
        await office.look(source)
        assert _asked(office.vendor, "/api/v2/sessions") == before + 11


async def test_a_budget_of_a_project_that_is_not_there_is_a_problem(office: Desk) -> None:
    seen = await office.once(token_budgets={"chta": 5000})
    assert ["no tracing project 'chta'" in str(error) for error in seen.errors] == [True]


@pytest.mark.parametrize(
    ("moment", "begin", "end"),
    [
        (
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2026, 12, 1, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
        ),
        (datetime(2028, 2, 29, 12, 0, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_months_are_utc_months(moment: datetime, begin: datetime, end: datetime) -> None:
    assert month_of(moment.timestamp()) == (begin.timestamp(), end.timestamp())
    assert moment.timestamp() - reach(moment.timestamp()) <= 31 * DAY - 900


def test_the_first_hours_of_a_month_are_not_blown_up() -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    assert projected(100, begin) == 3000
    assert projected(100, begin + 3600) == 3000
    assert projected(100, begin + 15 * DAY) == 200


async def test_too_many_runs_withhold_the_counters_until_they_can_be_listed_again(office: Desk) -> None:
    async with office.watched(max_pages=2) as source:
        office.vendor.world.page_limit = 3
        office.happens(*(call(f"run {number}", NOON + number, seconds=1.0 + number) for number in range(9)))
        office.happens(call("failed", NOON + 20, failed=True))
        swamped = await office.look(source)
        again = await office.look(source)
        office.vendor.world.page_limit = 1000
        relieved = await office.look(source)
    for seen in (swamped, again):
        assert value(seen, f.DEGRADED) == 1
        assert [error.reason for error in seen.errors] == [Reason.BUDGET]
        assert "too many to list" in str(seen.errors[0])
        assert series(seen, f.RUNS) == {}
        assert f.RUN_DURATION not in (seen.poll.families.distributions if seen.poll else {})
        for kind in ("run", "llm"):
            assert value(seen, f.STATS_RUNS, "chat", kind) == 10
            assert value(seen, f.STATS_ERRORS, "chat", kind) == 0.1
            assert value(seen, f.STATS_P50, "chat", kind) == 4.5
        assert value(seen, f.STATS_TOKENS, "chat") == 1200
        assert value(seen, f.STATS_COST, "chat") == 2.5
    assert relieved.errors == ()
    assert value(relieved, f.DEGRADED) == 0
    assert series(relieved, f.STATS_RUNS) == {}
    assert value(relieved, f.RUNS, "chat") == 10
    assert value(relieved, f.UNLISTED) == 0


async def test_while_too_many_are_expected_none_are_listed(office: Desk) -> None:
    async with office.watched(max_pages=1) as source:
        office.happens(*(call(f"run {number}", NOON + number / 64) for number in range(1001)))
        await office.look(source)
        asked = _asked(office.vendor, RUNS_V2)
        seen = await office.look(source)
    assert value(seen, f.DEGRADED) == 1
    assert _asked(office.vendor, RUNS_V2) == asked


async def test_a_long_pause_is_caught_up_poll_by_poll(office: Desk) -> None:
    async with office.watched(max_pages=6) as source:
        office.now += 6 * 3600
        office.happens(*(call(f"run {number}", NOON + number * 600) for number in range(30)))
        polls = [await office.look(source) for _ in range(6)]
    behind = [value(seen, f.BACKLOG) or 0.0 for seen in polls]
    assert behind == sorted(behind, reverse=True)
    assert behind[0] > 0
    assert behind[-1] == 0
    assert value(polls[-1], f.RUNS, "chat") == 30


async def test_a_slow_vendor_does_not_make_catching_up_run_into_the_deadline(office: Desk) -> None:
    async with office.watched(timeout=1.0) as source:
        office.vendor.fault = faults.slow(0.05)
        office.now += 6 * 3600
        office.happens(*(call(f"run {number}", NOON + number * 600) for number in range(30)))
        polls = [await office.look(source) for _ in range(4)]
    assert [outcome.errors for outcome in polls] == [()] * 4
    assert value(polls[-1], f.RUNS, "chat") == 30


async def test_a_stretch_of_a_pause_that_does_not_fit_is_given_up_and_its_length_is_told(office: Desk) -> None:
    async with office.watched(max_pages=2) as source:
        office.vendor.world.page_limit = 3
        office.now += 3 * 3600
        office.happens(*(call(f"crowd {number}", NOON + number) for number in range(20)))
        office.happens(call("after", NOON + 7200))
        polls = [await office.look(source) for _ in range(10)]
    assert value(polls[-1], f.UNLISTED) == 900
    assert value(polls[-1], f.BACKLOG) == 0
    assert (value(polls[-1], f.RUNS, "chat") or 0) < 20


def test_stretches_cover_a_pause_without_a_gap_and_end_with_the_window() -> None:
    assert spans(None, 10_000.0, 3600.0) == [Span(6400.0)]
    assert spans(6340.0, 10_000.0, 3600.0) == [Span(6340.0)]
    assert spans(20_000.0, 10_000.0, 3600.0) == [Span(6400.0)]
    found = spans(1000.0, 10_000.0, 3600.0)
    assert [span.end for span in found[:-1]] == [span.start for span in found[1:]]
    assert found[0].start == 1000.0
    assert found[-1].end is None
    assert len(spans(0.0, 1e9, 3600.0)) < 14 * 24 * 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"window": "6m", "interval": "5m"}, "shorter than two intervals"),
        ({"interval": "5s"}, "expected a duration from 10s to 1d"),
        ({"base_url": "smith.example"}, "begins with http:// or https://"),
        ({"token_budgets": {"chat": 0}}, "greater than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        LangSmithConfig.model_validate({"api_key": SECRET, **settings})


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/v1", "/api/v1/"])
def test_the_endpoint_may_be_written_as_the_sdk_takes_it(ending: str) -> None:
    config = LangSmithConfig.model_validate({"api_key": SECRET, "base_url": f"https://smith.acme.example{ending}"})
    assert config.base_url == "https://smith.acme.example"


def test_steady_state_is_far_below_the_limit() -> None:
    assert requests_per_hour(LangSmithConfig.model_validate({"api_key": SECRET})) == 132
    fastest = LangSmithConfig.model_validate({"api_key": SECRET, "interval": "10s"})
    assert requests_per_hour(fastest) < 0.8 * 300 * 360
