"""
What counting Celery's events costs: Vigie against Celery's own receiver and state, on which other exporters are built.

Messages are as on the wire: Celery's own dispatcher makes one of each kind, then ids are put in. Of each task the
client's `task-sent` travels alone, the worker's three events in lists of 24. Publisher and Redis share one core, the
listener has the other for itself. Prints events counted, CPU time per event and memory; a ratio is the other's figure
divided by Vigie's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import redis
from celery import Celery
from structlog import get_logger

from tests.real.redis import redis_server
from vigie.core.families import Families
from vigie.core.source import Context
from vigie.sources.celery import CelerySource
from vigie.sources.celery.config import CeleryConfig

ROUND = 90
"""Messages that are published in one round trip."""
STEPS = {"task-received", "task-started", "task-succeeded", "task-sent"}
Pipe = Connection
Numbers = dict[str, float]


def templates(url: str) -> dict[str, dict[str, object]]:
    """One event of each kind, taken from what Celery's dispatcher puts on the wire."""
    caught: dict[str, dict[str, object]] = {}
    with Celery(broker=url).connection() as connection, redis.Redis.from_url(url).pubsub() as listener:
        listener.psubscribe("/0.celeryev/*")
        listener.get_message(timeout=1)
        with Celery(broker=url).events.Dispatcher(connection, hostname="celery@worker-1") as told:
            common = {"name": "shop.tasks.charge_customer", "args": "(4711,)", "kwargs": "{'currency': 'EUR'}"}
            ids = {"root_id": str(uuid4()), "parent_id": None, "retries": 0, "eta": None, "expires": None}
            told.send("task-sent", uuid="ID", **common, **ids, queue="celery", exchange="", routing_key="celery")
            told.send("task-received", uuid="ID", **common, **ids)
            told.send("task-started", uuid="ID")
            told.send("task-succeeded", uuid="ID", result="{'charged': True, 'amount': 4711}", runtime=0.0421)
        while (message := listener.get_message(timeout=1)) is not None:
            envelope = json.loads(message["data"])
            caught[message["channel"].decode().partition("/0.celeryev/")[2]] = envelope
    return caught


def messages(made: dict[str, dict[str, object]]) -> Iterator[tuple[str, bytes, int]]:
    """Topic, message and number of events, for ever; lists hold the steps of eight tasks."""
    sent, *steps = (_text(made[f"task.{step}"]) for step in ("sent", "received", "started", "succeeded"))
    shell = json.dumps({**made["task.started"], "body": "BODY"}).replace("task.started", "task.multi")
    alone = json.dumps({**made["task.sent"], "body": "BODY"})
    while True:
        ids = [str(uuid4()) for _ in range(8)]
        for task in ids:
            yield "/0.celeryev/task.sent", _fill(alone, sent.replace("ID", task)), 1
        body = ", ".join(step.replace("ID", task) for step in steps for task in ids)
        yield "/0.celeryev/task.multi", _fill(shell, f"[{body}]"), 24


def _text(envelope: dict[str, object]) -> str:
    return json.dumps(json.loads(b64decode(str(envelope["body"]))))


def _fill(shell: str, body: str) -> bytes:
    return shell.replace("BODY", b64encode(body.encode()).decode()).encode()


