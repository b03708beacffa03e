"""Serve a simulated vendor on loopback, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

from tests.real.process import free_port


@contextlib.contextmanager
def serving(app: Any, port: int | None = None) -> Iterator[str]:
    """The base URL of `app` (any ASGI application) while the block runs; connections wait from the first moment on."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, date_header=False)
    server = uvicorn.Server(config)
    with _listener(port or free_port()) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def _listener(port: int) -> socket.socket:
    """A socket that listens; it names its protocol, without which asyncio leaves TCP_NODELAY off."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener
