"""Two replicas of a real Prometheus, at one address, read the 0 with which a counter's new series begins."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from tests.real.process import answers, free_port, running
from tests.real.tools import binary
from tests.toy import ToyConfig, ToySource
from tests.web.listener import listening
from vigie.config.document import Document
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.families import Families, counter
from vigie.core.logs import Redactor
from vigie.core.poller import Outcome
from vigie.core.source import Poll
from vigie.watch import Watch
from vigie.web.app import Face, make_app

FAILED = counter("toy_failed_total", "Failures.", "code")
PATIENCE = 60.0


@contextlib.contextmanager
def _prometheus(folder: Path, target: int) -> Iterator[str]:
    folder.mkdir()
    jobs = [{"job_name": "vigie", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]
    config = {"global": {"scrape_interval": "3s", "scrape_timeout": "3s"}, "scrape_configs": jobs}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command: list[str | Path] = [
        binary("prometheus"),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, lambda: answers(port), folder / "log"):
        yield f"http://127.0.0.1:{port}/api/v1/query"


async def _samples(client: httpx.AsyncClient, url: str, selector: str) -> list[float]:
    answer = await client.get(url, params={"query": f"{selector}[10m]"})
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:  # it listens before it is ready
        return []
    return [float(value) for series in answer.json()["data"]["result"] for _, value in series["values"]]


async def _until(client: httpx.AsyncClient, urls: list[str], selector: str, least: int) -> list[list[float]]:
    """The samples of each Prometheus, once each has so many."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [await _samples(client, url, selector) for url in urls]
            if all(len(values) >= least for values in found):
                return found
            await asyncio.sleep(0.1)


async def test_both_replicas_see_the_first_failure_of_a_kind_as_an_increase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.watch.SOURCES", {"toy": ToySource})
    product = Product(product="acme", sources={"toy": ToyConfig(max_age=3600.0)})
    watch = Watch(Configuration(Document(tmp_path / "vigie.yaml", {}, {}), product, {}, frozenset()))
    (tmp_path / "web.yml").write_text("{}")

    async def reload() -> None:
        """Nothing to read again."""

    keeper = asyncio.create_task(watch.board.keep_current())
    app = make_app(Face(watch, reload, Redactor([]), tmp_path))
    async with listening(tmp_path / "web.yml", app) as listener, httpx.AsyncClient(trust_env=False) as client:
        with _prometheus(tmp_path / "one", listener.port) as one, _prometheus(tmp_path / "two", listener.port) as two:
            await _until(client, [one, two], "up", 3)
            families = Families()
            families.add(FAILED, 60, "card_declined")
            await watch.board.record("toy", Outcome(time.time(), 0.1, Poll(families), ()))
            found = await _until(client, [one, two], "toy_failed_total", 3)
    keeper.cancel()
    await watch.stop()
    for values in found:
        assert values[0] == 0
        assert values[-1] == 60
