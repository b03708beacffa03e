"""What answers on each path."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.toy import ToyConfig, ToySource
from vigie.config.document import Document
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.exposition import Body, Page
from vigie.core.logs import Redactor
from vigie.errors import ConfigError, Reason, SourceError
from vigie.watch import Watch
from vigie.web.app import Face, accepts_gzip, make_app
from vigie.web.bodies import LARGEST_PUSH, LARGEST_PUSHES

RUNBOOK = "# RB-001: Site down\n\n- `SiteDown`: it is.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def _refuse() -> None:
    raise SourceError(Reason.NETWORK, "<toys> refused toy://user:hunter2@toys")


@pytest.fixture
async def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Face]:
    monkeypatch.setattr("vigie.watch.SOURCES", {"toy": ToySource, "broken": ToySource})
    product = Product(product="acme", sources={"toy": ToyConfig(), "broken": ToyConfig()})
    watch = Watch(
        Configuration(
            Document(tmp_path / "vigie.yaml", {}, {}), product, {"stripe": "STRIPE_KEY is not set"}, frozenset()
        )
    )
    watch.board.statuses["broken"].source.behave = _refuse  # type: ignore[attr-defined]
    (tmp_path / "RB-001-site-down.md").write_text(RUNBOOK)

    async def reload() -> None:
        raise ConfigError("vigie.yaml:3: unknown key 'hunter2'")

    face = Face(watch, reload, Redactor(["hunter2"]), tmp_path)
    yield face
    await watch.stop()


@pytest.fixture
async def client(face: Face) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(face))
    async with httpx.AsyncClient(transport=transport, base_url="http://vigie") as client:
        yield client


async def _start(face: Face) -> None:
    await face.watch.start()
    await face.watch.board.first_read()
    face.watch.board.page = face.watch.board.make_page()


async def test_one_failing_source_leaves_the_others_on_the_page(face: Face, client: httpx.AsyncClient) -> None:
    await _start(face)
    text = (await client.get("/metrics")).text
    assert 'toy_level{room="room-0"} 0.5' in text
    assert 'vigie_source_up{source="toy"} 1.0' in text
    assert 'vigie_source_up{source="broken"} 0.0' in text
    assert 'vigie_source_errors_total{reason="network",source="broken"} 1.0' in text
    assert "process_resident_memory_bytes" in text


async def test_scrapes_before_the_first_read_get_vigie_s_own_figures(client: httpx.AsyncClient) -> None:
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert "vigie_build_info" in response.text


async def test_format_and_compression_are_negotiated(face: Face, client: httpx.AsyncClient) -> None:
    plain = await client.get("/metrics", headers={"accept-encoding": "identity"})
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "content-encoding" not in plain.headers
    headers = {"accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1", "accept-encoding": "gzip"}
    async with client.stream("GET", "/metrics", headers=headers) as response:
        raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == face.watch.board.page.openmetrics.plain


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
    ],
)
def test_gzip_is_used_only_where_it_is_welcome(header: str, accepted: bool) -> None:  # noqa: FBT001 - a table's column
    assert accepts_gzip(header) is accepted


async def test_readiness_waits_for_the_first_read_of_every_source(face: Face, client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "waiting_for": ["broken", "toy"]}
    await _start(face)
    assert (await client.get("/readyz")).status_code == 200
    assert (await client.get("/healthz")).text == "ok\n"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_and_readiness_are_answered_as_prometheus_does(
    face: Face, client: httpx.AsyncClient, method: str
) -> None:
    answers = [await client.request(method, path) for path in ("/-/healthy", "/-/ready")]
    await _start(face)
    answers.append(await client.request(method, "/-/ready"))
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    texts = ["Vigie is Healthy.\n", "Service Unavailable", "Vigie is Ready.\n"]
    assert [answer.text for answer in answers] == ([""] * 3 if method == "HEAD" else texts)
    assert answers[0].headers["content-type"] == "text/plain; charset=utf-8"
    assert (await client.post("/-/healthy")).status_code == 405


async def test_the_landing_page_says_what_is_up_failing_and_off(face: Face, client: httpx.AsyncClient) -> None:
    await _start(face)
    text = (await client.get("/")).text
    assert "● up" in text
    assert "▲ failing" in text
    assert "STRIPE_KEY is not set" in text


async def test_pages_escape_text_and_hide_secrets(face: Face, client: httpx.AsyncClient) -> None:
    await _start(face)
    text = (await client.get("/")).text
    assert "&lt;toys&gt; refused toy://user:***@toys" in text
    assert "hunter2" not in text


async def test_a_reload_that_fails_explains_and_changes_nothing(client: httpx.AsyncClient) -> None:
    response = await client.post("/-/reload")
    assert response.status_code == 400
    assert response.text == "vigie.yaml:3: unknown key '***'\nNothing was changed.\n"
    assert (await client.get("/-/reload")).status_code == 405


async def test_a_runbook_is_found_by_its_number(client: httpx.AsyncClient) -> None:
    assert "RB-001-site-down" in (await client.get("/runbooks/")).text
    response = await client.get("/runbooks/RB-001", follow_redirects=True)
    assert response.url.path == "/runbooks/RB-001-site-down"
    assert "<h1>RB-001: Site down</h1>" in response.text
    assert "<table>" in response.text


async def test_a_runbook_is_found_by_its_alert(client: httpx.AsyncClient) -> None:
    response = await client.get("/runbooks/SiteDown", follow_redirects=True)
    assert response.url.path == "/runbooks/RB-001-site-down"


@pytest.mark.parametrize(
    "path", ["/runbooks/SiteUp", "/runbooks/RB-999", "/runbooks/..%2fvigie", "/runbooks/*", "/nothing"]
)
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_push_is_handed_to_its_source_and_refusals_have_a_status(face: Face, client: httpx.AsyncClient) -> None:
    async def receive(headers: Mapping[str, str], body: bytes) -> None:
        if headers.get("signature") != "good":
            raise SourceError(Reason.AUTH, "the signature is not good for hunter2")
        pushes.append(body)

    pushes: list[bytes] = []
    face.watch.board.statuses["toy"].source.receive = receive  # type: ignore[method-assign]
    assert (await client.post("/webhooks/toy", content=b"{}", headers={"signature": "good"})).status_code == 200
    assert pushes == [b"{}"]
    refused = await client.post("/webhooks/toy", content=b"{}")
    assert (refused.status_code, refused.text) == (401, "the signature is not good for ***\n")
    assert (await client.post("/webhooks/toy", content=b"x" * (LARGEST_PUSH + 1))).status_code == 413
    assert (await client.post("/webhooks/toy", content=_chunks(LARGEST_PUSH + 1))).status_code == 413
    assert (await client.post("/webhooks/broken", content=b"{}")).status_code == 404
    assert (await client.post("/webhooks/stripe", content=b"{}")).status_code == 404
    assert (await client.get("/webhooks/toy")).status_code == 405


async def _chunks(size: int) -> AsyncIterator[bytes]:
    """A body whose length is not announced."""
    for start in range(0, size, 2**20):
        yield bytes(min(2**20, size - start))


async def test_large_pushes_at_the_same_time_share_one_limit(face: Face, client: httpx.AsyncClient) -> None:
    """The vendor sends again what there was no room for; room is made when a push was handed over, or failed."""
    full, go_on = asyncio.Event(), asyncio.Event()

    async def receive(headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG001 - as sources have it
        taken.append(1)
        if len(taken) == LARGEST_PUSHES // LARGEST_PUSH:
            full.set()
        await go_on.wait()

    taken: list[int] = []
    face.watch.board.statuses["toy"].source.receive = receive  # type: ignore[method-assign]
    large = bytes(LARGEST_PUSH)
    async with asyncio.TaskGroup() as group:
        pushes = [group.create_task(client.post("/webhooks/toy", content=large)) for _ in range(4)]
        await full.wait()
        refused = await client.post("/webhooks/toy", content=b"{}")
        go_on.set()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert [push.result().status_code for push in pushes] == [200] * 4
    assert (await client.post("/webhooks/toy", content=large)).status_code == 200


async def test_a_large_page_arrives_whole(face: Face, client: httpx.AsyncClient) -> None:
    plain = b"".join(b'toy_level{room="%d"} 1\n' % room for room in range(30_000))
    face.watch.board.page = Page(Body("text/plain", plain, b""), Body("text/plain", plain, b""))
    response = await client.get("/metrics", headers={"accept-encoding": "identity"})
    assert response.content == plain
    assert response.headers["content-length"] == str(len(plain))
