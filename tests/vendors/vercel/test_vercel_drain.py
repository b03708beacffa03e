"""Vercel by push: only what is signed is taken in, each record once, and nothing that tells of a visitor is kept."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from demo.vendors.vercel import Project, Vercel, World, delivery
from tests import judge
from tests.real.vendor import serving
from tests.vendors.mutants import mutants
from tests.vendors.polling import Clock
from tests.vendors.setup import SECRET
from tests.vendors.setup_vercel import SETUP
from vigie.config.document import Document
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.families import Families
from vigie.core.logs import Redactor
from vigie.core.source import AnySource
from vigie.core.state import State
from vigie.errors import Reason, SourceError
from vigie.sources.vercel import VercelConfig, drain, families
from vigie.watch import Watch
from vigie.web.app import Face, make_app

HUSH = "hush-hush"
NOW = Clock().time


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    vendor = Vercel(World(token=SECRET, limit=10**6, projects=[Project("prj_web", "acme-web")]))
    vendor.now = Clock()
    with serving(vendor) as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def source(url: str, clock: Clock) -> AsyncIterator[AnySource]:
    source = SETUP.source(url, clock)
    yield source
    await source.close()


def _vital(metric: str = "LCP", value: float | None = 2400.0, **more: Any) -> dict[str, Any]:
    record = {
        "schema": "vercel.speed_insights.v1",
        "timestamp": datetime.fromtimestamp(NOW - 60, UTC).isoformat().replace("+00:00", "Z"),
        "projectId": "prj_web",
        "ownerId": "team_acme",
        "deviceId": 71,
        "metricType": metric,
        "value": value,
        "path": "/users/ann@example.com",
        "country": "FR",
        "city": "Lyon",
        "vercelEnvironment": "production",
    }
    return {**record, **more}


def _view(version: str = "v2", **more: Any) -> dict[str, Any]:
    record = {
        "schema": f"vercel.analytics.{version}",
        "eventType": "pageview",
        "timestamp": int((NOW - 60) * 1000),
        "projectId": "prj_web",
        "sessionId": 12,
        "deviceId": 71,
        "path": "/",
        "queryParams": "token=abc",
    }
    return {**record, **more}


async def _push(source: AnySource, *records: Mapping[str, Any], **how: bool) -> None:
    await source.receive(*delivery(records, HUSH, **how))


async def _families(source: AnySource) -> Families:
    poll = await source.poll()
    assert poll.problems == ()
    return poll.families


async def test_web_vitals_become_histograms_in_seconds(source: AnySource) -> None:
    await _push(source, _vital(), _vital(value=900.0), _vital("INP", 150.0), _vital("CLS", 0.12))
    found = (await _families(source)).distributions
    lcp = found[families.VITALS]["acme-web", "lcp"]
    assert sum(lcp.counts) == 2
    assert lcp.sum == pytest.approx(3.3)
    assert lcp.counts[families.VITALS.buckets.index(2.5)] == 1
    assert lcp.counts[families.VITALS.buckets.index(1.0)] == 1
    assert found[families.VITALS]["acme-web", "inp"].sum == pytest.approx(0.15)
    assert found[families.CLS]["acme-web",].sum == pytest.approx(0.12)


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_both_schemas_of_web_analytics_are_read(source: AnySource, version: str) -> None:
    await _push(source, _view(version), _view(version, path="/b"), _view(version, eventType="event", eventName="buy"))
    values = (await _families(source)).values
    assert values[families.PAGE_VIEWS] == {("acme-web",): 2}
    assert values[families.CUSTOM_EVENTS] == {("acme-web",): 1}


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("compressed", [True, False])
async def test_every_encoding_is_read(source: AnySource, lines: bool, compressed: bool) -> None:  # noqa: FBT001
    await _push(source, _view(), _view(path="/b"), lines=lines, compressed=compressed)
    assert (await _families(source)).values[families.PAGE_VIEWS] == {("acme-web",): 2}


async def test_a_signature_over_what_was_compressed_is_good_too(source: AnySource) -> None:
    body = json.dumps([_view()]).encode()
    signature = hmac.new(HUSH.encode(), body, hashlib.sha1).hexdigest()
    headers = {"x-vercel-signature": signature, "content-encoding": "gzip"}
    await source.receive(headers, gzip.compress(body, mtime=0))
    assert (await _families(source)).values[families.PAGE_VIEWS] == {("acme-web",): 1}


@pytest.mark.parametrize("signature", ["", "0" * 40, "é", None])
@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_what_is_not_signed_is_refused_and_not_counted(
    source: AnySource, signature: str | None, encoding: str
) -> None:
    headers, body = delivery([_view()], "another secret", compressed=bool(encoding))
    if signature is not None:
        headers["x-vercel-signature"] = signature
    with pytest.raises(SourceError, match="signature of this push is not good") as refused:
        await source.receive(headers, body)
    assert refused.value.reason is Reason.AUTH
    assert HUSH not in str(refused.value)
    assert (await _families(source)).values[families.PAGE_VIEWS] == {("acme-web",): 0}


async def test_a_push_that_comes_twice_counts_once(source: AnySource) -> None:
    for order in (1, -1, 1):
        await _push(source, *[_view(), _vital(), _view(path="/b")][::order])
    found = await _families(source)
    assert found.values[families.PAGE_VIEWS] == {("acme-web",): 2}
    assert sum(found.distributions[families.VITALS]["acme-web", "lcp"].counts) == 1


async def test_a_replay_counts_nothing_however_late_it_comes(source: AnySource, clock: Clock) -> None:
    await _push(source, _view())
    for _ in range(4):
        clock.time += 3 * 3600
        assert (await _families(source)).values[families.PAGE_VIEWS] == {("acme-web",): 1}
        await _push(source, _view())
    found = (await _families(source)).values
    assert found[families.PAGE_VIEWS] == {("acme-web",): 1}
    assert found[families.IGNORED]["time",] == 3


async def test_totals_survive_a_restart(url: str, clock: Clock, tmp_path: Path) -> None:
    for expected in (1, 2):
        state = State(tmp_path / "vigie.db")
        source = SETUP.source(url, clock, state)
        await _push(source, _view(), _view(path=f"/{expected}"))
        seen = (await _families(source)).values[families.PAGE_VIEWS]
        await source.close()
        state.close()
        assert seen == {("acme-web",): expected + 1}


async def test_what_is_not_read_is_accepted_and_said(source: AnySource) -> None:
    """A log drain pointed here by mistake would otherwise be sent again and again."""
    await _push(
        source,
        {"id": "log", "source": "lambda", "message": "hello", "projectId": "prj_web", "timestamp": 1},
        _vital(schema="vercel.speed_insights.v9"),
        _vital(vercelEnvironment="preview"),
        _vital("SOON", 3.0),
        _vital(value=-1.0),
        _vital(value=None),
        _view(timestamp="yesterday"),
        _view(eventType="wink"),
        _view(timestamp=int((NOW + 90_000) * 1000)),
    )
    found = (await _families(source)).values
    assert found[families.IGNORED] == {("schema",): 2, ("environment",): 1, ("unreadable",): 5, ("time",): 1}
    assert found[families.PAGE_VIEWS] == {("acme-web",): 0}


async def test_a_project_that_is_not_watched_is_not_exported(source: AnySource) -> None:
    await _push(source, _view(projectId="prj_other"))
    assert (await _families(source)).values[families.PAGE_VIEWS] == {("acme-web",): 0}


async def test_nothing_that_tells_of_a_visitor_is_kept(url: str, clock: Clock, tmp_path: Path) -> None:
    state = State(tmp_path / "vigie.db")
    source = SETUP.source(url, clock, state)
    await _push(source, _vital(), _view())
    exported = judge.text(await _families(source)).decode()
    await source.close()
    state.close()
    kept = (tmp_path / "vigie.db").read_bytes()
    assert b"prj_web" in kept
    for private in ("ann@example.com", "Lyon", "token=abc"):
        assert private not in exported
        assert private.encode() not in kept


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (b"[{", "", "neither a JSON array nor JSON lines"),
        (b"<html>", "", "neither a JSON array nor JSON lines"),
        (b"plain", "gzip", "says that it is gzip and is not"),
        (gzip.compress(b"[]" * 99, mtime=0)[:-9], "gzip", "ends early, or is too large"),
        (gzip.compress(b" " * (drain.LARGEST + 1), mtime=0), "gzip", "ends early, or is too large"),
    ],
)
async def test_a_signed_push_that_cannot_be_read_is_a_bad_payload(
    source: AnySource, body: bytes, encoding: str, words: str
) -> None:
    headers = {"x-vercel-signature": hmac.new(HUSH.encode(), body, hashlib.sha1).hexdigest()}
    with pytest.raises(SourceError, match=words) as refused:
        await source.receive({**headers, "content-encoding": encoding}, body)
    assert refused.value.reason is Reason.BAD_PAYLOAD


async def test_without_a_drain_in_the_settings_nothing_is_taken(url: str, clock: Clock) -> None:
    source = SETUP.source(url, clock, drain=None)
    with pytest.raises(SourceError, match="`drain` is not set") as refused:
        await _push(source, _view())
    found = await _families(source)
    await source.close()
    assert refused.value.reason is Reason.NOT_FOUND
    assert found.values[families.PAGE_VIEWS] == {}


@given(mutants([_vital(), _view()]), st.binary(max_size=40))
def test_any_push_is_events_or_a_classified_error(data: Any, raw: bytes) -> None:
    state = State.in_memory()
    for body in (json.dumps(data).encode(), raw):
        try:
            happened, _ = drain.events(drain.records(body), NOW)
        except SourceError:
            continue
        for event in happened:
            assert NOW - drain.KEEP <= event.at <= NOW + 3600
            assert all(amount >= 0 for amount in event.amounts.values())
    state.close()


@pytest.fixture
async def client(url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = {**SETUP.settings(url), "drain": {"secret": HUSH, "verify": "code-7"}}
    product = Product(product="acme", sources={"vercel": VercelConfig.model_validate(settings)})
    watch = Watch(Configuration(Document(tmp_path / "vigie.yaml", {}, {}), product, {}, frozenset()))

    async def reload() -> None:
        """Nothing changes here."""

    transport = httpx.ASGITransport(make_app(Face(watch, reload, Redactor([HUSH]), tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url="http://vigie") as client:
        yield client
    await watch.stop()


async def test_vercel_finds_its_word_in_every_answer(client: httpx.AsyncClient) -> None:
    headers, body = delivery([_view()], HUSH)
    answered = {
        "look by GET": await client.get("/webhooks/vercel"),
        "look by POST": await client.post("/webhooks/vercel"),
        "push": await client.post("/webhooks/vercel", content=body, headers=headers),
        "forgery": await client.post("/webhooks/vercel", content=body),
    }
    assert {name: answer.status_code for name, answer in answered.items()} == {
        "look by GET": 200,
        "look by POST": 200,
        "push": 200,
        "forgery": 401,
    }
    assert {answer.headers["x-vercel-verify"] for answer in answered.values()} == {"code-7"}


async def test_without_a_word_to_say_only_a_push_is_good(source: AnySource) -> None:
    assert source.receipt == {}
    assert SecretStr(HUSH) == source.config.drain.secret
    with pytest.raises(SourceError, match="signature"):
        await source.receive({}, b"")
