"""
What a scrape costs: Vigie's page against a static response of the same bytes from the same server.

Prints milliseconds and the ratio of the two, for 1,000 to 100,000 series, plain and gzipped; then the same scrape while
every upstream hangs. Requests alternate between the two, so that noise of the machine meets both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import multiprocessing
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from pydantic import SecretStr
from starlette.responses import Response
from starlette.routing import Route

from vigie.config.document import Document
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.exposition import Page, assemble, encode
from vigie.core.families import Families, gauge
from vigie.core.logs import Redactor
from vigie.core.source import SourceConfig
from vigie.sources import SOURCES
from vigie.watch import Watch
from vigie.web.app import Face, make_app

SIZE = gauge("bench_size_bytes", "Made-up sizes of things with realistic labels.", "queue_name", "hostname")
HUNG = {
    "redis": {"url": "redis://127.0.0.1:{port}"},
    "postgres": {"dsn": "postgresql://vigie@127.0.0.1:{port}/app"},
    "celery": {"broker": "redis://127.0.0.1:{port}"},
}


def page_of(series: int) -> Page:
    """A page with that many series."""
    families = Families()
    for number in range(series):
        families.add(SIZE, number * 1.5, f"queue-{number % 500}", f"celery@worker-{number // 500}")
    return assemble([encode(families)])


def serve(port: int, series: int, upstream: int | None) -> None:
    """Serve /metrics and, of the same bytes, /static; with `upstream`, poll sources that hang on that port."""
    sources: dict[str, SourceConfig] = {}
    if upstream:
        for name, settings in HUNG.items():
            filled = {key: SecretStr(value.format(port=upstream)) for key, value in settings.items()}
            sources[name] = SOURCES[name].config_type.model_validate(filled)
    document = Document(Path("vigie.yaml"), {}, {})
    watch = Watch(Configuration(document, Product(product="bench", sources=sources), {}, frozenset()))
    page = page_of(series)

    async def reload() -> None:
        """Nothing is reloaded here."""

    async def static(_request: object) -> Response:
        return Response(page.text.plain, headers={"content-type": page.text.content_type})

    async def static_gzip(_request: object) -> Response:
        headers = {"content-type": page.text.content_type, "content-encoding": "gzip"}
        return Response(page.text.gzipped, headers=headers)

    app = make_app(Face(watch, reload, Redactor(), Path()))
    app.router.routes += [Route("/static", static), Route("/static-gzip", static_gzip)]

    async def run() -> None:
        watch.board.make_page = lambda: page  # type: ignore[method-assign]
        watch.board.page = page
        polling = [asyncio.create_task(watch.start())] if sources else []
        await uvicorn.Server(uvicorn.Config(app, port=port, log_level="error")).serve()
        await asyncio.gather(*polling)

    asyncio.run(run())


@contextlib.contextmanager
def served(series: int, upstream: int | None = None) -> Iterator[http.client.HTTPConnection]:
    """A server in a process of its own, and a connection to it."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, series, upstream))
    process.start()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    while True:
        try:
            connection.connect()
            break
        except ConnectionRefusedError:
            if not process.is_alive():
                raise
            time.sleep(0.05)
    try:
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.join()


def get(connection: http.client.HTTPConnection, path: str, *, gzip: bool) -> float:
    """Milliseconds of one request."""
    started = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip" if gzip else "identity"})
    connection.getresponse().read()
    return (time.perf_counter() - started) * 1000


def compare(connection: http.client.HTTPConnection, rounds: int, *, gzip: bool) -> tuple[list[float], list[float]]:
    """Times of the page and of the static response, asked in turn."""
    static = "/static-gzip" if gzip else "/static"
    pairs = [(get(connection, "/metrics", gzip=gzip), get(connection, static, gzip=gzip)) for _ in range(rounds)]
    return [page for page, _ in pairs], [static for _, static in pairs]


def p99(times: list[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(times, n=100)[98]


def row(what: str, page: list[float], floor: list[float]) -> str:
    """One line of the table."""
    median, base = statistics.median(page), statistics.median(floor)
    return (
        f"{what:34} p50 {median:7.2f} ms ({median / base:4.2f} x static)   "
        f"p99 {p99(page):7.2f} ms ({p99(page) / p99(floor):4.2f} x static)"
    )


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=300)
    rounds = arguments.parse_args().rounds
    for series in (1_000, 10_000, 100_000):
        with served(series) as connection:
            for gzip in (False, True):
                compare(connection, 20, gzip=gzip)
                page, floor = compare(connection, rounds, gzip=gzip)
                print(row(f"{series:>7,} series, {'gzip' if gzip else 'plain'}", page, floor))
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:  # accepts, and never answers
        upstream = silent.getsockname()[1]
        with served(10_000) as calm, served(10_000, upstream) as hung:
            pairs = [(get(hung, "/metrics", gzip=True), get(calm, "/metrics", gzip=True)) for _ in range(rounds)]
        times, base = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        print(row(" 10,000 series, every upstream hung", times, base).replace("static", "calm"))


if __name__ == "__main__":
    main()
