"""Stripe: how the events are read, each once, within the allowance."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.vendors import faults
from demo.vendors.stripe import Rates, Stripe, objects
from tests.real.vendor import serving
from tests.vendors.polling import Clock, Series, read, survives_any_answer
from tests.vendors.setup_stripe import SETUP
from tests.vendors.stripe_polls import DAY, LATER, Watched, watching
from vigie.core.families import Family
from vigie.core.poller import poll_once
from vigie.core.state import Batch, State
from vigie.errors import Reason
from vigie.sources.stripe import StripeConfig, requests_per_hour
from vigie.sources.stripe import families as f
from vigie.sources.stripe.client import clock_skew
from vigie.sources.stripe.config import FLOOR, SHARE, allowance
from vigie.sources.stripe.progress import LAG, OVERLAP, REMEMBERED, Progress
from vigie.sources.stripe.progress import read as after_page

CHARGE, ENDED = "charge.succeeded", "customer.subscription.deleted"
MONTH = 30 * 24


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Stripe, str]]:
    vendor = Stripe()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
async def account(served: tuple[Stripe, str]) -> AsyncIterator[Watched]:
    async with watching(served) as watched:
        yield watched


def _pay(account: Watched, number: int, at: float) -> None:
    account.stripe.happen(CHARGE, objects.charge(f"ch_{number}", 100, "eur"), at)


async def test_history_moves_no_counter_but_fills_windows_and_baselines(account: Watched) -> None:
    now = account.clock.time
    for day in range(1, 30):
        for number in range(2):
            account.stripe.happen(ENDED, objects.subscription(f"sub_{day}_{number}"), now - (day + 0.5) * DAY)
    for number in range(5):
        account.stripe.happen(ENDED, objects.subscription(f"sub_today_{number}"), now - 3600)
    values: Mapping[Family, Series] = await read(account.source)
    assert values[f.CANCELLED][("unknown",)] == 0, "known before, so that the next one is an increase"
    assert values[f.CHURN] == {("24h",): 5}
    assert values[f.CHURN_BASELINE] == {("24h",): 2}
    assert values[f.HISTORY_READ] == {(): 1}
    assert (await account.tell((ENDED, objects.subscription("sub_new"))))[f.CANCELLED][("unknown",)] == 1


async def test_a_long_history_is_read_over_several_polls(account: Watched) -> None:
    for number in range(2150):
        _pay(account, number, account.clock.time - 100 - number)
    values: Mapping[Family, Series] = await read(account.source)
    assert (values[f.HISTORY_READ], values[f.CHURN_BASELINE]) == ({(): 0}, {})
    assert ", at least 20" in await account.source.describe()
    values = await account.later(15)
    assert (values[f.HISTORY_READ], values[f.CHURN_BASELINE]) == ({(): 1}, {("24h",): 0})
    assert values[f.ATTEMPTS] == {("eur",): 0}
    assert ", 2150 payments in 30 days" in await account.source.describe()


async def test_history_leaves_requests_for_what_happens_now(account: Watched) -> None:
    for number in range(500):
        account.stripe.happen("payout.failed", objects.payout(f"po_{number}", 1, "eur", "x"), account.clock.time - 100)
    account.source.context.budget.spend(399 - 98)
    values = await read(account.source)
    assert values[f.HISTORY_READ] == {(): 0}
    assert values[f.UNDELIVERED] == {(): 0}


async def test_more_events_in_one_second_than_a_page_holds(account: Watched) -> None:
    await read(account.source)
    for number in range(350):
        _pay(account, number, account.clock.time + 10)
    assert (await account.later())[f.ATTEMPTS] == {("eur",): 350}
    assert (await account.later())[f.ATTEMPTS] == {("eur",): 350}


async def test_events_that_appear_late_in_the_list_are_found(account: Watched) -> None:
    """Each event appears up to four minutes after it happened, and polls come at any time."""
    await read(account.source)
    account.stripe.world.appearing = 240
    for number in range(200):
        _pay(account, number, account.clock.time + number * 10)
    for _ in range(4):
        values = await account.later()
    assert values[f.ATTEMPTS] == {("eur",): 200}


async def test_a_poll_that_is_cut_short_anywhere_goes_on_where_it_was(account: Watched) -> None:
    await read(account.source)
    for number in range(2000):
        _pay(account, number, account.clock.time + 10)
    account.clock.time += LATER
    for wait in (0.001, 0.005, 0.01, 0.02, 0.03):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(account.source.poll(), wait)
    assert (await account.later(0))[f.ATTEMPTS] == {("eur",): 2000}


async def test_what_one_poll_cannot_read_is_read_by_the_next(account: Watched) -> None:
    """Twelve minutes later would be late."""
    await read(account.source)
    for number in range(2000):
        _pay(account, number, account.clock.time + 10)
    account.source._journal._patience = 0.02  # type: ignore[attr-defined]  # noqa: SLF001
    account.clock.time += LATER
    seen = [0.0]
    while seen[-1] < 2000:
        seen.append((await account.later(1))[f.ATTEMPTS].get(("eur",), 0))
    assert len(seen) > 2
    assert account.clock.time < 1_795_000_000 + 2 * LATER


async def test_a_page_cannot_be_gone_on_from_when_its_last_event_is_gone(
    served: tuple[Stripe, str], tmp_path: Path
) -> None:
    """Stripe refuses the cursor: that is an error once, and the window is begun anew."""
    state = State(tmp_path / "state.db")
    async with watching(served, state) as account:
        await read(account.source)
        for number in range(3):
            _pay(account, number, account.clock.time + 10)
        lost = '{"since":%d,"until":%d,"settled":0,"live":{"start":%d,"end":%d,"after":"evt_gone"}}'
        now = int(account.clock.time)
        state.ingest("stripe", Batch([], {"progress": lost % (now, now, now, now + 600)}))
        account.clock.time += LATER
        outcome = await poll_once(account.source)
        assert [(error.reason, "evt_gone" in str(error)) for error in outcome.errors] == [(Reason.BAD_PAYLOAD, True)]
        assert (await account.later())[f.ATTEMPTS] == {("eur",): 3}
    state.close()


async def test_a_list_that_repeats_a_page_is_an_error_and_no_endless_loop(account: Watched) -> None:
    await read(account.source)
    page = objects.listing("/v1/events", [objects.event("evt_1", CHARGE, 1, objects.charge("ch_1", 1, "eur"))])
    account.stripe.fault = faults.says({**page, "has_more": True})
    account.clock.time += LATER
    outcome = await poll_once(account.source)
    assert [error.reason for error in outcome.errors] == [Reason.BAD_PAYLOAD]


async def test_ids_are_forgotten_when_no_road_can_bring_the_event_again(
    served: tuple[Stripe, str], tmp_path: Path
) -> None:
    state = State(tmp_path / "state.db")
    async with watching(served, state) as account:
        await read(account.source)
        for number in range(40):
            _pay(account, number, account.clock.time + number * DAY / 4)
        for _ in range(40):
            values = await account.later(DAY / 4)
        assert values[f.ATTEMPTS] == {("eur",): 40}
        kept = state._db.execute("SELECT count(*) FROM event WHERE id LIKE 'ch_%'").fetchone()[0]  # noqa: SLF001
        assert kept == REMEMBERED / DAY * 4
    state.close()


async def test_a_failure_is_retried_soon_then_ever_more_rarely(account: Watched) -> None:
    await read(account.source)
    account.stripe.fault = faults.answer(401)
    account.stripe.seen.clear()
    account.clock.time += LATER
    for _ in range(240):
        outcome = await poll_once(account.source)
        assert [error.reason for error in outcome.errors] == [Reason.AUTH]
        account.clock.time += 15
    assert 5 <= len(account.stripe.seen) <= 12, "an hour of polls every 15 s"


async def test_what_half_a_day_costs_is_what_is_said(served: tuple[Stripe, str]) -> None:
    """Requests of half a day of polls on an account with a little life."""
    async with watching(served, interval="240s") as account:
        account.stripe.world.rates = Rates(payments=1, failing=0.5)
        await read(account.source)
        account.stripe.seen.clear()
        for _ in range(12 * 15):
            await account.later(240)
        assert len(account.stripe.seen) == 12 * requests_per_hour(account.source.config)
        values = await account.later(240)
        assert values[f.READS] == {("30d",): account.source.context.budget.spent}


def _config(**settings: object) -> StripeConfig:
    return StripeConfig.model_validate({"api_key": "rk_live_1", **settings})


def test_the_defaults_fit_the_smallest_account_with_a_fifth_to_spare() -> None:
    assert requests_per_hour(_config()) * MONTH == pytest.approx(7560)
    assert requests_per_hour(_config(webhook_secret="whsec_1")) * MONTH == pytest.approx(4680)
    assert requests_per_hour(_config()) * MONTH <= SHARE * FLOOR


def test_the_allowance_grows_with_the_payments() -> None:
    assert [allowance(payments) for payments in (0, 20, 21, 1000)] == [10_000, 10_000, 10_500, 500_000]


async def test_the_budget_follows_the_allowance(account: Watched) -> None:
    await read(account.source)
    assert account.source.context.budget.limit == 400
    await account.tell(*[(CHARGE, objects.charge(f"ch_{n}", 1, "eur")) for n in range(100)])
    assert account.source.context.budget.limit == 2000
    assert account.source.context.budget.period == 36 * 3600


@given(st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=20))
def test_whatever_the_times_of_polls_no_second_is_left_out(steps: list[tuple[int, bool]]) -> None:
    """Windows leave no gap, also when some take several polls, and none reaches into the last minute."""
    now = 1_795_000_000
    progress, covered = Progress.begin(now), now
    for step, finished in steps:
        now += step
        progress = progress.open(now)
        window = progress.live
        assert window is not None
        assert window.start <= covered
        assert window.end <= max(now - LAG, window.start + 1)
        progress = after_page(progress, history=False, after=None if finished else "evt_1", clock=now)
        covered = max(covered, window.end) if finished else covered
        assert progress.settle(now).settled <= max(window.start, now - REMEMBERED)


def test_a_clock_that_was_fast_leaves_no_gap() -> None:
    progress = after_page(Progress.begin(1000).open(5000), history=False, after=None, clock=4000)
    again = progress.open(4700).live
    assert again is not None
    assert again.start == 4000 - LAG - OVERLAP


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Wed, 18 Nov 2026 12:00:00 GMT", 0),
        ("Wed, 18 Nov 2026 12:00:01 GMT", 0),
        ("Wed, 18 Nov 2026 12:10:00 GMT, Wed, 18 Nov 2026 12:10:00 GMT", 600),
        ("Wed, 18 Nov 2026 09:00:00 GMT", -3 * 3600),
        ("Wed, 18 Nov 2026 15:00:00 GMT", 0),
        ("soon", 0),
        (None, 0),
    ],
)
def test_our_clock_is_put_right_by_stripes(date: str | None, skew: float) -> None:
    """By any time when it is fast, as what follows is not there yet; when it is slow, by half an hour at most."""
    noon = datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp()
    assert clock_skew({} if date is None else {"date": date}, noon) == skew


@given(st.text())
def test_any_date_is_a_skew(date: str) -> None:
    assert clock_skew({"date": date}, 1_795_000_000.0) <= 1800


@pytest.mark.parametrize("what", ["event", "lists"])
def test_any_answer_is_families_or_a_classified_error(served: tuple[Stripe, str], what: str) -> None:
    vendor, url = served
    clock = Clock()
    vendor.world = SETUP.simulator().world
    vendor.now = clock
    charge = objects.failed_charge("ch_1", 1, "eur", "expired_card", blocked="rule")
    happened = [
        objects.event("evt_1", "charge.failed", int(clock.time) + 9, charge),
        objects.event("evt_2", "customer.subscription.updated", 9, objects.subscription("sub_1"), {"cancel_at": None}),
    ]
    lists = [*objects.listing("", [])["data"], objects.subscription("sub_1"), objects.endpoint("we_1")]
    valid = objects.listing("/v1/x", happened if what == "event" else lists)
    survives_any_answer(SETUP.source(url, clock, mrr=True), vendor, clock, iter([valid]))
