"""Watching a product: what goes wrong inside Vigie itself is said, and hurts nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.toy import ToyConfig, ToySource
from vigie.config.document import Document
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.watch import Watch


class Stubborn(ToySource):
    """Cannot start and cannot close."""

    async def start(self) -> None:
        """Fail, as only a fault in a source can."""
        raise RuntimeError("no thread left")

    async def close(self) -> None:
        """Fail too."""
        raise RuntimeError("still here")


async def test_a_task_that_dies_and_a_source_that_cannot_close_are_logged_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vigie.watch.SOURCES", {"toy": ToySource, "stubborn": Stubborn})
    product = Product(product="acme", sources={"stubborn": ToyConfig(), "toy": ToyConfig()})
    with capture_logs() as logs:
        watch = Watch(Configuration(Document(Path("vigie.yaml"), {}, {}), product, {}, frozenset()))
        await watch.start()
        while watch.board.statuses["toy"].outcome is None:  # noqa: ASYNC110 - one source has no event of its own
            await asyncio.sleep(0.005)
        await watch.stop()
    assert [(line["event"], line.get("task") or line.get("source")) for line in logs] == [
        ("task_died", "poll stubborn"),
        ("source_close_fault", "stubborn"),
    ]
    assert watch.board.statuses["toy"].up
