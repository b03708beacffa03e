"""
Run every simulated vendor on one port: `python -m demo.vendors`; each is below its own name.

`GET /stripe/_simulator` shows what is true at Stripe, and `POST` merges JSON into it: that is how incidents are made.
"""

from __future__ import annotations

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from demo.serving import serve
from demo.vendors.catalogue import vendors


async def _health(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


def make_app() -> Starlette:
    """Every vendor below its name."""
    mounts = [Mount(f"/{name}", vendor) for name, vendor in vendors().items()]
    return Starlette(routes=[Route("/health", _health), *mounts])


if __name__ == "__main__":
    serve(make_app(), os.environ.get("VENDORS_HOST", "127.0.0.1"), int(os.environ.get("VENDORS_PORT", "8100")))
