"""What is true at the simulated Sentry of these tests, and a source that looks at it."""

from __future__ import annotations

from typing import Any

from demo.vendors.sentry import World
from tests.vendors.polling import Clock
from tests.vendors.setup import SECRET
from tests.vendors.setup_sentry import SETUP
from vigie.core.source import AnySource
from vigie.core.state import State


def world(**changes: Any) -> World:
    """An organization without traffic, whose requests are not limited."""
    return World(**{"token": SECRET, "limit": 10**6, "flows": [], **changes})


def make(served: tuple[object, str], clock: Clock, state: State | None = None, **more: Any) -> AnySource:
    """A source that is not held back."""
    source = SETUP.source(served[1], clock, state, **more)
    source.context.budget.limit = None
    return source
