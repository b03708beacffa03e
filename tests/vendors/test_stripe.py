"""Stripe: what each event counts for, and what the lists say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.vendors.stripe import Stripe, objects
from tests.real.vendor import serving
from tests.vendors.polling import read
from tests.vendors.setup import SECRET
from tests.vendors.stripe_polls import DAY, Watched, watching
from vigie.core.poller import poll_once
from vigie.errors import Reason, SourceError
from vigie.sources.stripe import families as f
from vigie.sources.stripe.census import STATUSES
from vigie.sources.stripe.events import KINDS
from vigie.sources.stripe.money import major

CHARGE, FAILED, INTENT = "charge.succeeded", "charge.failed", "payment_intent.payment_failed"
UPDATED = "customer.subscription.updated"
NO_3DS = "payment_intent_authentication_failure"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Stripe, str]]:
    vendor = Stripe()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
async def account(served: tuple[Stripe, str]) -> AsyncIterator[Watched]:
    async with watching(served) as watched:
        await read(watched.source)
        yield watched


async def test_one_failed_card_makes_three_events_and_is_one_failed_attempt(account: Watched) -> None:
    values = await account.tell(
        (FAILED, objects.failed_charge("ch_1", 2900, "eur", "expired_card")),
        (INTENT, objects.failed_intent("pi_1", 2900, "eur", "expired_card", "ch_1")),
        ("invoice.payment_failed", objects.failed_invoice("in_1", 2900, "eur")),
    )
    assert values[f.ATTEMPTS] == {("eur",): 1}
    assert values[f.FAILURES] == {("eur", "expired_card"): 1}
    assert values[f.MISSED] == {("eur",): 29}
    assert values[f.TAKEN] == {}


async def test_a_payment_that_fails_its_authentication_makes_no_charge_and_is_one_failed_attempt(
    account: Watched,
) -> None:
    values = await account.tell((INTENT, objects.failed_intent("pi_1", 500, "eur", NO_3DS, None)))
    assert values[f.ATTEMPTS] == {("eur",): 1}
    assert values[f.FAILURES] == {("eur", NO_3DS): 1}


async def test_a_payment_tried_three_times_is_three_attempts(account: Watched) -> None:
    values = await account.tell(
        *[(FAILED, objects.failed_charge(f"ch_{n}", 100, "eur", "card_declined")) for n in range(2)],
        *[(INTENT, objects.failed_intent("pi_1", 100, "eur", "card_declined", f"ch_{n}")) for n in range(2)],
        (CHARGE, objects.charge("ch_2", 100, "eur")),
    )
    assert values[f.ATTEMPTS] == {("eur",): 3}
    assert values[f.FAILURES] == {("eur", "card_declined"): 2}


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [
        (1050, "eur", 10.5),
        (1050, "jpy", 1050),
        (1050, "krw", 1050),
        (5120, "kwd", 5.12),
        (500, "isk", 5),
        (500, "ugx", 5),
        (99, "xyz", 0.99),
    ],
)
async def test_money_is_in_major_units(account: Watched, minor: int, currency: str, amount: float) -> None:
    values = await account.tell((CHARGE, objects.charge("ch_1", minor, currency)))
    assert values[f.TAKEN] == {(currency,): amount}


async def test_an_authorised_payment_is_an_attempt_at_once_and_money_when_it_is_captured(account: Watched) -> None:
    held = objects.charge("ch_1", 5000, "usd", captured=False, amount_captured=0)
    values = await account.tell((CHARGE, held))
    assert (values[f.ATTEMPTS], values[f.TAKEN]) == ({("usd",): 1}, {})
    values = await account.tell(("charge.captured", {**held, "captured": True, "amount_captured": 4200}))
    assert (values[f.ATTEMPTS], values[f.TAKEN]) == ({("usd",): 1}, {("usd",): 42})


async def test_what_radar_blocks_is_told_from_what_banks_decline(account: Watched) -> None:
    values = await account.tell(
        (FAILED, objects.failed_charge("ch_1", 100, "eur", "card_declined", blocked="highest_risk_level")),
        (FAILED, objects.failed_charge("ch_2", 100, "eur", "card_declined", blocked="rule")),
        (FAILED, objects.failed_charge("ch_3", 100, "eur", "card_declined")),
        ("radar.early_fraud_warning.created", objects.fraud_warning("issfr_1")),
    )
    assert values[f.BLOCKED] == {("highest_risk_level",): 1, ("rule",): 1}
    assert values[f.WARNINGS] == {("made_with_stolen_card",): 1}


async def test_disputes_and_payouts(account: Watched) -> None:
    values = await account.tell(
        ("charge.dispute.created", objects.dispute("dp_1", 1200, "jpy", "fraudulent")),
        ("charge.dispute.closed", objects.dispute("dp_1", 1200, "jpy", "fraudulent", "lost")),
        ("payout.failed", objects.payout("po_1", 99, "eur", "account_closed")),
    )
    assert values[f.DISPUTES] == {("fraudulent",): 1}
    assert values[f.DISPUTED] == {("jpy",): 1200}
    assert values[f.CLOSED] == {("lost",): 1}
    assert values[f.PAYOUTS_FAILED] == {("account_closed",): 1}


def _ending(identity: str, reason: str | None = None, **more: Any) -> objects.Body:
    details = {"comment": "never shown", "feedback": more.pop("feedback", None), "reason": reason}
    return objects.subscription(identity, cancellation_details=details, **more)


async def test_subscriptions_begin_end_and_are_set_to_end(account: Watched) -> None:
    soon = _ending("sub_1", "cancellation_requested", feedback="too_expensive", cancel_at_period_end=True, cancel_at=99)
    values = await account.tell(
        ("customer.subscription.created", objects.subscription("sub_1")),
        (UPDATED, soon, {"cancel_at_period_end": False, "cancel_at": None}),
        (UPDATED, {**soon, "quantity": 2}, {"quantity": 1}),
        (UPDATED, objects.subscription("sub_2", cancel_at=1_800_000_000), {"cancel_at": None}),
        (UPDATED, objects.subscription("sub_3"), {"cancel_at_period_end": True}),
        ("customer.subscription.deleted", _ending("sub_1", "cancellation_requested")),
        ("customer.subscription.deleted", _ending("sub_4", "payment_failed")),
    )
    assert values[f.CREATED] == {(): 1}
    assert values[f.SCHEDULED] == {("too_expensive",): 1, ("none",): 1}
    assert values[f.CANCELLED] == {("cancellation_requested",): 1, ("payment_failed",): 1, ("payment_disputed",): 0}


async def test_objects_of_old_api_versions_are_read(account: Watched) -> None:
    """Ten years ago a charge said no captured amount and no outcome, a subscription no reason for its end."""
    charge = {"id": "ch_1", "object": "charge", "amount": 700, "currency": "eur", "captured": True, "card": {}}
    failed = {**charge, "id": "ch_2", "captured": False, "failure_code": "card_declined"}
    intent = {"id": "pi_1", "amount": 700, "currency": "eur", "charges": {"data": [failed]}, "last_payment_error": None}
    ended = {
        "id": "sub_1",
        "object": "subscription",
        "status": "canceled",
        "plan": {"amount": 700},
        "current_period_end": 9,
    }
    values = await account.tell(
        (CHARGE, charge), (FAILED, failed), (INTENT, intent), ("customer.subscription.deleted", ended)
    )
    assert values[f.ATTEMPTS] == {("eur",): 2}
    assert values[f.FAILURES] == {("eur", "card_declined"): 1}
    assert values[f.CANCELLED][("unknown",)] == 1


CREATED, UPDATED, DELETED = (f"customer.subscription.{what}" for what in ("created", "updated", "deleted"))


@pytest.mark.parametrize(("paid", "begun"), [("active", 1), ("trialing", 1), ("incomplete_expired", 0)])
async def test_a_subscription_begins_when_it_is_paid_and_not_while_it_is_incomplete(
    account: Watched, paid: str, begun: int
) -> None:
    incomplete, then = objects.subscription("sub_1", "incomplete"), objects.subscription("sub_1", paid)
    assert (await account.tell((CREATED, incomplete)))[f.CREATED] == {(): 0}
    values = await account.tell((UPDATED, then, {"status": "incomplete"}))
    assert values[f.CREATED] == {(): begun}


async def test_what_ends_with_its_trial_or_was_never_paid_is_no_churn(account: Watched) -> None:
    now = int(account.clock.time)
    trial = objects.subscription("sub_1", "canceled", trial_end=now, ended_at=now + 60)
    expired = objects.subscription("sub_2", "incomplete_expired", ended_at=now)
    customer = objects.subscription("sub_3", "canceled", trial_end=now - 30 * DAY, ended_at=now)
    values = await account.tell((DELETED, trial), (DELETED, expired), (DELETED, customer))
    assert sum(values[f.CANCELLED].values()) == 1


async def test_an_inquiry_is_a_dispute_only_once_it_is_escalated(account: Watched) -> None:
    inquiry = objects.dispute("dp_1", 500, "eur", "fraudulent", "warning_needs_response")
    closed = objects.dispute("dp_2", 500, "eur", "fraudulent", "warning_closed")
    values = await account.tell(("charge.dispute.created", inquiry), ("charge.dispute.closed", closed))
    assert (values.get(f.DISPUTES, {}), values.get(f.DISPUTED, {}), values.get(f.CLOSED, {})) == ({}, {}, {})
    escalated = objects.dispute("dp_1", 500, "eur", "fraudulent")
    values = await account.tell(("charge.dispute.updated", escalated, {"status": "warning_needs_response"}))
    assert values[f.DISPUTES] == {("fraudulent",): 1}
    assert values[f.DISPUTED] == {("eur",): 5}


async def test_a_second_capture_counts_what_it_adds(account: Watched) -> None:
    authorised = objects.charge("ch_1", 1000, "eur", captured=False, amount_captured=0)
    await account.tell((CHARGE, authorised), ("charge.captured", {**authorised, "amount_captured": 400}))
    more = {**authorised, "captured": True, "amount_captured": 900}
    balance = ("charge.updated", more, {"balance_transaction": None})
    values = await account.tell(("charge.updated", more, {"amount_captured": 400}), balance)
    assert values[f.TAKEN] == {("eur",): 9}


async def test_words_that_are_no_words_are_unknown(account: Watched) -> None:
    odd = objects.failed_charge("ch_1", 100, "Eur€", 'x"} 1', blocked="jenny@example.com")
    values = await account.tell((FAILED, odd), (FAILED, objects.failed_charge("ch_2", 1, "eur", "")))
    assert values[f.FAILURES] == {("unknown", "unknown"): 1, ("eur", "unknown"): 1}
    assert values[f.BLOCKED] == {("unknown",): 1}


async def test_two_events_of_one_happening_count_once(account: Watched) -> None:
    charge = objects.charge("ch_1", 100, "eur")
    values = await account.tell((CHARGE, charge), (CHARGE, charge))
    assert values[f.ATTEMPTS] == {("eur",): 1}
    assert values[f.EVENTS] == {(CHARGE,): 1}


async def test_an_event_that_cannot_be_read_is_counted_and_holds_up_no_other(account: Watched) -> None:
    values = await account.tell((CHARGE, {"id": "ch_1", "amount": "much"}), (CHARGE, objects.charge("ch_2", 1, "jpy")))
    assert values[f.SKIPPED][("unreadable",)] == 1
    assert values[f.ATTEMPTS] == {("jpy",): 1}


def test_all_kinds_fit_one_request() -> None:
    assert len(KINDS) <= 20


@given(st.integers(0, 2**53), st.sampled_from(["eur", "jpy", "kwd"]))
def test_major_units_lose_nothing(amount: int, currency: str) -> None:
    places = {"eur": 2, "jpy": 0, "kwd": 3}[currency]
    assert major(amount, currency) == float(Decimal(amount) / 10**places)


async def test_undelivered_events_count_from_five_minutes_to_three_days(account: Watched) -> None:
    times = [account.clock.time + 720 - age for age in (60, 299, 301, 4000, 3 * DAY - 60, 3 * DAY + 60)]
    events = [account.stripe.happen("invoice.paid", {"id": f"in_{at}"}, at) for at in times]
    account.stripe.world.undelivered = [event["id"] for event in events]
    values = await account.later()
    assert values[f.UNDELIVERED] == {(): 3}
    assert values[f.OLDEST] == {(): int(times[4])}
    assert values[f.NEWEST] == {(): int(times[2])}
    account.stripe.world.undelivered = []
    values = await account.later()
    assert (values[f.UNDELIVERED], values[f.OLDEST], values[f.NEWEST]) == ({(): 0}, {}, {})


async def test_counting_undelivered_events_ends_at_five_hundred(account: Watched) -> None:
    for _ in range(620):
        account.stripe.happen("invoice.paid", {"id": "in"}, account.clock.time)
    account.stripe.world.failing_since = account.clock.time
    account.stripe.seen.clear()
    values = await account.later()
    assert values[f.UNDELIVERED] == {(): 500}
    assert len(account.stripe.seen) == 1 + 5


async def test_endpoints_are_named_by_id_and_their_urls_are_nowhere(account: Watched) -> None:
    account.stripe.world.endpoints = {"we_1": "enabled", "we_2": "disabled", "we_3": "resting"}
    values = await account.later(4 * 3600)
    assert values[f.ENDPOINT_ENABLED] == {("we_1",): 1, ("we_2",): 0}
    assert "example.com" not in repr(values)
    account.stripe.world.endpoints = {"we_2": "enabled"}
    values = await account.later(4 * 3600)
    assert values[f.ENDPOINT_ENABLED] == {("we_2",): 1}


async def test_subscriptions_are_counted_by_status_with_zeros(account: Watched) -> None:
    account.stripe.world.statuses = {"active": 230, "past_due": 2, "canceled": 50, "hibernating": 1}
    values = await account.later(4 * 3600)
    expected = dict.fromkeys(((status,) for status in STATUSES), 0.0)
    assert values[f.SUBSCRIPTIONS] == expected | {("active",): 230, ("past_due",): 2, ("unknown",): 1}
    assert f.MRR not in values


async def test_many_subscriptions_are_counted_over_several_polls(account: Watched) -> None:
    account.stripe.world.statuses = {"active": 2450}
    account.clock.time += 4 * 3600
    first = await read(account.source)
    assert first[f.SUBSCRIPTIONS][("active",)] == 0, "half a count is not shown"
    account.clock.time += 15
    assert (await read(account.source))[f.SUBSCRIPTIONS][("active",)] == 2450


RIGHTS = {"webhook": ("Webhook Endpoints", f.ENDPOINT_ENABLED), "subscription": ("Subscriptions", f.SUBSCRIPTIONS)}


@pytest.mark.parametrize("right", RIGHTS)
async def test_a_missing_right_is_named_and_the_rest_is_exported(served: tuple[Stripe, str], right: str) -> None:
    async with watching(served) as account:
        account.stripe.world.rights.remove(right)
        outcome = await poll_once(account.source)
        name, family = RIGHTS[right]
        assert [(error.reason, name in str(error)) for error in outcome.errors] == [(Reason.FORBIDDEN, True)]
        assert SECRET[-4:] not in str(outcome.errors[0])
        assert outcome.poll is not None
        assert family not in outcome.poll.families.values
        assert outcome.poll.families.values[f.UNDELIVERED] == {(): 0}
        account.stripe.world.rights.append(right)
        assert family in await account.later()


async def test_without_the_right_to_events_nothing_is_read(served: tuple[Stripe, str]) -> None:
    async with watching(served) as account:
        account.stripe.world.rights.remove("event")
        with pytest.raises(SourceError, match="set Events to Read") as caught:
            await account.source.poll()
    assert caught.value.reason is Reason.FORBIDDEN


async def test_check_says_what_was_reached_and_what_it_costs(account: Watched) -> None:
    account.stripe.world.endpoints = {"we_1": "enabled", "we_2": "disabled"}
    await account.tell((CHARGE, objects.charge("ch_1", 1, "eur")))
    await account.later(4 * 3600)
    said = await account.source.describe()
    assert said.startswith("Stripe in live mode, 1 of 2 webhook endpoints enabled, 1 payments in 30 days; ")
    assert said.endswith("of 10000 allowed, 10.5 an hour to come (7560 in 30 days)")
