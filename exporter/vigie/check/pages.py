"""
The pages that others will ask: `app.metrics` as Prometheus does, `probes` as blackbox_exporter does.

They are asked from where `vigie check` runs, which may be another place than that of Prometheus; a page that cannot be
reached says so.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from vigie.check.access import Access
from vigie.check.finding import Finding, Kind, Verdict
from vigie.config.targets import Target
from vigie.core.files import UnreadableError
from vigie.core.lean import import_without_colours
from vigie.core.network import why

import_without_colours("httpx")

import httpx  # noqa: E402 - see above

TIMEOUT: Final = 10.0
"""Seconds: `scrapeTimeout` of the mixin, and what its probes have with the way there."""
LARGEST: Final = 32 * 2**20
"""Bytes of the largest page of metrics that is read."""
_SCRAPE: Final = {
    "accept": "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    "x-prometheus-scrape-timeout-seconds": f"{TIMEOUT:g}",
}
_PROBE: Final = {"accept": "*/*"}
_OPENMETRICS: Final = "application/openmetrics-text"
_FORMATS: Final = {"text/plain", _OPENMETRICS}
"""Content types that Prometheus 3 reads without being told to; any other, or none, fails the scrape."""
_EXPECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "instrumentator": ("http_requests_total", "http_request_duration_highr_seconds"),
    "otel": ("http_server_request_duration_seconds",),
}
"""Families that the rules ask the application for, by `numbers.http`; signals/http.libsonnet has the same names."""
_CERTIFICATE: Final = re.compile(r"certificate verify failed: (?P<why>[^(]*)")


@dataclass(frozen=True, slots=True)
class Page:
    """
    A page to ask.

    Attributes:
        kind: Who will ask it: Prometheus for `app`, blackbox_exporter for `probe`.
        name: Its name in `vigie.yaml`.
        target: Where it is, and the credentials that it asks for.
        families: Names of metrics that must be on it.
    """

    kind: Kind
    name: str
    target: Target
    families: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The URL without what may be a secret: user, password, query."""
        parts = urlsplit(self.target.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def expected(http: str) -> tuple[str, ...]:
    """Families that an application must export where `numbers.http` is this; none where it is not the application."""
    return _EXPECTED.get(http, ())


async def try_page(page: Page) -> Finding:
    """Ask a page; never raises because of what it answers."""
    try:
        access = Access.of(page.target)
    except UnreadableError as error:
        why = f"not asked, because {error}; {_asker(page)} reads this file where it runs"
        return Finding(page.kind, page.name, "off", (why,))
    started = time.perf_counter()
    verdict: Verdict = "failed"
    sentences: tuple[str, ...]
    try:
        async with asyncio.timeout(TIMEOUT):
            response, body = await _get(page, access)
    except (TimeoutError, httpx.TimeoutException):
        sentences = (f"{page.shown} did not answer within {TIMEOUT:g} s; {_elsewhere(page)}",)
    except httpx.TooManyRedirects:
        sentences = (f"{page.shown} redirects more than ten times",)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        sentences = (_unreached(page, error),)
    else:
        taken = time.perf_counter() - started
        complaints = tuple(_complaints(page, response, body))
        summary = f"{page.shown} answered {_status(response)} in {taken * 1000:.0f} ms"
        verdict = "ok" if not complaints else "partly" if response.is_success else "failed"
        sentences = (summary, *complaints)
    return Finding(page.kind, page.name, verdict, sentences, time.perf_counter() - started)


async def _get(page: Page, access: Access) -> tuple[httpx.Response, bytes]:
    body = bytearray()
    async with (
        httpx.AsyncClient(
            headers={"user-agent": "Vigie", **(_SCRAPE if page.kind == "app" else _PROBE), **access.headers},
            auth=access.auth,
            verify=access.authorities,
            follow_redirects=not access.has_credentials,  # as in the rendered configuration
            max_redirects=10,
            timeout=TIMEOUT,
            trust_env=False,  # neither Prometheus nor blackbox_exporter asks by way of a proxy unless it is told to
        ) as client,
        client.stream("GET", page.target.url) as response,
    ):
        async for chunk in response.aiter_bytes():
            if len(body) > LARGEST:
                break
            body += chunk
    return response, bytes(body)


def _complaints(page: Page, response: httpx.Response, body: bytes) -> Iterable[str]:
    if not response.is_success:
        yield _refused(page, response)
    elif page.kind == "app":
        yield from _unreadable(page, response, body)


def _refused(page: Page, response: httpx.Response) -> str:
    status = response.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        if page.target.basic or page.target.bearer:
            return "it refuses the credentials"
        return f"it asks for credentials; give {page.name} `basic` or `bearer`"
    if status == HTTPStatus.NOT_FOUND:
        return f"there is nothing at this address; check {page.name}"
    return "only a 2xx status counts as an answer"


def _unreadable(page: Page, response: httpx.Response, body: bytes) -> Iterable[str]:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMATS:
        yield (
            f"Prometheus does not read its content type, {kind or 'which is missing'}; "
            f"check that {page.name} is the address of its metrics"
        )
        return
    if len(body) > LARGEST:
        yield f"it is larger than {LARGEST // 2**20} MiB"
        return
    try:
        present = _families(body.decode(), kind)
    except ValueError:  # also of bytes that are not UTF-8
        yield "Prometheus cannot read it: it is not in the text format that its content type promises"
        return
    absent = [family for family in page.families if family not in present]
    if absent:
        yield (
            f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not there, which the alerts on requests, "
            "errors and response times need; send a first request, instrument the application, or set numbers.http "
            "(docs/numbers.md)"
        )


def _families(text: str, kind: str) -> set[str]:
    """Names under which the page has something: of families, and of their samples."""
    parse = openmetrics.text_string_to_metric_families if kind == _OPENMETRICS else text_string_to_metric_families
    names: set[str] = set()
    for family in parse(text):
        total = {f"{family.name}_total"} if family.type == "counter" else set()
        names |= {family.name, *total, *(sample.name for sample in family.samples)}
    return names


def _status(response: httpx.Response) -> str:
    redirects = len(response.history)
    after = f" after {redirects} redirect{'s' * (redirects != 1)}" if redirects else ""
    return f"{response.status_code}{after}"


def _unreached(page: Page, error: Exception) -> str:
    text = str(error)
    certificate = _CERTIFICATE.search(text)
    if certificate is not None:
        return f"{page.shown} has a certificate that cannot be trusted: {certificate['why'].strip()}"
    if "SSL" in text or "TLS" in text:
        return f"{page.shown} does not complete the TLS handshake; check https:// and the port"
    if isinstance(error, httpx.ConnectError):
        return f"{page.shown} cannot be reached: {why(error)}; {_elsewhere(page)}"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return f"{page.shown} is no address that can be asked; check {page.name}"
    return f"{page.shown} broke the connection off, or does not speak HTTP"


def _elsewhere(page: Page) -> str:
    return f"this is how it looks from here, and {_asker(page)} asks from where it runs"


def _asker(page: Page) -> str:
    return "Prometheus" if page.kind == "app" else "blackbox_exporter"
