"""Stripe, for the tests that run over all vendors."""

from demo.vendors.stripe import Era, Rates, Stripe, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="stripe",
    simulator=lambda: Stripe(
        World(
            key=SECRET,
            eras=[Era(until=1_795_000_000.0 - 6 * 3600, rates=Rates())],
            rates=Rates(payments=20, failing=0.2, began=30, ended=20, disputes=10),
            appearing=30,
            statuses={"active": 3, "past_due": 1},
            limit=10_000,
        )
    ),
    settings=lambda url: {"base_url": url, "api_key": SECRET},
)
