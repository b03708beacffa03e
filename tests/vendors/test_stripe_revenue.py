"""Stripe: the monthly recurring revenue."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from demo.vendors.stripe import Stripe, objects
from tests.real.vendor import serving
from tests.vendors.polling import Series, read
from tests.vendors.stripe_polls import watching
from vigie.core.families import Family
from vigie.sources.stripe import families as f
from vigie.sources.stripe.census import STATUSES, Census, monthly
from vigie.sources.stripe.wire import Subscription


def _worth(*items: objects.Body, **more: Any) -> tuple[dict[str, float], dict[str, int]]:
    body = objects.subscription("sub_1", items=objects.listing("/v1/subscription_items", list(items)), **more)
    amounts, left_out = monthly(msgspec.convert(body, Subscription))
    return {currency: round(float(amount), 6) for currency, amount in amounts.items()}, dict(left_out)


def _coupon(**terms: Any) -> list[objects.Body]:
    coupon = {"id": "c", "duration": "forever", "percent_off": None, "amount_off": None, "currency": None, **terms}
    return [{"id": "di_1", "source": {"type": "coupon", "coupon": coupon}}]


def test_monthly_revenue_is_the_list_price_over_its_interval() -> None:
    assert _worth(objects.item("si_1", "1000", 3)) == ({"eur": 3000}, {})
    assert _worth(objects.item("si_1", "12000", interval="year")) == ({"eur": 1000}, {})
    assert _worth(objects.item("si_1", "3000", interval_count=3)) == ({"eur": 1000}, {})
    assert _worth(objects.item("si_1", "700", interval="week")) == ({"eur": round(700 * 365 / 84, 6)}, {})
    assert _worth(objects.item("si_1", "0.5", 1000)) == ({"eur": 500}, {})
    assert _worth(objects.item("si_1", "10"), objects.item("si_2", "20", currency="usd")) == (
        {"eur": 10, "usd": 20},
        {},
    )


def test_discounts_are_taken_off_unless_they_hold_but_once() -> None:
    item = objects.item("si_1", "12000", interval="year")
    assert _worth(item, discounts=_coupon(percent_off=25))[0] == {"eur": 750}
    assert _worth(item, discounts=_coupon(amount_off=6000, currency="eur"))[0] == {"eur": 500}
    assert _worth(item, discounts=_coupon(amount_off=6000, currency="usd"))[0] == {"eur": 1000}
    assert _worth(item, discounts=_coupon(percent_off=100, duration="once"))[0] == {"eur": 1000}
    old = [{"id": "di_1", "coupon": {"duration": "repeating", "percent_off": 50.0}}]
    assert _worth(item, discounts=old)[0] == {"eur": 500}


def test_what_has_no_price_is_left_out_and_said() -> None:
    assert _worth(objects.item("si_1", None)) == ({}, {"tiered": 1})
    assert _worth(objects.item("si_1", "100", usage_type="metered")) == ({}, {"metered": 1})
    assert _worth(objects.item("si_1", "100", interval="fortnight")) == ({}, {"unknown_interval": 1})
    packaged = objects.item("si_1", "500", 11)
    packaged["price"]["transform_quantity"] = {"divide_by": 10, "round": "up"}
    assert _worth(packaged) == ({"eur": 1000}, {})


def test_only_what_pays_is_revenue() -> None:
    census = Census()
    for status in (*STATUSES, "incomplete_expired"):
        census.count(msgspec.convert(objects.subscription("sub_1", status), Subscription), revenue=True)
    paused = objects.subscription("sub_1", pause_collection={"behavior": "void"})
    census.count(msgspec.convert(paused, Subscription), revenue=True)
    assert census.revenue == {"eur": 2000}


async def test_revenue_is_exported_in_major_units_where_asked_for() -> None:
    vendor = Stripe()
    with serving(vendor) as url:
        values = await _exported(vendor, url)
    assert values[f.MRR] == {("eur",): 9, ("jpy",): 5000}
    assert values[f.MRR_LEFT_OUT] == {("metered",): 0, ("tiered",): 1}


async def _exported(vendor: Stripe, url: str) -> dict[Family, Series]:
    async with watching((vendor, url), mrr=True) as account:
        yen = objects.item("si_1", "5000", currency="jpy")
        account.stripe.world.subscriptions = [
            objects.subscription("sub_1", discounts=_coupon(percent_off=10)),
            objects.subscription("sub_2", items=objects.listing("", [yen, objects.item("si_2", None)])),
        ]
        return await read(account.source)


@given(
    st.integers(1, 10**7), st.integers(1, 1000), st.sampled_from([("month", 1), ("month", 6), ("year", 1), ("year", 3)])
)
def test_a_price_brings_the_same_in_a_year_however_it_is_billed(
    amount: int, quantity: int, due: tuple[str, int]
) -> None:
    months = {"month": 1, "year": 12}[due[0]] * due[1]
    worth, _ = _worth(objects.item("si_1", str(amount * months), quantity, interval=due[0], interval_count=due[1]))
    assert worth == {"eur": amount * quantity}
