"""Serve a simulated vendor on loopback, in a thread of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

from tests.real.process import answers, free_port, wait_until


@contextlib.contextmanager
def serving(app: Any, port: int | None = None) -> Iterator[str]:
    """The base URL of `app` (any ASGI application) while the block runs."""
    port = port or free_port()
    config = uvicorn.Config(
        app, port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, date_header=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: answers(port), "start of the vendor")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
