"""Accepts connections, never more than there is room for, and hands each to its protocol."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable

from vigie.web.connection import Connection
from vigie.web.connections import Connections
from vigie.web.limits import Limits
from vigie.web.throttled_log import ThrottledWarning

_AT_ONCE = 32
"""Connections that are accepted before anything else gets a turn."""
_PAUSE = 0.05
"""Seconds without accepting after the system had no descriptor or memory for a connection."""
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

SSLProtocol.max_size = 32 * 2**10
"""
Bytes that asyncio sets aside to read a TLS connection: two records, in place of 256 KiB, which 512 clients that only
connect would turn into 128 MiB.
"""

Make = Callable[[Limits, Connections], Connection]
"""Makes the protocol of a connection, which is among the open connections until it ends."""


class Acceptor:
    """
    The listening socket and the connections that it accepted.

    asyncio's own accepting knows no limit, logs every failure with a traceback, and sets TCP_NODELAY only on sockets
    that were made with a protocol number.

    Args:
        listener: Socket that listens.
        limits: How many may be open, and for how long.
        tls: Context of the TLS connections, or None for plain ones.

    Attributes:
        connections: The connections that are open.
    """

    def __init__(self, listener: socket.socket, limits: Limits, tls: ssl.SSLContext | None) -> None:
        listener.settimeout(0)
        self._listener = listener
        self._limits = limits
        self._tls = tls
        self.connections = Connections()
        self._pause: asyncio.TimerHandle | None = None
        self._dropped = ThrottledWarning("connections_dropped")
        self._failed = ThrottledWarning("accept_failed")

    def start(self, make: Make) -> None:
        """Accept from now on."""
        asyncio.get_running_loop().add_reader(self._listener.fileno(), self._accept, make)

    def stop(self) -> None:
        """Accept no more."""
        if self._pause is not None:
            self._pause.cancel()
        asyncio.get_running_loop().remove_reader(self._listener.fileno())
        self._listener.close()

    def _accept(self, make: Make) -> None:
        for _ in range(_AT_ONCE):
            try:
                sock, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as problem:
                if problem.errno in _EXHAUSTED:
                    self._wait(problem, make)
                    return
                continue  # that client went away before it was accepted
            self._take(sock, make)

    def _wait(self, problem: OSError, make: Make) -> None:
        reason = os.strerror(problem.errno or 0)
        self._failed("a connection could not be accepted; raise the limit of open files (ulimit -n)", reason=reason)
        for _ in range(min(_AT_ONCE, (len(self.connections) + 1) // 2)):
            self._evict_one()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener.fileno())
        self._pause = loop.call_later(_PAUSE, self.start, make)

    def _take(self, sock: socket.socket, make: Make) -> None:
        if len(self.connections) >= self._limits.connections:
            self._dropped(
                "there are more connections than Vigie holds, so those that wait longest for their client are closed",
                limit=self._limits.connections,
            )
            self._evict_one()
        sock.settimeout(0)
        # An answer is two writes, and the second may not wait for the client's acknowledgement of the first.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = make(self._limits, self.connections)
        task = asyncio.get_running_loop().create_task(self._hand_over(sock, connection))
        task.add_done_callback(lambda _: _close_unless_made(sock, connection))
        connection.abort = task.cancel

    async def _hand_over(self, sock: socket.socket, connection: Connection) -> None:
        with contextlib.suppress(OSError):  # the client broke off the handshake, or showed no certificate that is good
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, sock, ssl=self._tls)

    def _evict_one(self) -> None:
        victim = self.connections.to_evict(asyncio.get_running_loop().time())
        if victim is not None:
            victim.drop()


def _close_unless_made(sock: socket.socket, connection: Connection) -> None:
    """Clean up after a handshake that failed or was aborted, even before it began."""
    if connection.transport is None:
        connection.forget()
        sock.close()
