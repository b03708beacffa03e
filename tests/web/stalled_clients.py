"""Many clients that stall, each in its own way."""

from __future__ import annotations

import contextlib
import itertools
import resource
import socket
from collections.abc import Iterator

STALLS = (
    b"",
    b"\x16\x03\x01",
    b"GET /metrics HTTP/1.1\r\nHost: vigie\r\nX: ",
    b"POST /webhooks/redis HTTP/1.1\r\nHost: vigie\r\nContent-Length: 100000\r\n\r\n{",
    b"GET /metrics HTTP/1.1\r\nHost: vigie\r\n\r\n",
)
"""What each sends before it falls silent: nothing, half a handshake, half a head, half a body, a whole request."""


@contextlib.contextmanager
def stalled_clients(port: int, clients: int) -> Iterator[None]:
    """Hold so many connections to a port open until the block ends, as far as the other side does."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as sockets:
        for sent in itertools.islice(itertools.cycle(STALLS), clients):
            sock = sockets.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            with contextlib.suppress(ConnectionError):  # closed already, for one that came later
                sock.sendall(sent)
        yield
