"""Asking a vendor's API: what can go wrong is classified, in one plain sentence, and the next request works."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo.vendors import faults
from demo.vendors.faults import Fault
from demo.vendors.framework import SimulatedVendor
from tests.real.process import free_port
from tests.real.vendor import serving
from vigie.core import api as api_module
from vigie.core.api import Api, Vendor, retry_after
from vigie.core.budget import Budget
from vigie.core.logs import logger
from vigie.core.source import Context
from vigie.errors import ConfigError, Reason, SourceError

PATIENCE = 1.0
"""Seconds that an answer may take."""


class Thing(msgspec.Struct):
    """What the vendor has."""

    id: str
    size: int


class Shop(SimulatedVendor):
    """A vendor with one thing."""

    name = "shop"
    world = None

    def routes(self) -> list[Route]:
        return [Route("/thing", self._thing, methods=["GET", "POST", "PUT"])]

    async def _thing(self, _request: Request) -> JSONResponse:
        return JSONResponse({"id": "a", "size": 3, "more": "x" * 10_000})


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[Shop, str]]:
    vendor = Shop()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
async def api(shop: tuple[Shop, str]) -> AsyncIterator[Api]:
    vendor, url = shop
    vendor.fault = None
    api = _api(url)
    yield api
    await api.close()


def _api(url: str, budget: Budget | None = None) -> Api:
    context = Context("acme", logger(), lambda: 1000.0, budget=budget or Budget())
    vendor = Vendor("Shop", url, {"authorization": "Bearer hunter2"}, "check sources.shop.key", "give it things:read")
    return Api(vendor, context, timeout=PATIENCE)


FAULTS = {
    "hang": (faults.hang(), Reason.TIMEOUT, "Shop did not answer in time"),
    "slow": (faults.slow(2 * PATIENCE), Reason.TIMEOUT, "Shop did not answer in time"),
    "cut": (faults.cut(), Reason.NETWORK, "Shop broke the connection off"),
    "truncated": (faults.truncated(), Reason.BAD_PAYLOAD, "Shop gave an answer that is not valid JSON, or ends early"),
    "empty": (faults.answer(200), Reason.BAD_PAYLOAD, "not valid JSON"),
    "html": (faults.web_page(), Reason.BAD_PAYLOAD, "answered with a web page instead of JSON; check `base_url`"),
    "huge": (faults.huge(), Reason.BAD_PAYLOAD, "larger than 32 MiB"),
    "shape": (faults.says([1]), Reason.BAD_PAYLOAD, "differs from its documentation: Expected `object`, got `array`"),
    "field": (faults.says({"id": 5, "size": 1}), Reason.BAD_PAYLOAD, "at `$.id`"),
    "401": (faults.says({"error": "bad key"}, 401), Reason.AUTH, "status 401 (bad key); check sources.shop.key"),
    "403": (faults.says({"detail": "no scope"}, 403), Reason.FORBIDDEN, "status 403 (no scope); give it things:read"),
    "404": (faults.says({}, 404), Reason.NOT_FOUND, "has nothing at this address, status 404; check `base_url`"),
    "302": (faults.answer(302, location="https://login"), Reason.BAD_PAYLOAD, "redirects elsewhere"),
    "400": (
        faults.says({"error": {"message": "no"}}, 400),
        Reason.BAD_PAYLOAD,
        "did not take the request, status 400 (no)",
    ),
    "400 with details": (
        faults.says({"error": {"message": "no", "errors": ["Name is taken", 7, "Size is odd"]}}, 400),
        Reason.BAD_PAYLOAD,
        "did not take the request, status 400 (no: Name is taken, Size is odd)",
    ),
    "400 without a word": (faults.answer(400), Reason.BAD_PAYLOAD, "status 400; check `base_url`"),
    "429": (faults.answer(429), Reason.RATE_LIMITED, "limits the rate of requests, status 429"),
    "500": (faults.answer(500, b"oops", "text/plain"), Reason.UPSTREAM, "is in error itself, status 500"),
}


@pytest.mark.parametrize(("fault", "reason", "words"), FAULTS.values(), ids=FAULTS)
async def test_every_fault_is_classified_and_the_next_request_works(
    api: Api, shop: tuple[Shop, str], fault: Fault, reason: Reason, words: str
) -> None:
    shop[0].fault = fault
    with pytest.raises(SourceError) as caught:
        await api.get("/thing", Thing)
    assert caught.value.reason is reason
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)
    shop[0].fault = None
    assert (await api.get("/thing", Thing)).body == Thing("a", 3)


async def test_what_is_sent_is_json_and_the_method_is_the_one_that_was_named(api: Api, shop: tuple[Shop, str]) -> None:
    shop[0].seen.clear()
    await api.post("/thing", Thing, {"size": 4})
    await api.put("/thing", Thing, {"size": 4})
    assert [(seen.method, seen.headers["content-type"]) for seen in shop[0].seen] == [
        ("POST", "application/json"),
        ("PUT", "application/json"),
    ]


@pytest.mark.parametrize("value", ["Bearer hunter2-long", "Token token=hunter2-long", "hunter2-long"])
def test_a_credential_that_a_vendor_repeats_is_hidden_however_it_is_sent(value: str) -> None:
    vendor = Vendor("Shop", "http://shop", {"authorization": value})
    assert vendor.hide("bad key hunter2-long!") == "bad key …!"


@pytest.mark.parametrize(
    ("host", "why"), [("127.0.0.1", "connection refused"), ("nosuch.invalid", "[a-z -]*name[a-z -]*")]
)
async def test_a_vendor_that_is_not_there_is_a_network_error(host: str, why: str) -> None:
    api = _api(f"http://{host}:{free_port()}")
    with pytest.raises(SourceError) as caught:
        await api.post("/thing", Thing, {})
    assert caught.value.reason is Reason.NETWORK
    assert re.fullmatch(rf"Shop cannot be reached \({why}\); check `base_url` and the network", str(caught.value))
    await api.close()


async def test_every_request_is_charged_to_the_budget_and_none_is_sent_without(shop: tuple[Shop, str]) -> None:
    budget = Budget(limit=1)
    api = _api(shop[1], budget)
    await api.get("/thing", Thing)
    sent = len(shop[0].seen)
    with pytest.raises(SourceError) as caught:
        await api.get("/thing", Thing)
    assert caught.value.reason is Reason.BUDGET
    assert (budget.spent, len(shop[0].seen)) == (1, sent)
    await api.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Thu, 01 Jan 1970 00:20:00 GMT"}, 200),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"x-reset": "30"}, 30),
        ({"x-reset": "1000000060"}, 1000000060 - 1000),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_whatever_header_says_it(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, "x-reset", 1000.0) == seconds


@given(st.text())
def test_any_header_is_a_wait_or_none(text: str) -> None:
    wait = retry_after({"retry-after": text}, "", 1000.0)
    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "htp://user:hunter2@proxy.example"),
        ("all_proxy", "socks5://user:hunter2@proxy.example:1080"),
        ("HTTP_PROXY", "http://user:hunter2@proxy.example:port"),
        ("http_proxy", "http://user:hunter2@[::1:3128"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^the environment's {name} names no proxy that Vigie can use") as caught:
        _api("http://127.0.0.1:1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "authorities.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    api_module._trust.cache_clear()  # noqa: SLF001 - another test has read the good ones
    with pytest.raises(ConfigError, match=rf"^the environment's SSL_CERT_FILE is {path}, where no certificates"):
        _api("http://127.0.0.1:1")
