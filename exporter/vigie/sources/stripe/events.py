"""From an event to what it adds to the counters. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vigie.core import foreign
from vigie.core.families import Family
from vigie.core.ledger import count
from vigie.core.state import Event, Series
from vigie.sources.stripe import families as f
from vigie.sources.stripe.money import major
from vigie.sources.stripe.wire import (
    Amount,
    Beginning,
    Capture,
    Change,
    Charge,
    Dispute,
    Ending,
    Envelope,
    FailedCharge,
    FraudWarning,
    PaymentIntent,
    Payout,
)

Amounts = dict[Series, float]

UNKNOWN = "unknown"
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_INQUIRY = "warning_"
"""How the statuses of an inquiry begin: `warning_needs_response`, `warning_under_review`, `warning_closed`."""
_INCOMPLETE = "incomplete"
"""Status while the first payment is due, and how the one begins (`incomplete_expired`) when it was never made."""
_BEGUN = {"active", "trialing"}
_AFTER_TRIAL = 3600
"""Seconds that Stripe may take after the end of a trial to end the subscription."""
_AUTHENTICATION_FAILED = "payment_intent_authentication_failure"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of event.

    Attributes:
        shape: What its object is read as.
        adds: What it adds to the counters, given that object and the attributes that the event changed.
        once: The event can happen but once to its object. Stripe may make two events of one happening, which are told
            by the object's id and the event's type (docs.stripe.com/webhooks, handle duplicate events).
    """

    shape: Any
    adds: Callable[[Any, Mapping[str, Any]], Amounts]
    once: bool = True


def interpret(envelope: Envelope) -> Event | None:
    """
    What an event counts for; None when it counts for nothing.

    An object of unexpected shape makes the event count as unreadable: it must not hold up those behind it.
    """
    kind = KINDS.get(envelope.type)
    if kind is None:
        return None
    try:
        thing = foreign.read(bytes(envelope.data.object), kind.shape)
    except foreign.UNREADABLE:
        return skipped(envelope, "unreadable")
    amounts = kind.adds(thing, envelope.data.previous_attributes or {})
    amounts[f.EVENTS.name, (envelope.type,)] = 1.0
    return Event(f"{thing.id} {envelope.type}" if kind.once else envelope.id, float(envelope.created), amounts)


def skipped(envelope: Envelope, why: str) -> Event:
    """An event that is left aside, and counted as that."""
    return Event(envelope.id, float(envelope.created), count(f.SKIPPED, 1, why))


def _word(text: str | None) -> str:
    """A label value: one of Stripe's words, or `unknown`."""
    return text if text and _WORD.fullmatch(text) else UNKNOWN


def _money(family: Family, amount: Amount, currency: str) -> Amounts:
    return count(family, major(amount, currency), _word(currency))


def _succeeded(charge: Charge, _before: Mapping[str, Any]) -> Amounts:
    """A payment that is only authorised takes no money yet; `charge.captured` tells when it does."""
    taken = _money(f.TAKEN, charge.amount, charge.currency) if charge.captured else {}
    return count(f.ATTEMPTS, 1, _word(charge.currency)) | taken


def _captured(charge: Capture, _before: Mapping[str, Any]) -> Amounts:
    return _money(f.TAKEN, charge.amount_captured, charge.currency)


def _captured_more(charge: Capture, before: Mapping[str, Any]) -> Amounts:
    """Counts what a second capture adds; the first one makes an event of its own."""
    taken = before.get("amount_captured")
    if not isinstance(taken, int) or not 0 < taken < charge.amount_captured:
        return {}
    return _money(f.TAKEN, charge.amount_captured - taken, charge.currency)


def _failed(charge: FailedCharge, _before: Mapping[str, Any]) -> Amounts:
    outcome = charge.outcome
    blocked = count(f.BLOCKED, 1, _word(outcome.reason)) if outcome and outcome.type == "blocked" else {}
    return _failure(charge.amount, charge.currency, charge.failure_code) | blocked


def _intent_failed(intent: PaymentIntent, _before: Mapping[str, Any]) -> Amounts:
    """Counts only what no charge tells of: the customer did not pass the bank's authentication."""
    error = intent.last_payment_error
    if error is None or error.charge or error.code != _AUTHENTICATION_FAILED:
        return {}
    return _failure(intent.amount, intent.currency, error.code)


