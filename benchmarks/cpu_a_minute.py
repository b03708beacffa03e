"""
What watching costs: CPU time a minute at a scrape and a poll every 15 seconds, beside the exporters that teams have.

Redis: 1,000 queues with four priorities, which for redis_exporter are 4,000 keys. PostgreSQL: what each reads by
default. Idle: a Vigie whose sources are all off, against node_exporter without a collector. Both sides of a row run at
the same time and are scraped at the same moments, and all their processes' CPU time counts, polls included.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.kit.scraper import Scraper, cpu_seconds
from deploy.native.tools import binary
from tests.real.postgres import postgres_server
from tests.real.process import answers, free_port, running
from tests.real.redis import redis_server

PACE = 15
QUEUES = [f"queue-{number}" for number in range(1000)]
STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")
Server = tuple[int, int]
"""Port and process id."""


@contextlib.contextmanager
def vigie(folder: Path, sources: str) -> Iterator[Server]:
    """Vigie with these sources."""
    port = free_port()
    config = folder / "vigie.yaml"
    config.write_text(f"product: bench\nsources: {sources}\n")
    command: list[str | Path] = [sys.executable, "-m", "vigie", "serve", "--config", config]
    with running([*command, "--web.listen-address", f"127.0.0.1:{port}"], _ready(port), folder / "vigie.log") as it:
        yield port, it.pid


@contextlib.contextmanager
def exporter(folder: Path, name: str, *arguments: str, **environment: str) -> Iterator[Server]:
    """Another exporter."""
    port = free_port()
    command: list[str | Path] = [binary(name), *arguments, "--web.listen-address", f"127.0.0.1:{port}"]
    if environment:
        command = ["/usr/bin/env", *(f"{key}={value}" for key, value in environment.items()), *command]
    with running(command, _ready(port), folder / f"{name}.log") as it:
        yield port, it.pid


@contextlib.contextmanager
def queues(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Both beside a Redis with many queues."""
    with redis_server(folder) as server, server.client() as client:
        keys = [queue + step for queue in QUEUES for step in STEPS]
        for key in keys[::2]:
            client.lpush(key, "message")
        names = ", ".join(QUEUES)
        sources = f"{{celery: {{broker: '{server.url()}', queues: [{names}], events: false, max_series: 9000}}}}"
        wanted = f"--check-single-keys={','.join(f'db0={key}' for key in keys)}"
        with (
            vigie(folder, sources) as ours,
            exporter(folder, "redis_exporter", f"--redis.addr={server.url()}", wanted) as peer,
        ):
            yield ours, peer


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Both beside a PostgreSQL."""
    with postgres_server(folder) as server:
        dsn = server.dsn()
        sources = f"{{postgres: {{dsn: '{dsn}', signups: false}}}}"
        plain = {"DATA_SOURCE_NAME": f"{dsn}?sslmode=disable"}
        with vigie(folder, sources) as ours, exporter(folder, "postgres_exporter", **plain) as peer:
            yield ours, peer


@contextlib.contextmanager
def idle(folder: Path) -> Iterator[tuple[Server, Server]]:
    """Both with nothing to do."""
    with (
        vigie(folder, "{}") as ours,
        exporter(folder, "node_exporter", "--collector.disable-defaults", "--collector.time") as peer,
    ):
        yield ours, peer


def measure(servers: Sequence[Server], minutes: float) -> list[tuple[float, int]]:
    """CPU milliseconds a minute of each, and the series of its page."""
    with contextlib.ExitStack() as open_:
        scrapers = [open_.enter_context(Scraper(port)) for port, _ in servers]
        for _ in range(2):
            _scrape(scrapers)
        before = [cpu_seconds(pid) for _, pid in servers]
        for _ in range(round(minutes * 60 / PACE)):
            time.sleep(PACE)
            _scrape(scrapers)
        series = [_series(port) for port, _ in servers]
        used = [cpu_seconds(pid) - start for (_, pid), start in zip(servers, before, strict=True)]
    return [(1000 * each / minutes, count) for each, count in zip(used, series, strict=True)]


def _scrape(scrapers: Sequence[Scraper]) -> None:
    for scraper in scrapers:
        scraper.scrape()


def _series(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return len(re.findall(rb"^[^#\n]", answer.read(), re.MULTILINE))


def _ready(port: int) -> Callable[[], bool]:
    return lambda: answers(port)


ROWS = {
    "1,000 queues, 4 priorities": ("redis_exporter", queues),
    "PostgreSQL": ("postgres_exporter", postgres),
    "idle": ("node_exporter", idle),
}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=1)
    minutes = arguments.parse_args().minutes
    for title, (peer, beside) in ROWS.items():
        with tempfile.TemporaryDirectory() as name, beside(Path(name)) as servers:
            (ours, our_series), (theirs, their_series) = measure(servers, minutes)
        print(
            f"{title:28} Vigie {ours:6.0f} ms ({our_series:>5,} series)   "
            f"{peer} {theirs:6.0f} ms ({their_series:>5,} series)   {ours / theirs:5.2f} x"
        )


if __name__ == "__main__":
    main()
