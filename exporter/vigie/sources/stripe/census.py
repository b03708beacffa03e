"""Count subscriptions by status, and what they bring in a month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from vigie.core.families import Families
from vigie.sources.stripe import families as f
from vigie.sources.stripe.client import Client
from vigie.sources.stripe.money import major
from vigie.sources.stripe.wire import Coupon, Discount, Price, Recurring, Subscription, Subscriptions

STATUSES = ("active", "trialing", "past_due", "unpaid", "incomplete", "paused")
"""Of subscriptions that have not ended."""
_OTHER_STATUSES = {"incomplete_expired", "canceled"}
_PAYING = {"active", "past_due"}
_PAGES = 20
"""Pages that one poll reads; the next one goes on from there."""
_MONTHS = {
    "day": Decimal(12) / 365,
    "week": Decimal(84) / 365,
    "month": Decimal(1),
    "year": Decimal(12),
}
"""Months in each interval."""


@dataclass(slots=True)
class Census:
    """Subscriptions counted so far; complete when there is no page after `after`."""

    statuses: Counter[str] = field(default_factory=Counter)
    revenue: dict[str, Decimal] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    after: str = ""

    def count(self, subscription: Subscription, *, revenue: bool) -> None:
        """Add one subscription."""
        known = subscription.status in STATUSES or subscription.status in _OTHER_STATUSES
        self.statuses[subscription.status if known else "unknown"] += 1
        if revenue and subscription.status in _PAYING and not subscription.pause_collection:
            amounts, left_out = monthly(subscription)
            for currency, amount in amounts.items():
                self.revenue[currency] = self.revenue.get(currency, Decimal(0)) + amount
            self.left_out.update(left_out)

    def export(self, families: Families, *, revenue: bool) -> None:
        """Add the counts, zeros included, and the revenue if it was reckoned."""
        for status in dict.fromkeys([*STATUSES, *self.statuses]):
            families.add(f.SUBSCRIPTIONS, self.statuses[status], status)
        if revenue:
            families.declare(f.MRR)
            for currency, amount in self.revenue.items():
                families.add(f.MRR, major(amount, currency), currency)
            for reason in dict.fromkeys(["metered", "tiered", *self.left_out]):
                families.add(f.MRR_LEFT_OUT, self.left_out[reason], reason)


async def read_on(census: Census, client: Client, *, revenue: bool) -> bool:
    """
    Count some more pages.

    Returns:
        Whether the census is complete.

    Raises:
        SourceError: A page could not be read; what was counted before it is kept in `census`.
    """
    for _ in range(_PAGES):
        query: dict[str, str | int] = {"limit": 100}
        query |= {"expand[0]": "data.discounts.source.coupon"} if revenue else {}
        query |= {"starting_after": census.after} if census.after else {}
        page = await client.get("/v1/subscriptions", Subscriptions, query, "Subscriptions")
        for subscription in page.data:
            census.count(subscription, revenue=revenue)
        if not page.has_more or not page.data:
            return True
        census.after = page.data[-1].id
    return False


def monthly(subscription: Subscription) -> tuple[dict[str, Decimal], Counter[str]]:
    """
    What a subscription brings in a month at list price less its discounts, in minor units by currency, and the items
    that have no such price, by reason.
    """
    amounts: dict[str, Decimal] = {}
    left_out: Counter[str] = Counter({"more_items": 1} if subscription.items.has_more else {})
    recurring: Recurring | None = None
    for item in subscription.items.data:
        reason = _unpriced(item.price)
        if reason is not None or item.price.recurring is None:
            left_out[reason or "one_time"] += 1
            continue
        recurring = item.price.recurring
        quantity = 1 if item.quantity is None else item.quantity
        amount = _units(item.price, quantity) * Decimal(item.price.unit_amount_decimal or 0) / _months(recurring)
        amounts[item.price.currency] = amounts.get(item.price.currency, Decimal(0)) + amount
    for coupon in map(_coupon, subscription.discounts):
        if coupon is not None and coupon.duration != "once" and recurring is not None:
            amounts = {currency: _less(amount, currency, coupon, recurring) for currency, amount in amounts.items()}
    return amounts, left_out


def _unpriced(price: Price) -> str | None:
    """Why an item's revenue cannot be told from its price."""
    if price.recurring is not None and price.recurring.usage_type == "metered":
        return "metered"
    if price.unit_amount_decimal is None:
        return "tiered"
    return None if price.recurring is None or price.recurring.interval in _MONTHS else "unknown_interval"


def _units(price: Price, quantity: int) -> int:
    package = price.transform_quantity
    if package is None:
        return quantity
    return quantity // package.divide_by if package.round == "down" else -(-quantity // package.divide_by)


def _months(recurring: Recurring) -> Decimal:
    return _MONTHS[recurring.interval] * recurring.interval_count


def _coupon(discount: Discount | str) -> Coupon | None:
    if isinstance(discount, str):
        return None
    return discount.coupon or (discount.source.coupon if discount.source else None)


def _less(amount: Decimal, currency: str, coupon: Coupon, recurring: Recurring) -> Decimal:
    if coupon.percent_off is not None:
        return amount * (100 - Decimal(str(coupon.percent_off))) / 100
    if coupon.amount_off is not None and coupon.currency == currency:
        return max(amount - coupon.amount_off / _months(recurring), Decimal(0))
    return amount