def _failure(amount: Amount, currency: str, code: str | None) -> Amounts:
    word = _word(currency)
    counted = count(f.ATTEMPTS, 1, word) | count(f.FAILURES, 1, word, _word(code))
    return counted | _money(f.MISSED, amount, currency)


def _disputed(dispute: Dispute, _before: Mapping[str, Any]) -> Amounts:
    """An inquiry takes no money, and is a dispute only once it is escalated."""
    if dispute.status.startswith(_INQUIRY):
        return {}
    return count(f.DISPUTES, 1, _word(dispute.reason)) | _money(f.DISPUTED, dispute.amount, dispute.currency)


def _escalated(dispute: Dispute, before: Mapping[str, Any]) -> Amounts:
    """Counts the change from an inquiry to a dispute."""
    return _disputed(dispute, before) if str(before.get("status")).startswith(_INQUIRY) else {}


def _closed(dispute: Dispute, _before: Mapping[str, Any]) -> Amounts:
    if dispute.status.startswith(_INQUIRY):
        return {}
    return count(f.CLOSED, 1, _word(dispute.status))


def _warned(warning: FraudWarning, _before: Mapping[str, Any]) -> Amounts:
    return count(f.WARNINGS, 1, _word(warning.fraud_type))


def _payout_failed(payout: Payout, _before: Mapping[str, Any]) -> Amounts:
    return count(f.PAYOUTS_FAILED, 1, _word(payout.failure_code))


def _began(subscription: Beginning, _before: Mapping[str, Any]) -> Amounts:
    """A subscription begins when it is paid for the first time or its trial begins, not while it is incomplete."""
    return {} if subscription.status.startswith(_INCOMPLETE) else count(f.CREATED, 1)


def _ended(subscription: Ending, _before: Mapping[str, Any]) -> Amounts:
    """One that never began does not end, and a trial that nobody paid after is no customer lost."""
    trial, ended = subscription.trial_end, subscription.ended_at
    is_trial = trial is not None and ended is not None and ended <= trial + _AFTER_TRIAL
    if is_trial or subscription.status.startswith(_INCOMPLETE):
        return {}
    details = subscription.cancellation_details
    return count(f.CANCELLED, 1, _word(details.reason if details else None))


def _changed(subscription: Change, before: Mapping[str, Any]) -> Amounts:
    """Counts the first payment of one that was incomplete, and the change to "will end", at a date or with a period."""
    begun = before.get("status") == _INCOMPLETE and subscription.status in _BEGUN
    return (count(f.CREATED, 1) if begun else {}) | _scheduled(subscription, before)


def _scheduled(subscription: Change, before: Mapping[str, Any]) -> Amounts:
    at_period_end = before.get("cancel_at_period_end") is False and subscription.cancel_at_period_end
    at_date = before.get("cancel_at", ...) is None and subscription.cancel_at is not None
    if not at_period_end and not at_date:
        return {}
    feedback = subscription.cancellation_details and subscription.cancellation_details.feedback
    return count(f.SCHEDULED, 1, _word(feedback) if feedback else "none")


KINDS: Mapping[str, Kind] = {
    "charge.succeeded": Kind(Charge, _succeeded),
    "charge.captured": Kind(Capture, _captured),
    "charge.updated": Kind(Capture, _captured_more, once=False),
    "charge.failed": Kind(FailedCharge, _failed),
    "payment_intent.payment_failed": Kind(PaymentIntent, _intent_failed, once=False),
    "charge.dispute.created": Kind(Dispute, _disputed),
    "charge.dispute.updated": Kind(Dispute, _escalated, once=False),
    "charge.dispute.closed": Kind(Dispute, _closed),
    "radar.early_fraud_warning.created": Kind(FraudWarning, _warned),
    "payout.failed": Kind(Payout, _payout_failed),
    "customer.subscription.created": Kind(Beginning, _began),
    "customer.subscription.deleted": Kind(Ending, _ended),
    "customer.subscription.updated": Kind(Change, _changed, once=False),
}
"""The events that are counted; Stripe takes at most 20 names in one request."""
