"""
Stripe's answers, as far as Vigie reads them.

An event holds its object as it was rendered when the event was made, in the API version of whoever caused it, so old
and new shapes are read alike; lists are rendered in the version asked for. What is counted is required, or says why it
may be missing: an event that lacks it is counted as unreadable.
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
    """An event that some endpoints have not taken: when it happened, and how many."""

    id: Identity
    created: Time
    pending_webhooks: int


class UndeliveredEvents(Struct, frozen=True):
    """A page of undelivered events, newest first."""

    data: list[Undelivered]
    has_more: bool


class Endpoint(Struct, frozen=True):
    """A webhook endpoint. Its URL is not read: it may hold secrets."""

    id: Identity
    status: str


class Endpoints(Struct, frozen=True):
    """All webhook endpoints; an account has sixteen at most."""

    data: list[Endpoint]


class Outcome(Struct, frozen=True):
    """What became of a charge, and why."""

    type: str
    reason: str | None


class Charge(Struct, frozen=True):
    """An attempt to take a payment that went well."""

    id: Identity
    amount: Amount
    currency: str
    captured: bool


class Capture(Struct, frozen=True):
    """A charge whose money was taken after it was authorised, in one or several parts."""

    id: Identity
    currency: str
    amount_captured: Amount


class FailedCharge(Struct, frozen=True):
    """An attempt that failed; the code is null where the bank does not say why."""

    id: Identity
    amount: Amount
    currency: str
    failure_code: str | None
    outcome: Outcome | None = None
    """What Radar said; older API versions have none, and it is null where Radar did not look."""


class PaymentError(Struct, frozen=True):
    """Why a payment failed; `charge` names the failed charge, if the attempt came so far."""

    code: str | None = None
    """Not every error has one."""
    charge: Any = None
    """Missing where the attempt did not come so far."""


class PaymentIntent(Struct, frozen=True):
    """A payment that is to be made, in one or more attempts."""

    id: Identity
    amount: Amount
    currency: str
    last_payment_error: PaymentError | None


class Dispute(Struct, frozen=True):
    """A payment that the customer contests."""

    id: Identity
    amount: Amount
    currency: str
    reason: str
    status: str


class FraudWarning(Struct, frozen=True):
    """What a card's issuer said about a charge."""

    id: Identity
    fraud_type: str


class Payout(Struct, frozen=True):
    """A transfer to the account's bank."""

    id: Identity
    failure_code: str | None


class Cancellation(Struct, frozen=True):
    """Why a subscription ends; older API versions do not say."""

    reason: str | None
    feedback: str | None


class Beginning(Struct, frozen=True):
    """A subscription, as events show it."""

    id: Identity
    status: str


class Ending(Beginning, frozen=True):
    """A subscription that ended; older API versions have less, and the reason is unknown."""

    trial_end: Time | None = None
    ended_at: Time | None = None
    cancellation_details: Cancellation | None = None


class Change(Beginning, frozen=True, kw_only=True):
    """A subscription that was changed; older API versions have no details."""

    cancel_at_period_end: bool
    cancel_at: Time | None
    cancellation_details: Cancellation | None = None


class Recurring(Struct, frozen=True):
    """How often a price is due."""

    interval: str
    interval_count: Annotated[int, Meta(ge=1, le=10_000)]
    usage_type: str


class Package(Struct, frozen=True):
    """A price for so many units together."""

    divide_by: Annotated[int, Meta(ge=1, le=2**53)]
    round: str


class Price(Struct, frozen=True):
    """What a subscription's item costs; tiered prices have no `unit_amount_decimal`."""

    currency: Annotated[str, Meta(pattern=r"^[a-z]{3}$")]
    recurring: Recurring | None
    unit_amount_decimal: Annotated[str, Meta(pattern=r"^-?\d{1,15}(\.\d{1,12})?$")] | None
    transform_quantity: Package | None


class Item(Struct, frozen=True):
    """One line of a subscription."""

    price: Price
    quantity: Annotated[int, Meta(ge=0, le=2**53)] | None = None

    def __post_init__(self) -> None:
        """Only what is metered has no quantity."""
        if self.quantity is None and self.price.recurring is not None and self.price.recurring.usage_type != "metered":
            raise ValueError("Object missing required field `quantity`")


class Items(Struct, frozen=True):
    """The first lines of a subscription: Stripe sends up to ten with it."""

    data: list[Item]
    has_more: bool


class Coupon(Struct, frozen=True):
    """What a discount takes off."""

    duration: str
    percent_off: Annotated[float, Meta(ge=0, le=100)] | None = None
    amount_off: Amount | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        """It takes off a share, or an amount of a currency."""
        if self.percent_off is None and (self.amount_off is None or self.currency is None):
            raise ValueError("Object missing required field `percent_off` or `amount_off`")


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
    items: Items
    discounts: list[Discount | str]
    pause_collection: Any


class Subscriptions(Struct, frozen=True):
    """A page of subscriptions."""

    data: list[Subscription]
    has_more: bool
