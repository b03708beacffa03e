"""What the tests of Supabase share: a project in which only that happens which a test says."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from demo.vendors.faults import Fault
from demo.vendors.supabase import Supabase, World
from demo.vendors.supabase_life import MINUTE, Line
from tests.vendors.polling import Clock, read
from tests.vendors.setup import SECRET
from tests.vendors.setup_supabase import PLENTY
from vigie.core.families import Family
from vigie.core.source import AnySource
from vigie.sources.supabase import families, intake

WINDOW = (families.WINDOW,)
MALLORY = "203.0.113.66"
"""Address of somebody who guesses."""
ALICE = "7b1d2f0e-0000-4000-8000-00000000a11c"
DAY = 86400.0


def quiet(**changes: Any) -> World:
    """A project where nobody signs in."""
    limits = {"requests_per_minute": PLENTY, "log_queries_per_minute": PLENTY}
    return World(**{"token": SECRET, "sign_ins": 0.0, **limits, **changes})


def is_complete(source: AnySource) -> bool:
    """Whether all that was there before the first start has been read."""
    items = source.context.state.items(intake.NAME)
    return float(items["history_until"]) >= float(items["live_from"])


def refused(clock: Clock, count: int, **changes: Any) -> list[Line]:
    """Wrong passwords from one address, a second apart, since five minutes ago."""
    start = clock.time - 5 * MINUTE
    return [
        Line(start + number, **{"status": 400, "code": "invalid_credentials", "address": MALLORY, **changes})
        for number in range(count)
    ]


def last_parts(vendor: Supabase) -> list[str]:
    """What was asked for: the last part of each path."""
    return [seen.path.rpartition("/")[2] for seen in vendor.seen]


async def value(source: AnySource, family: Family, *labels: str) -> float | None:
    """One sample."""
    return (await read(source)).get(family, {}).get(labels or WINDOW)


def only_logs(fault: Fault) -> Fault:
    """The fault where logs are asked for, and a healthy vendor elsewhere."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await (fault(healthy) if scope["path"].endswith("/logs") else healthy)(scope, receive, send)

        return app

    return sick
