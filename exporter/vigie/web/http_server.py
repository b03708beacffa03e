"""uvicorn, with the listener's own accepting of connections."""

from __future__ import annotations

import asyncio
import socket
import time
from email.utils import formatdate
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from vigie.core.network import why
from vigie.errors import UserError
from vigie.web.acceptor import Acceptor
from vigie.web.connection import Connection
from vigie.web.limits import Limits
from vigie.web.security import Security

_GRACE = 1
"""Seconds that open requests get when the server stops."""
_BACKLOG = 1024
"""Connections that the kernel keeps until they are accepted."""


class HttpServer(uvicorn.Server):
    """
    Serves an application on a socket that listens already.

    Args:
        app: What answers.
        listener: The socket; it is closed with the server.
        security: TLS, users and headers, or None for plain HTTP that everybody may read.
        limits: What clients may ask of it.

    Attributes:
        address: IP address and port that it listens on.
        acceptor: What accepts connections.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, security: Security | None, limits: Limits) -> None:
        super().__init__(
            uvicorn.Config(
                security.protect(app) if security else app,
                log_config=None,
                log_level="error",  # below that uvicorn logs every request that is no HTTP, as fast as they are sent
                access_log=False,
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self.server_state = _State(self.config)
        self._stopping = asyncio.Event()
        self.address: tuple[str, int] = listener.getsockname()[:2]
        self.acceptor = Acceptor(listener, limits, security.context if security else None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - as in uvicorn
        """Start the application, then accept connections."""
        await super().startup(sockets=[])
        if self.started:
            self.acceptor.start(partial(Connection, self.config, self.server_state, self.lifespan.state))

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop wakes ten times a second, which costs more than the scrapes."""
        await self._stopping.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; called in the event loop."""
        super().handle_exit(sig, frame)
        self._stopping.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, end what is open, then stop the application."""
        self.acceptor.stop()
        await super().shutdown(sockets)


class _State(ServerState):
    """What connections share; the date of an answer is made when one is sent, and kept for its second."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._config = config
        self._second = -1
        self._headers: list[tuple[bytes, bytes]] = []
        super().__init__()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Date, and what the configuration says."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._headers = [(b"date", formatdate(now, usegmt=True).encode()), *self._config.encoded_headers]
        return self._headers

    @default_headers.setter
    def default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Uvicorn begins with none."""


def listen(host: str, port: int) -> socket.socket:
    """
    A socket that listens.

    Raises:
        UserError: The address is none of this machine's, or is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as problem:
        raise UserError(
            f"cannot listen on {host}:{port}: {why(problem)}; choose another with --web.listen-address"
        ) from None
