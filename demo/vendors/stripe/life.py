"""
What happens at the simulated Stripe by itself: a function of the time.

Each minute has its events, drawn from the minute's number, so that asking twice gives the same and nothing has to run
meanwhile. An event's id is the number of its minute and its place in it, scrambled, so that ids do not sort.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from demo.vendors.stripe import objects
from demo.vendors.stripe.objects import Body
from demo.vendors.stripe.world import QUIET, Rates, World

MINUTE = 60
DAY = 86400
_PLACES = 4096
"""Events that a minute can have."""
_BITS = 64
_SCRAMBLE = 0x9E3779B97F4A7C15
_UNSCRAMBLE = pow(_SCRAMBLE, -1, 2**_BITS)
_PREFIX = "evt_1V"
_CURRENCIES = {"eur": 0.6, "usd": 0.3, "jpy": 0.1}
_PRICES = {"eur": (900, 2900, 9900), "usd": (1000, 3000, 9900), "jpy": (1200, 3600, 12000)}
_CODES = {"card_declined": 0.7, "expired_card": 0.12, "incorrect_cvc": 0.1, "processing_error": 0.08}
_REASONS = {"cancellation_requested": 0.8, "payment_failed": 0.2}


def event_id(number: int) -> str:
    """The id of the event with this number."""
    return f"{_PREFIX}{number * _SCRAMBLE % 2**_BITS:016x}"


def happened(identity: str) -> int | None:
    """The Unix time of the minute in which the event with this id happened; None when it is not of this life."""
    try:
        scrambled = int(identity.removeprefix(_PREFIX), 16)
    except ValueError:
        return None
    return scrambled * _UNSCRAMBLE % 2**_BITS // _PLACES * MINUTE if identity.startswith(_PREFIX) else None


def backwards(world: World, newest: float, oldest: float) -> Iterator[Body]:
    """The events from `newest` back to `oldest`, both included."""
    if world.rates == QUIET and not world.eras:
        return
    oldest = max(oldest, world.awake)
    for minute in range(int(newest // MINUTE), int(oldest // MINUTE) - 1, -1):
        events = list(_minute(minute, world.rates_at(minute * MINUTE)))
        for event in sorted(events, key=lambda event: -int(event["created"])):
            if oldest <= event["created"] <= newest:
                yield event


def _minute(minute: int, rates: Rates) -> Iterator[Body]:
    swing = 1 + 0.5 * math.sin(2 * math.pi * (minute * MINUTE / DAY - 0.375))
    means = (rates.payments / 60 * swing, rates.began / 1440, rates.ended / 1440, rates.disputes / 1440)
    busy = min(sum(means), 1.0)
    if minute * _SCRAMBLE % 2**_BITS >= busy * 2**_BITS:
        return  # most minutes of a small company are quiet, and are told so without much ado
    chance = Random(minute)  # noqa: S311 - no secret
    payments, began, ended, disputes = (_drawn(chance, mean / busy) for mean in means)
    parts = [
        *[_payment(chance, rates.failing) for _ in range(payments)],
        *[_began() for _ in range(began)],
        *[_ended(chance) for _ in range(ended)],
        *[_disputed() for _ in range(disputes)],
    ]
    place = 0
    for part in parts:
        created, first = minute * MINUTE + chance.randrange(MINUTE), place
        for kind, thing in part:
            number = minute * _PLACES + place
            key = f"1V{(minute * _PLACES + first) * _SCRAMBLE % 2**_BITS:016x}"
            place += 1
            yield objects.event(event_id(number), kind, created, _named(thing, key))


def _drawn(chance: Random, mean: float) -> int:
    """About `mean` on the whole."""
    return int(mean) + (chance.random() < mean - int(mean))


Part = list[tuple[str, Body]]


def _payment(chance: Random, failing: float) -> Part:
    currency = _pick(chance, _CURRENCIES)
    amount = chance.choice(_PRICES[currency])
    if chance.random() >= failing:
        return [("charge.succeeded", objects.charge("ch_", amount, currency))]
    code = _pick(chance, _CODES)
    blocked = "highest_risk_level" if code == "card_declined" and chance.random() < 0.1 else None  # noqa: PLR2004
    return [
        ("charge.failed", objects.failed_charge("ch_", amount, currency, code, blocked=blocked)),
        ("payment_intent.payment_failed", objects.failed_intent("pi_", amount, currency, code, "ch_")),
        ("invoice.payment_failed", objects.failed_invoice("in_", amount, currency)),
    ]


def _began() -> Part:
    return [("customer.subscription.created", objects.subscription("sub_"))]


def _ended(chance: Random) -> Part:
    details = {"comment": None, "feedback": None, "reason": _pick(chance, _REASONS)}
    return [("customer.subscription.deleted", objects.subscription("sub_", "canceled", cancellation_details=details))]


def _disputed() -> Part:
    return [("charge.dispute.created", objects.dispute("dp_", 2900, "eur", "fraudulent"))]


def _named(thing: Body, key: str) -> Body:
    thing["id"] += key
    if thing.get("last_payment_error"):
        thing["latest_charge"] = thing["last_payment_error"]["charge"] = f"ch_{key}"
    return thing


def _pick(chance: Random, shares: dict[str, float]) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]