def publish(url: str, events: int, rate: float | None, made: dict[str, dict[str, object]]) -> float:
    """Publish so many events, at `rate` a second or in one burst from memory; seconds that it took."""
    client = redis.Redis.from_url(url)
    stream = messages(made)
    wanted = list(islice(stream, events * 9 // 32)) if rate is None else None
    began, done = time.perf_counter(), 0
    pipeline = client.pipeline(transaction=False)
    for topic, message, count in wanted or stream:
        pipeline.publish(topic, message)
        done += count
        if len(pipeline) >= ROUND:
            pipeline.execute()
            if rate is not None:
                time.sleep(max(0.0, began + done / rate - time.perf_counter()))
        if done >= events:
            break
    pipeline.execute()
    return time.perf_counter() - began


def memory() -> float:
    """Resident MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def counted(families: Families) -> float:
    """Task events in a poll."""
    names = {f"celery_task_{step.removeprefix('task-')}_total" for step in STEPS}
    return sum(sum(found.values()) for family, found in families.values.items() if family.name in names)


def _value(families: Families, name: str) -> float:
    return sum(sum(found.values()) for family, found in families.values.items() if family.name == name)


def vigie(url: str, pipe: Pipe) -> None:
    """Listen as in production, with a poll each second."""
    asyncio.run(_vigie(url, pipe))


async def _vigie(url: str, pipe: Pipe) -> None:
    config = CeleryConfig.model_validate({"broker": url, "queues": ["celery"], "inspect_interval": "0s"})
    source = CelerySource(config, Context("bench", get_logger(), time.time, None))
    await source.start()
    while not _value((await source.poll()).families, "vigie_celery_events_connected"):  # noqa: ASYNC110 - a thread sets it
        await asyncio.sleep(0.05)
    pipe.send("ready")
    while True:
        families = (await source.poll()).families
        if pipe.poll():
            pipe.recv()
            pipe.send(
                {
                    "counted": counted(families),
                    "cpu": time.process_time(),
                    "memory": memory(),
                    "said": _value(families, "vigie_celery_events_interruptions_total")
                    + _value(families, "vigie_celery_events_dropped_total"),
                }
            )
        await asyncio.sleep(0.5)


def peer(url: str, pipe: Pipe) -> None:
    """Celery's own loop: receive, keep the state of tasks, count by name, worker and queue."""
    app = Celery(broker=url)
    state = app.events.State()
    counts: Counter[tuple[object, ...]] = Counter()

    def count(event: dict[str, object]) -> None:
        state.event(event)
        task = state.tasks.get(event["uuid"])
        counts[event["type"], task.name, task.hostname, getattr(task, "queue", None)] += 1

    def listen() -> None:
        with app.connection() as connection, contextlib.suppress(redis.ConnectionError, OSError):
            app.events.Receiver(connection, handlers={"*": count}).capture(wakeup=False)

    threading.Thread(target=listen, daemon=True).start()
    while not redis.Redis.from_url(url).pubsub_numpat():
        time.sleep(0.05)
    pipe.send("ready")
    while True:
        pipe.recv()
        pipe.send(_peer_numbers(counts))


def _peer_numbers(counts: Counter[tuple[object, ...]]) -> Numbers:
    return {"counted": sum(counts.values()), "cpu": time.process_time(), "memory": memory(), "said": 0}


class Listener:
    """A listener in a process and on a core of its own."""

    def __init__(self, work: Callable[[str, Pipe], None], url: str) -> None:
        fresh = multiprocessing.get_context("spawn")  # a fork would begin with the publisher's memory
        self._pipe, theirs = fresh.Pipe()
        self._process = fresh.Process(target=_alone, args=(work, url, theirs), daemon=True)
        self._process.start()
        self._pipe.recv()

    def numbers(self) -> Numbers:
        """What it has counted and cost so far."""
        self._pipe.send("tell")
        told: Numbers = self._pipe.recv()
        return told

    def settle(self, expected: float, patience: float = 20) -> Numbers:
        """What it has counted when it has counted all, or counts no more."""
        deadline = time.monotonic() + patience
        numbers = self.numbers()
        while numbers["counted"] < expected and time.monotonic() < deadline:
            time.sleep(0.5)
            numbers = self.numbers()
        return numbers

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


def _alone(work: Callable[[str, Pipe], None], url: str, pipe: Pipe) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    work(url, pipe)


def run(
    work: Callable[[str, Pipe], None], url: str, events: int, rate: float | None, made: dict[str, dict[str, object]]
) -> Numbers:
    """One listener, one load; what that load cost."""
    listener = Listener(work, url)
    try:
        before = listener.numbers()
        seconds = publish(url, events, rate, made)

        after = listener.settle(events)

    finally:
        listener.close()
    got = after["counted"] - before["counted"]
    return {
        "counted": got,
        "lost": events - got,
        "microseconds": 1e6 * (after["cpu"] - before["cpu"]) / max(got, 1),
        "rate": events / seconds,
        "memory before": before["memory"],
        "memory after": after["memory"],
        "said": after["said"],
    }


def show(title: str, numbers: Numbers) -> None:
    """One line."""
    print(
        f"  {title:<34}{numbers['counted']:>9,.0f} counted {numbers['lost']:>8,.0f} lost (said {numbers['said']:.0f})"
        f" {numbers['microseconds']:>6.1f} us CPU an event, {numbers['rate']:>7,.0f} events/s sent,"
        f" memory {numbers['memory before']:.0f} to {numbers['memory after']:.0f} MiB"
    )


def main() -> None:
    """Run all loads."""
    others = set(os.sched_getaffinity(0)) - {max(os.sched_getaffinity(0))}
    os.sched_setaffinity(0, others or os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as server:
        url = server.url()
        made = templates(url)
        print("events at 4,000 a second, 24,000 of them")
        ours, theirs = run(vigie, url, 24_000, 4_000, made), run(peer, url, 24_000, 4_000, made)
        show("Vigie", ours)
        show("Celery's receiver and state", theirs)
        print(f"  ratio: {theirs['microseconds'] / ours['microseconds']:.1f}")
        print("a burst of 200,000 events, as fast as Redis takes them")
        show("Vigie", run(vigie, url, 200_000, None, made))
        show("Celery's receiver and state", run(peer, url, 200_000, None, made))
        print("1,000,000 events at 30,000 a second")
        show("Vigie", run(vigie, url, 1_000_000, 30_000, made))


if __name__ == "__main__":
    main()
