"""How the demo's programs serve, and how all of them end."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from demo import logs

_GRACE = 1
"""Seconds that open requests get when a server is stopped."""


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; open requests get a second."""
    logs.configure()
    end_on_signals()
    uvicorn.run(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE)


def end_on_signals() -> None:
    """
    End at once and with status 0 on SIGTERM and SIGINT.

    A container's first process does not do so by itself; and to wait for threads that look up a name, or for a broker
    that is away, would take longer than a container is given.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(0)
