"""
Stripe's answers, as far as Vigie reads them.

An event holds its object as it was rendered when the event was made, in the API version of whoever caused it, so the
objects inside events are read tolerantly, old and new shapes alike. Lists are rendered in the version asked for.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

VERSION = "2026-10-28.endive"
"""API version that lists are asked in."""

Time = Annotated[int, Meta(ge=0, le=2**40)]
Amount = Annotated[int, Meta(ge=-(2**53), le=2**53)]
Identity = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,255}$")]


class Data(Struct, frozen=True):
    """The object that an event is about, and what was otherwise before, where it was changed."""

    object: msgspec.Raw
    previous_attributes: dict[str, Any] | None = None


class Envelope(Struct, frozen=True):
    """An event, its object not yet read."""

    id: Identity
    type: str
    created: Time
    livemode: bool
    data: Data
    account: str | None = None


class Events(Struct, frozen=True):
    """A page of events, newest first."""

    data: list[Envelope]
    has_more: bool


class Undelivered(Struct, frozen=True):
    """An event that some endpoints have not taken: what and when it was, and how many."""

    id: Identity
    type: str
    created: Time
    pending_webhooks: int = 0


class UndeliveredEvents(Struct, frozen=True):
    """A page of undelivered events, newest first."""

    data: list[Undelivered]
    has_more: bool


class Delivered(Struct, frozen=True):
    """An event that every endpoint has taken: when it happened."""

    created: Time


class DeliveredEvents(Struct, frozen=True):
    """A page of delivered events, newest first."""

    data: list[Delivered]


class Endpoint(Struct, frozen=True):
    """A webhook endpoint. Its URL is not read: it may hold secrets."""

    id: Identity
    status: str


class Endpoints(Struct, frozen=True):
    """All webhook endpoints; an account has sixteen at most."""

    data: list[Endpoint]


class Outcome(Struct, frozen=True):
    """What became of a charge, and why."""

    type: str | None = None
    reason: str | None = None


class Charge(Struct, frozen=True):
    """An attempt to take a payment."""

    id: Identity
    amount: Amount
    currency: str
    captured: bool | None = True
    amount_captured: Amount | None = None
    failure_code: str | None = None
    outcome: Outcome | None = None


class PaymentError(Struct, frozen=True):
    """Why a payment failed; `charge` names the failed charge, if the attempt came so far."""

    code: str | None = None
    charge: Any = None


class PaymentIntent(Struct, frozen=True):
    """A payment that is to be made, in one or more attempts."""

    id: Identity
    amount: Amount
    currency: str
    last_payment_error: PaymentError | None = None


class Dispute(Struct, frozen=True):
    """A payment that the customer contests."""

    id: Identity
    amount: Amount
    currency: str
    reason: str | None = None
    status: str | None = None


class FraudWarning(Struct, frozen=True):
    """What a card's issuer said about a charge."""

    id: Identity
    fraud_type: str | None = None


class Payout(Struct, frozen=True):
    """A transfer to the account's bank."""

    id: Identity
    failure_code: str | None = None


class Cancellation(Struct, frozen=True):
    """Why a subscription ends; older API versions do not say."""

    reason: str | None = None
    feedback: str | None = None


class Ending(Struct, frozen=True):
    """A subscription, as events show it."""

    id: Identity
    cancel_at_period_end: bool | None = None
    cancel_at: Time | None = None
    cancellation_details: Cancellation | None = None


class Recurring(Struct, frozen=True):
    """How often a price is due."""

    interval: str
    interval_count: Annotated[int, Meta(ge=1, le=10_000)] = 1
    usage_type: str = "licensed"


class Package(Struct, frozen=True):
    """A price for so many units together."""

    divide_by: Annotated[int, Meta(ge=1, le=2**53)]
    round: str = "up"


class Price(Struct, frozen=True):
    """What a subscription's item costs; tiered prices have no `unit_amount_decimal`."""

    currency: Annotated[str, Meta(pattern=r"^[a-z]{3}$")]
    recurring: Recurring | None = None
    unit_amount_decimal: Annotated[str, Meta(pattern=r"^-?\d{1,15}(\.\d{1,12})?$")] | None = None
    transform_quantity: Package | None = None


class Item(Struct, frozen=True):
    """One line of a subscription."""

    price: Price
    quantity: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Items(Struct, frozen=True):
    """The first lines of a subscription: Stripe sends up to ten with it."""

    data: list[Item] = []
    has_more: bool = False


class Coupon(Struct, frozen=True):
    """What a discount takes off."""

    duration: str = ""
    percent_off: Annotated[float, Meta(ge=0, le=100)] | None = None
    amount_off: Amount | None = None
    currency: str | None = None


class DiscountSource(Struct, frozen=True):
    """Where a discount comes from."""

    coupon: Coupon | None = None


class Discount(Struct, frozen=True):
    """A discount of a subscription; before 2025-09-30 the coupon stood directly in it."""

    source: DiscountSource | None = None
    coupon: Coupon | None = None


class Subscription(Struct, frozen=True):
    """A subscription, as the list shows it."""

    id: Identity
    status: str
    items: Items = Items()
    discounts: list[Discount | str] = []
    pause_collection: Any = None


class Subscriptions(Struct, frozen=True):
    """A page of subscriptions."""

    data: list[Subscription]
    has_more: bool
