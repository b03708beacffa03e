"""`vigie check` asks `app.metrics` as Prometheus does, and probes as blackbox_exporter does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest as text_format
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.real.process import free_port
from tests.real.vendor import serving
from vigie.check import Finding, pages
from vigie.check.pages import Page, expected, try_page
from vigie.config.targets import AppTarget, Probe

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
SEEN: list[Request] = []
Endpoint = Callable[[Request], Awaitable[Response]]


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("http_requests_total", "Requests.", ["handler", "status"], registry=registry)
    Histogram("http_request_duration_highr_seconds", "Latency.", registry=registry)
    return registry


async def _metrics(request: Request) -> Response:
    SEEN.append(request)
    if "openmetrics" in request.headers["accept"]:
        page: bytes = openmetrics(_registry())  # type: ignore[no-untyped-call]  # published without types
        return Response(page, headers={"content-type": OPENMETRICS})
    return PlainTextResponse("no")


async def _guarded(request: Request) -> Response:
    known = {"Bearer t0ken", "Basic dmlnaWU6cEBzcw=="}  # vigie:p@ss
    return PlainTextResponse("", 200 if request.headers.get("authorization") in known else 401)


async def _never(_: Request) -> Response:
    await asyncio.sleep(3600)
    return Response()


def _answer(content: bytes | str, kind: str | None = "text/plain; version=0.0.4", status: int = 200) -> Endpoint:
    async def endpoint(_: Request) -> Response:
        response = Response(content, status)
        if kind is not None:
            response.headers["content-type"] = kind
        return response

    return endpoint


ROUTES: dict[str, Callable[[Request], Any]] = {
    "/metrics": _metrics,
    "/old": _answer(text_format(_registry())),
    "/other": _answer("# TYPE up gauge\nup 1\n"),
    "/page": _answer("<html>shop</html>", "text/html; charset=utf-8"),
    "/bare": _answer("up 1\n", None),
    "/broken": _answer("up{ 1\n"),
    "/torn": _answer("# TYPE up gauge\nup 1\n", OPENMETRICS),
    "/binary": _answer(b"\xff\xfe"),
    "/secret": _answer("", status=401),
    "/guarded": _guarded,
    "/fault": _answer("", status=503),
    "/there": lambda _: RedirectResponse("/page"),
    "/loop": lambda _: RedirectResponse("/loop"),
    "/large": _answer("# much\n" * 2**18),
    "/never": _never,
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """An application with every kind of page."""
    with serving(Starlette(routes=[Route(path, endpoint) for path, endpoint in ROUTES.items()])) as url:
        yield url


async def _app(url: str, http: str = "instrumentator") -> Finding:
    return await try_page(Page("app", "app.metrics", AppTarget(url=url), expected(http)))


async def _probe(url: str) -> Finding:
    return await try_page(Page("probe", "probes.front", Probe(name="front", url=url)))


async def _credentials(url: str, folder: Path, content: str, **way: str) -> Finding:
    (folder / "secret").write_text(content)
    path = str(folder / "secret")
    given = {"basic": {**way, "password_file": path}} if way else {"bearer": {"token_file": path}}
    return await try_page(Page("probe", "probes.front", Probe.model_validate({"name": "front", "url": url, **given})))


@pytest.mark.parametrize(("content", "way"), [("t0ken\n", {}), ("p@ss\n", {"username": "vigie"})])
async def test_credentials_come_from_their_files(site: str, tmp_path: Path, content: str, way: dict[str, str]) -> None:
    assert (await _credentials(f"{site}/guarded", tmp_path, content, **way)).verdict == "ok"
    refused = await _credentials(f"{site}/guarded", tmp_path, "canary", **way)
    assert refused.verdict == "failed"
    assert refused.sentences[1:] == ("it refuses the credentials",)


async def test_credentials_do_not_follow_a_redirect(site: str, tmp_path: Path) -> None:
    found = await _credentials(f"{site}/there", tmp_path, "t0ken")
    assert found.verdict == "failed"
    assert "answered 307" in found.sentences[0]


async def test_a_page_whose_credentials_are_elsewhere_is_not_asked(site: str) -> None:
    probe = Probe.model_validate({"name": "front", "url": site, "bearer": {"token_file": "/nowhere/token"}})
    found = await try_page(Page("probe", "probes.front", probe))
    assert found.verdict == "off"
    (sentence,) = found.sentences
    assert sentence.startswith("not asked, because /nowhere/token cannot be read here: no such file; blackbox_exporter")


async def test_good_metrics_are_ok_and_asked_for_as_prometheus_does(site: str) -> None:
    SEEN.clear()
    for path in ("/metrics", "/old"):
        found = await _app(site + path)
        assert (found.kind, found.name, found.verdict) == ("app", "app.metrics", "ok"), found
        assert found.sentences[0].startswith(f"{site}{path} answered 200 in ")
        assert found.seconds is not None
    assert SEEN[0].headers["x-prometheus-scrape-timeout-seconds"] == "10"
    assert "gzip" in SEEN[0].headers["accept-encoding"]


@pytest.mark.parametrize(
    ("path", "verdict", "sentence"),
    [
        ("/other", "partly", "http_requests_total and http_request_duration_highr_seconds are not there"),
        ("/page", "partly", "Prometheus does not read its content type, text/html; check that app.metrics is the"),
        ("/bare", "partly", "Prometheus does not read its content type, which is missing"),
        ("/broken", "partly", "Prometheus cannot read it: it is not in the text format"),
        ("/torn", "partly", "Prometheus cannot read it: it is not in the text format"),
        ("/binary", "partly", "Prometheus cannot read it: it is not in the text format"),
        ("/nothing", "failed", "there is nothing at this address; check app.metrics"),
        ("/secret", "failed", "it asks for credentials"),
        ("/fault", "failed", "only a 2xx status counts as an answer"),
    ],
)
async def test_metrics_that_prometheus_could_not_use_are_explained(
    path: str, verdict: str, sentence: str, site: str
) -> None:
    found = await _app(site + path)
    assert found.verdict == verdict
    assert found.sentences[1].startswith(sentence)


async def test_an_application_that_need_not_count_requests_may_export_anything(site: str) -> None:
    assert (await _app(f"{site}/other", "railway")).verdict == "ok"
    otel = await _app(f"{site}/other", "otel")
    assert otel.sentences[1].startswith("http_server_request_duration_seconds is not there")


async def test_a_page_is_well_with_any_body_after_redirects(site: str) -> None:
    found = await _probe(f"{site}/there")
    assert found.verdict == "ok"
    assert " answered 200 after 1 redirect in " in found.sentences[0]
    assert (await _probe(f"{site}/fault")).verdict == "failed"
    assert (await _probe(f"{site}/loop")).sentences == (f"{site}/loop redirects more than ten times",)


async def test_time_and_size_are_bounded(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TIMEOUT", 0.5)
    found = await _probe(f"{site}/never")
    assert found.sentences[0].startswith(f"{site}/never did not answer within 0.5 s; this is how it looks from here")
    monkeypatch.setattr(pages, "TIMEOUT", 60)
    monkeypatch.setattr(pages, "LARGEST", 2**20)
    assert (await _app(f"{site}/large")).sentences[1] == "it is larger than 1 MiB"


async def test_what_cannot_be_reached_is_said_in_plain_words() -> None:
    refused = await _app(f"http://127.0.0.1:{free_port()}/metrics")
    assert refused.verdict == "failed"
    assert (
        "cannot be reached: connection refused; this is how it looks from here, and Prometheus" in refused.sentences[0]
    )
    unknown = await _probe("http://nosuch.invalid/")
    assert unknown.sentences[0].startswith("http://nosuch.invalid/ cannot be reached: ")
    assert "Errno" not in unknown.sentences[0]


async def test_a_server_that_is_no_web_server_is_said(site: str) -> None:
    over_tls = await _probe(f"{site.replace('http:', 'https:')}/")
    assert over_tls.sentences[0].endswith("/ does not complete the TLS handshake; check https:// and the port")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        task = asyncio.create_task(_probe(url))
        connection, _ = await asyncio.to_thread(server.accept)
        with contextlib.closing(connection):
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.shutdown(socket.SHUT_WR)
        assert (await task).sentences == (f"{url} broke the connection off, or does not speak HTTP",)


async def test_no_query_of_an_address_is_shown(site: str) -> None:
    """What looks like a secret is refused in the file; a secret by a harmless name is not."""
    for path in ("/page", "/fault", "/nothing", "/loop"):
        for found in (await _app(f"{site}{path}?x=Zq1canary"), await _probe(f"{site}{path}?x=Zq1canary")):
            assert "Zq1canary" not in " ".join(found.sentences)
