"""
How fast Vigie catches up with Stripe's events after it was away, and whether its memory stays flat meanwhile.

Measured is all that Vigie does with them: HTTP over loopback, JSON, counting, and one transaction per page in a real
state file. The vendor is outside of it: a process on the other core that fills ready-made pages (100 events of about
3 KB each, one in ten a failed charge, indented as Stripe indents) with ids of their own. Vigie's process, its threads
included, has one core.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec

from demo.vendors.stripe import life, objects
from vigie.core.logs import logger
from vigie.core.poller import poll_once
from vigie.core.source import Context
from vigie.core.state import Batch, State
from vigie.sources.stripe import StripeConfig, StripeSource
from vigie.sources.stripe.families import ATTEMPTS
from vigie.sources.stripe.journal import READING
from vigie.sources.stripe.progress import Progress

NOW = 1_795_000_000
PAGE = 100
AWAY = Progress(NOW - 86_400, NOW - 86_400, NOW - 86_400)
"""How far Vigie had read when it went away for a day."""
_FILLER = {f"detail_{number}": {"checks": "pass", "value": None, "text": "x" * 40} for number in range(12)}


def pages(total: int) -> Iterator[bytes]:
    """The pages of a day with `total` events, newest first; ids and times go where the templates have marks."""
    paid = objects.charge("ch_ID", 2900, "eur", **_FILLER)
    failed = objects.failed_charge("ch_ID", 2900, "eur", "card_declined")
    kinds = [("charge.failed", failed | _FILLER)] + [("charge.succeeded", paid)] * 9
    shapes = [json.dumps(objects.event("ID", kind, -1, thing), indent=2) for kind, thing in kinds]
    for first in range(0, total, PAGE):
        numbers = range(first, first + PAGE)
        bodies = (
            shapes[number % 10].replace("ID", life.event_id(number)).replace(": -1", f": {at}")
            for number, at in ((number, NOW - 61 - number * 86_000 // total) for number in numbers)
        )
        more = "true" if first + PAGE < total else "false"
        yield f'{{"object": "list", "data": [{",".join(bodies)}], "has_more": {more}, "url": "/v1/events"}}'.encode()


def serve(port: int, total: int, core: int) -> None:
    """Answer as Stripe, page after page."""
    os.sched_setaffinity(0, {core})
    feed = pages(total)
    ready = [next(feed)]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).decode()
                path = urlsplit(request.split()[1])
                query = parse_qs(path.query)
                wanted = path.path == "/v1/events" and "delivery_success" not in query
                body = ready.pop() if wanted else b'{"object": "list", "data": [], "has_more": false}'
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
                writer.write(b"content-length: %d\r\n\r\n" % len(body))
                writer.write(body)
                await writer.drain()
                if wanted:  # made while Vigie works on the one before
                    ready.append(next(feed, b""))

    async def run() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", port) as server:
            await server.serve_forever()

    asyncio.run(run())


def memory() -> float:
    """Resident MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


async def catch_up(url: str, state: State, total: int) -> None:
    """Poll until all is read; print rate and memory."""
    config = StripeConfig.model_validate({"base_url": url, "api_key": "rk_live_benchmark", "timeout": "5s"})
    source = StripeSource(config, Context("bench", logger(), lambda: float(NOW), state=state))
    source.context.budget.limit = None
    began, spent, early = time.perf_counter(), time.process_time(), 0.0
    counted, polls = 0.0, 0
    while counted < total:
        outcome = await poll_once(source)
        if outcome.poll is None:
            raise SystemExit(str(outcome.errors[0]))
        counted, polls = sum(outcome.poll.families.values[ATTEMPTS].values()), polls + 1
        early = early or memory()
        print(f"  {counted:>9,.0f} events after {time.perf_counter() - began:5.1f} s, {memory():.0f} MiB")
    seconds = time.perf_counter() - began
    cpu = time.process_time() - spent
    print(f"{counted:,.0f} events in {polls} polls: {counted / seconds:,.0f} a second;", end=" ")
    print(
        f"{1e6 * cpu / counted:.0f} us CPU an event, which is {counted / cpu:,.0f} a second on a core of its own;",
        end=" ",
    )
    print(f"memory {early:.0f} MiB after the first poll, {memory():.0f} MiB after the last")
    await source.close()


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=200_000)
    total = arguments.parse_args().events
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(port, total, cores[0]))
    server.start()
    try:
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        with tempfile.TemporaryDirectory() as folder:
            state = State(Path(folder) / "vigie.db")
            state.ingest("stripe", Batch([], {READING: msgspec.json.encode(AWAY).decode()}))
            asyncio.run(catch_up(f"http://127.0.0.1:{port}", state, total))
            state.close()
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
