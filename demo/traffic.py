"""
The product's customers: about five requests a second, at random moments, with the mistakes that customers make.

Run it with `python -m demo.traffic`.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from demo import logs
from demo.serving import end_on_signals
from demo.settings import Settings

RATE = 5.0
"""Requests a second."""
FAULT_EVERY = 4000
"""Requests of which one meets the demo's own bug: a quarter of what a goal of 99.9% allows, and never two at once."""

log = structlog.stdlib.get_logger("demo.traffic")


@dataclass(frozen=True, slots=True)
class Visit:
    """One kind of request and how often it is made, as a share of all."""

    share: float
    method: str
    path: str
    body: dict[str, str] | None = None


VISITS = (
    Visit(0.40, "GET", "/"),
    Visit(0.14, "GET", "/login"),
    Visit(0.25, "GET", "/profiles/{customer}"),
    Visit(0.08, "POST", "/reports?pages={pages}"),
    Visit(0.05, "POST", "/billing/{customer}"),
    Visit(0.05, "POST", "/login", {"email": "customer{customer}@example.com", "password": "demo"}),
    Visit(0.01, "POST", "/login", {"email": "customer{customer}@example.com", "password": "guess"}),
    Visit(0.015, "GET", "/profiles/999"),
    Visit(0.005, "GET", "/wp-login.php"),
    Visit(0.0003, "POST", "/signup", {"email": "new{number}@example.com"}),  # five an hour
)
FAULT = Visit(1 / FAULT_EVERY, "POST", "/reports?pages=0")


def request(visit: Visit, dice: random.Random, number: int) -> dict[str, Any]:
    """The request of one visit, as httpx takes it."""
    words = {"customer": dice.randint(1, 100), "pages": dice.randint(1, 12), "number": number}
    body = {key: value.format(**words) for key, value in (visit.body or {}).items()}
    return {"method": visit.method, "url": visit.path.format(**words), "json": body or None}


async def visit_for_ever(app: str, dice: random.Random) -> None:
    """Send requests until cancelled; what fails is logged, as a customer would shrug and come back."""
    shares = [visit.share for visit in VISITS]
    async with httpx.AsyncClient(base_url=app, timeout=10) as client, asyncio.TaskGroup() as group:
        for number in itertools.count():
            await asyncio.sleep(dice.expovariate(RATE))
            [visit] = dice.choices(VISITS, shares) if (number + 1) % FAULT_EVERY else [FAULT]
            group.create_task(_send(client, request(visit, dice, number)))


async def _send(client: httpx.AsyncClient, arguments: dict[str, Any]) -> None:
    try:
        await client.request(**arguments)
    except httpx.TransportError as error:
        log.warning("visit.failed", url=arguments["url"], error=type(error).__name__)


def main() -> None:
    """Visit the application until stopped."""
    logs.configure()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    end_on_signals()
    asyncio.run(visit_for_ever(Settings.from_environment().app, random.Random()))  # noqa: S311 - visits, not secrets


if __name__ == "__main__":
    main()
