"""
What a scrape costs: Vigie's page against nginx, which sends the same bytes from files, and against redis_exporter.

nginx is the floor: it shares nothing with Vigie, and does nothing but send. Scrapes alternate between the two, so that
noise of the machine meets both alike. Then the same while every upstream hangs; and last Vigie and redis_exporter
beside one Redis, both scraped once a second, with all the CPU time that this takes, polls included.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import SecretStr

from benchmarks.kit.scraper import Scraper, cpu_seconds
from deploy.native.tools import binary
from tests.real.process import answers, free_port, running
from tests.real.redis import redis_server
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
from vigie.web.http_server import HttpServer, listen
from vigie.web.limits import Limits

SIZE = gauge("bench_size_bytes", "Made-up sizes of things with realistic labels.", "queue_name", "hostname")
HUNG = {
    "redis": {"url": "redis://127.0.0.1:{port}"},
    "postgres": {"dsn": "postgresql://vigie@127.0.0.1:{port}/app"},
    "celery": {"broker": "redis://127.0.0.1:{port}"},
}
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; gzip_static on; types {{ }} default_type "application/openmetrics-text; version=1.0.0; charset=utf-8";
  keepalive_requests 1000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def page_of(series: int) -> Page:
    """A page with that many series."""
    families = Families()
    for number in range(series):
        families.add(SIZE, number * 1.5, f"queue-{number % 500}", f"celery@worker-{number // 500}")
    return assemble([encode(families)])


def serve(port: int, page: Page, upstream: int | None) -> None:
    """Answer scrapes with a page; with `upstream`, poll sources that hang on that port."""
    sources: dict[str, SourceConfig] = {}
    if upstream:
        for name, settings in HUNG.items():
            filled = {key: SecretStr(value.format(port=upstream)) for key, value in settings.items()}
            sources[name] = SOURCES[name].config_type.model_validate(filled)
    document = Document(Path("vigie.yaml"), {}, {})
    watch = Watch(Configuration(document, Product(product="bench", sources=sources), {}, frozenset()))

    async def reload() -> None:
        """Nothing is reloaded here."""

    async def run() -> None:
        watch.board.make_page = lambda: page  # type: ignore[method-assign]
        watch.board.page = page
        polling = [asyncio.create_task(watch.start())] if sources else []
        app = make_app(Face(watch, reload, Redactor(), Path()))
        await HttpServer(app, listen("127.0.0.1", port), None, Limits()).serve()
        await asyncio.gather(*polling)

    asyncio.run(run())


@contextlib.contextmanager
def vigie(page: Page, upstream: int | None = None) -> Iterator[tuple[int, int]]:
    """Vigie's listener in a process of its own: its port and process id."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, page, upstream))
    process.start()
    while not answers(port):
        if not process.is_alive():
            raise RuntimeError("Vigie did not start")
        time.sleep(0.05)
    try:
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join()


@contextlib.contextmanager
def nginx(page: Page, folder: Path) -> Iterator[tuple[int, int]]:
    """Nginx with the page's bytes in files, plain and compressed: its port and process id."""
    port = free_port()
    (folder / "metrics").write_bytes(page.openmetrics.plain)
    (folder / "metrics.gz").write_bytes(page.openmetrics.gzipped)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    command: list[str | Path] = [binary("nginx"), "-c", folder / "nginx.conf", "-p", folder]
    with running(command, lambda: answers(port), folder / "nginx.log") as process:
        yield port, process.pid


Times = Sequence[tuple[float, ...]]


def in_turn(scrapers: Sequence[Scraper], rounds: int) -> Times:
    """Milliseconds of scrapes, one of each scraper per round."""
    for _ in range(20):
        for scraper in scrapers:
            scraper.scrape()
    return [tuple(scraper.scrape() for scraper in scrapers) for _ in range(rounds)]


