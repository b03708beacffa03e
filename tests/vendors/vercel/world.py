"""What is true at the simulated Vercel of these tests, and a source that looks at it."""

from __future__ import annotations

from typing import Any

from demo.vendors.vercel import Project, World
from tests.vendors.polling import Clock
from tests.vendors.setup import SECRET
from tests.vendors.setup_vercel import SETUP
from vigie.core.source import AnySource
from vigie.core.state import State

WEB, DOCS = "prj_web", "prj_docs"
VITALS = {"lcp_ms": 2140.0, "inp_ms": 128.0, "fcp_ms": 1310.0, "ttfb_ms": 420.0, "cls": 0.07}


def world(**changes: Any) -> World:
    """Two projects, whose requests are not limited."""
    projects = [Project(WEB, "acme-web", p75=VITALS), Project(DOCS, "acme-docs")]
    return World(**{"token": SECRET, "limit": 10**6, "projects": projects, **changes})


def make(served: tuple[object, str], clock: Clock, state: State | None = None, **more: Any) -> AnySource:
    """A source that is not held back."""
    source = SETUP.source(served[1], clock, state, **more)
    source.context.budget.limit = None
    return source
