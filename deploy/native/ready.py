"""Ways to see that a part answers; none of them raises because it does not answer yet."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

Ready = Callable[[], bool]
_SECONDS = 2.0


def http_ok(url: str) -> Ready:
    """Whether a GET is answered with 200."""

    def ready() -> bool:
        try:
            status, _ = get(url)
        except (OSError, http.client.HTTPException):
            return False
        return status == http.HTTPStatus.OK

    return ready


def get(url: str, *, seconds: float = _SECONDS) -> tuple[int, bytes]:
    """
    GET from loopback: status and body. No proxy is asked, whatever the environment says.

    Raises:
        OSError: No answer.
        http.client.HTTPException: Not an answer in HTTP.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def redis_ok(port: int) -> Ready:
    """Whether a Redis answers PING."""

    def ready() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    return ready


def postgres_ok(port: int) -> Ready:
    """Whether a PostgreSQL is past its start: it asks who we are, rather than refuse because it is starting up."""
    hello = (196608).to_bytes(4) + b"user\0postgres\0\0"  # protocol 3.0 and one parameter: StartupMessage in its manual

    def ready() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
                connection.sendall((len(hello) + 4).to_bytes(4) + hello)
                return connection.recv(1) == b"R"
        except OSError:
            return False

    return ready


def exists(path: Path) -> Ready:
    """Whether a process has left its mark."""
    return path.exists


def at_once() -> bool:
    """For a process that nobody waits for: it only has to live."""
    return True


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
