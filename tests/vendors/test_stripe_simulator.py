"""The simulated Stripe, seen with Stripe's own library: the same answers, errors and signatures as the vendor's."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
import stripe as sdk

from demo.vendors.stripe import Rates, Stripe, World, demo, objects
from demo.vendors.stripe.vendor import signed
from tests.real.vendor import serving
from tests.vendors.polling import Clock
from vigie.sources.stripe.events import KINDS
from vigie.sources.stripe.wire import VERSION

KEY = "rk_live_simulated"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Stripe, str]]:
    vendor = Stripe()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def vendor(served: tuple[Stripe, str], monkeypatch: pytest.MonkeyPatch) -> Stripe:
    monkeypatch.setattr(sdk, "enable_telemetry", False)
    vendor, _ = served
    vendor.now = Clock()
    vendor.world = World(rates=Rates(payments=30, failing=0.2, began=20, ended=20), limit=10**6)
    vendor.seen.clear()
    return vendor


@pytest.fixture
def client(served: tuple[Stripe, str], vendor: Stripe) -> Iterator[sdk.StripeClient]:
    del vendor
    transport = sdk.RequestsClient(timeout=5)
    yield sdk.StripeClient(KEY, base_addresses={"api": served[1]}, http_client=transport)
    transport.close()  # type: ignore[no-untyped-call]


def test_auto_paging_walks_all_events_newest_first_and_each_once(vendor: Stripe, client: sdk.StripeClient) -> None:
    now = int(vendor.now())
    page = client.v1.events.list({"limit": 100, "created": {"gte": now - 40_000, "lt": now}})
    events = list(page.auto_paging_iter())
    assert len(events) > 300
    assert len({event.id for event in events}) == len(events)
    times = [event.created for event in events]
    assert times == sorted(times, reverse=True)
    assert [event.id for event in events] != sorted((event.id for event in events), reverse=True)
    assert {type(event.data.object).__name__ for event in events} >= {"Charge", "PaymentIntent", "Invoice"}
    backwards = client.v1.events.list(
        {"limit": 100, "created": {"gte": now - 40_000, "lt": now}, "ending_before": events[-1].id}
    )
    assert [event.id for event in backwards.auto_paging_iter()] == [event.id for event in events[-2::-1]]


def test_types_filter_and_one_failed_card_makes_three_events(vendor: Stripe, client: sdk.StripeClient) -> None:
    params: sdk.params.EventListParams = {"limit": 100, "types": list(KINDS)}
    assert {event.type for event in client.v1.events.list(params).data} <= set(KINDS)
    failed = client.v1.events.list({"types": ["charge.failed"], "limit": 1}).data[0]
    together = client.v1.events.list({"created": failed.created, "limit": 100}).data
    assert {event.type for event in together} >= {
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
    }
    del vendor


def test_undelivered_events_are_told_apart(vendor: Stripe, client: sdk.StripeClient) -> None:
    vendor.world.failing_since = vendor.now() - 600
    failed = client.v1.events.list({"delivery_success": False, "limit": 100}).data
    fine = client.v1.events.list({"delivery_success": True, "limit": 1}).data
    assert all(event.created >= vendor.now() - 600 for event in failed)
    assert fine[0].created < vendor.now() - 600


def test_lists_of_endpoints_and_subscriptions_are_what_the_library_knows(
    vendor: Stripe, client: sdk.StripeClient
) -> None:
    vendor.world.statuses = {"active": 130, "canceled": 3}
    coupon = {"id": "c", "object": "coupon", "duration": "forever", "percent_off": 10.0}
    discount = {"id": "di_1", "object": "discount", "source": {"coupon": coupon, "type": "coupon"}}
    vendor.world.subscriptions = [objects.subscription("sub_1", discounts=[discount])]
    (endpoint,) = client.v1.webhook_endpoints.list().data
    assert (type(endpoint), endpoint.status) == (sdk.WebhookEndpoint, "enabled")
    subscriptions = list(client.v1.subscriptions.list({"limit": 100}).auto_paging_iter())
    assert (len(subscriptions), type(subscriptions[0])) == (131, sdk.Subscription)
    assert subscriptions[0].discounts == ["di_1"]
    expanded = client.v1.subscriptions.list({"expand": ["data.discounts.source.coupon"]}).data[0].discounts[0]
    assert isinstance(expanded, sdk.Discount)
    assert isinstance(expanded.source.coupon, sdk.Coupon)


def test_errors_are_those_that_the_library_knows(vendor: Stripe, client: sdk.StripeClient) -> None:
    vendor.world.rights.remove("webhook")
    with pytest.raises(sdk.PermissionError, match="rak_webhook_read"):
        client.v1.webhook_endpoints.list()
    with pytest.raises(sdk.InvalidRequestError) as refused:
        client.v1.events.list({"starting_after": "evt_gone"})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "starting_after")
    with pytest.raises(sdk.InvalidRequestError):
        client.v1.events.list({"limit": 101})
    with pytest.raises(sdk.InvalidRequestError):
        client.v1.events.list({"types": [f"a.{number}" for number in range(21)]})
    with pytest.raises(sdk.AuthenticationError):
        client.v1.events.list(options={"api_key": "rk_live_wrong"})
    vendor.world.limit = 0
    with pytest.raises(sdk.RateLimitError) as limited:
        client.v1.events.list()
    assert (limited.value.headers or {})["stripe-rate-limited-reason"] == "endpoint-rate"


def test_parameters_of_another_list_are_refused(vendor: Stripe, served: tuple[Stripe, str]) -> None:
    answer = httpx.get(f"{served[1]}/v1/events?window=1", auth=(vendor.world.key, ""))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parameter_unknown")
    assert httpx.get(f"{served[1]}/v1/events").status_code == 401


def test_an_event_appears_late_in_the_list_and_not_in_its_push(vendor: Stripe, client: sdk.StripeClient) -> None:
    vendor.world = World(appearing=3600)
    event = vendor.happen("charge.succeeded", objects.charge("ch_1", 100, "eur"))
    assert client.v1.events.list().data == []
    vendor.world.appearing = 0
    assert [found.id for found in client.v1.events.list().data] == [event["id"]]


def test_pushes_are_signed_as_the_library_expects() -> None:
    event = objects.event("evt_1", "charge.succeeded", 1, objects.charge("ch_1", 100, "eur"))
    headers, body = signed(event, "whsec_1", time.time())
    read = sdk.Webhook.construct_event(body, headers["stripe-signature"], "whsec_1")
    assert isinstance(read.data.object, sdk.Charge)
    with pytest.raises(sdk.SignatureVerificationError):
        sdk.Webhook.construct_event(body, signed(event, "whsec_2", time.time())[0]["stripe-signature"], "whsec_1")


def test_an_incident_changes_the_future_and_not_the_past(vendor: Stripe, client: sdk.StripeClient) -> None:
    clock = Clock()
    vendor.now = clock
    before = [event.id for event in client.v1.events.list({"limit": 100}).data]
    vendor.change({"rates": {"payments": 60, "failing": 1.0}})
    assert [event.id for event in client.v1.events.list({"limit": 100}).data] == before
    clock.time += 3600
    lately = client.v1.events.list({"limit": 100, "created": {"gte": int(clock.time) - 3500}}).data
    assert {event.type for event in lately} == {
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
    }


def test_vigie_asks_in_the_version_of_the_library() -> None:
    assert VERSION == sdk._api_version._ApiVersion.CURRENT  # noqa: SLF001 - it has no other place
    assert objects.VERSION == VERSION


def test_the_demo_has_some_of_everything() -> None:
    vendor = Stripe(demo())
    assert vendor.world.rates.payments > 0
    assert vendor.world.statuses["active"] > 0
