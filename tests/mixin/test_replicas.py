"""Two Alertmanagers that know of each other: each message comes once, and all of them when one is dead."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.mixin.alertmanager import Alertmanager, Collector, Ways, alert, collecting, hastened, over, routing_of
from tests.real.process import answers, free_port, running, wait_until
from tests.real.tools import binary
from vigie.render import write

GOSSIP = ("--cluster.peer-timeout=500ms", "--cluster.gossip-interval=50ms", "--cluster.pushpull-interval=500ms")
"""In the time of the test: by default the second waits 15 seconds for what the first did."""


@contextlib.contextmanager
def replica(folder: Path, collector: Collector, port: int, meets: int, peer: int | None) -> Iterator[Alertmanager]:
    """One Alertmanager with the rendered routing, which other replicas meet on a port and which looks for a peer."""
    folder.mkdir()
    write(routing_of({"channels": Ways(folder, collector).everyday()}, folder), folder)
    config = folder / "alertmanager" / "alertmanager.yaml"
    # as with the real times, a group is looked at more rarely than the second waits for the first
    config.write_text(hastened(config.read_text()).replace("group_interval: 300ms", "group_interval: 2s"))
    command: list[str | Path] = [
        binary("alertmanager"),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--cluster.listen-address=127.0.0.1:{meets}",
        f"--cluster.advertise-address=127.0.0.1:{meets}",
        *GOSSIP,
        *([] if peer is None else [f"--cluster.peer=127.0.0.1:{peer}"]),
    ]
    with running(command, lambda: answers(port), folder / "log"):
        yield Alertmanager(f"http://127.0.0.1:{port}", collector)


@contextlib.contextmanager
def pair(folder: Path) -> Iterator[tuple[Alertmanager, Alertmanager, contextlib.ExitStack]]:
    """Two that have met, and what ends the second."""
    meets = free_port(), free_port()
    with collecting() as collector, replica(folder / "one", collector, free_port(), meets[0], None) as first:
        second = contextlib.ExitStack()
        with second:
            other = second.enter_context(replica(folder / "two", collector, free_port(), meets[1], meets[0]))
            wait_until(lambda: _peers(first) == _peers(other) == 2, "the two to meet", seconds=20)
            yield first, other, second


def _peers(alertmanager: Alertmanager) -> int:
    cluster = httpx.get(f"{alertmanager.url}/api/v2/status").raise_for_status().json()["cluster"]
    return len(cluster["peers"]) if cluster["status"] == "ready" else 0


def told(collector: Collector) -> Counter[tuple[str, str]]:
    """Channel and what happened, to how often it was told."""
    counted: Counter[tuple[str, str]] = Counter()
    for event in list(collector.messages.get("pagerduty", ())):
        counted["pagerduty", f"{event['event_action']} {event['payload']['group']}"] += 1
    for message in list(collector.messages.get("slack", ())):
        (attachment,) = message["attachments"]
        counted["slack", attachment["title"].partition(". ")[0]] += 1
    return counted


def page(product: str) -> dict[str, Any]:
    return alert("SiteDown", "critical", {"product": product, "component": "site"})


def messages(product: str) -> Counter[tuple[str, str]]:
    """What is promised of one page: its beginning and its end, by either channel."""
    return Counter(
        {
            ("pagerduty", f"trigger {product}"): 1,
            ("slack", f"Critical: SiteDown of {product}"): 1,
            ("pagerduty", f"resolve {product}"): 1,
            ("slack", f"Resolved: SiteDown of {product}"): 1,
        }
    )


def push(alerts: Mapping[str, Any], *alertmanagers: Alertmanager) -> None:
    """As Prometheus does: to each of them, whether it is there or not."""
    for each in alertmanagers:
        with contextlib.suppress(httpx.ConnectError):
            each.push(alerts)


def _settled(collector: Collector, expected: Counter[tuple[str, str]]) -> None:
    """All of it came, and nothing again while the second one would have told it too."""
    wait_until(lambda: not expected - told(collector), f"what is promised, of {json.dumps(list(expected))}", seconds=20)
    time.sleep(2.5)
    assert told(collector) == expected


def test_each_message_comes_once_from_two_and_all_of_them_once_from_the_one_that_is_left(tmp_path: Path) -> None:
    with pair(tmp_path) as (first, other, second):
        collector, both = first.collector, (first, other)
        push(page("shop"), *both)
        began = Counter({key: count for key, count in messages("shop").items() if "esol" not in key[1]})
        _settled(collector, began)
        push(over(page("shop")), *both)
        _settled(collector, messages("shop"))

        push(page("cafe"), *both)
        cafe = Counter({key: count for key, count in messages("cafe").items() if "esol" not in key[1]})
        _settled(collector, messages("shop") + cafe)
        second.close()
        push(over(page("cafe")), *both)
        _settled(collector, messages("shop") + messages("cafe"))
        push(page("kiosk"), *both)
        kiosk = Counter({key: count for key, count in messages("kiosk").items() if "esol" not in key[1]})
        _settled(collector, messages("shop") + messages("cafe") + kiosk)