def costs(targets: Sequence[tuple[int, int]], rounds: int, *, gzip: bool) -> tuple[Times, list[float]]:
    """Milliseconds of scrapes of each target in turn, and each one's CPU milliseconds a scrape."""
    with contextlib.ExitStack() as open_:
        scrapers = [open_.enter_context(Scraper(port, gzip=gzip)) for port, _ in targets]
        before = [cpu_seconds(pid) for _, pid in targets]
        times = in_turn(scrapers, rounds)
        cpu = [
            (cpu_seconds(pid) - start) * 1000 / (rounds + 20) for (_, pid), start in zip(targets, before, strict=True)
        ]
    return times, cpu


def row(what: str, floor: str, times: Times, cpu: Sequence[float]) -> str:
    """One line of the table: the first target's figures, and how many times the second's they are."""
    ours, base = zip(*times, strict=True)
    cells = [
        (name, of(ours), of(base))
        for name, of in (("p50", statistics.median), ("p99", lambda all_: statistics.quantiles(all_, n=100)[98]))
    ]
    cells.append(("CPU", cpu[0], cpu[1]))
    texts = [f"{name} {mine:7.2f} ms ({mine / other:5.2f} x {floor})" for name, mine, other in cells]
    return f"{what:34} {'   '.join(texts)}"


def against_the_floor(rounds: int) -> None:
    """Print what pages of several sizes cost, plain and compressed."""
    for series in (1_000, 10_000, 100_000):
        page = page_of(series)
        with tempfile.TemporaryDirectory() as folder, vigie(page) as ours, nginx(page, Path(folder)) as floor:
            for gzip in (False, True):
                times, cpu = costs([ours, floor], rounds, gzip=gzip)
                print(row(f"{series:>7,} series, {'gzip' if gzip else 'plain'}", "nginx", times, cpu))


def with_hung_upstreams(rounds: int) -> None:
    """Print what a scrape costs while no source answers, against a Vigie without sources."""
    page = page_of(10_000)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:  # accepts, and never answers
        upstream = silent.getsockname()[1]
        with vigie(page, upstream) as hung, vigie(page) as calm:
            times, cpu = costs([hung, calm], rounds, gzip=True)
            print(row(" 10,000 series, every upstream hung", "calm", times, cpu))


def against_redis_exporter(seconds: int) -> None:
    """Print what watching a Redis costs when it is scraped once a second and read once a second."""
    with tempfile.TemporaryDirectory() as name, redis_server(Path(name)) as server:
        folder = Path(name)
        ours, theirs = free_port(), free_port()
        (folder / "vigie.yaml").write_text(
            f"product: bench\nsources:\n  redis:\n    url: {server.url()}\n    interval: 1s\n"
        )
        vigie_: list[str | Path] = [sys.executable, "-m", "vigie", "serve", "--config", folder / "vigie.yaml"]
        exporter: list[str | Path] = [
            binary("redis_exporter"),
            "--redis.addr",
            server.url(),
            "--web.listen-address",
            f"127.0.0.1:{theirs}",
        ]
        with (
            running([*vigie_, "--web.listen-address", f"127.0.0.1:{ours}"], _ready(ours), folder / "vigie.log") as one,
            running(exporter, _ready(theirs), folder / "exporter.log") as other,
            Scraper(ours) as our_scraper,
            Scraper(theirs) as their_scraper,
        ):
            in_turn([our_scraper, their_scraper], 1)
            before = cpu_seconds(one.pid), cpu_seconds(other.pid)
            times = []
            for _ in range(seconds):
                times += [(our_scraper.scrape(), their_scraper.scrape())]
                time.sleep(1)
            used = cpu_seconds(one.pid) - before[0], cpu_seconds(other.pid) - before[1]
        cpu = [each * 1000 / seconds for each in used]
        print(row("one Redis, each second, with polls", "redis_exporter", times, cpu))


def _ready(port: int) -> Callable[[], bool]:
    return lambda: answers(port)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=300)
    arguments.add_argument("--seconds", type=int, default=30)
    chosen = arguments.parse_args()
    against_the_floor(chosen.rounds)
    with_hung_upstreams(chosen.rounds)
    against_redis_exporter(chosen.seconds)


if __name__ == "__main__":
    main()
