"""A scraper that asks as Prometheus does, and reads from the socket itself, so that nothing of ours is in its time."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Self

ACCEPT = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
"""As Prometheus 3.5 sends it, read off a connection."""
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"


class Scraper:
    """One connection that is kept alive, as a Prometheus keeps one per target."""

    def __init__(self, port: int, *, gzip: bool = True, path: str = "/metrics") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as Go does
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "User-Agent: Prometheus/3.5.3",
            f"Accept: {ACCEPT}",
            f"Accept-Encoding: {'gzip' if gzip else 'identity'}",
            "X-Prometheus-Scrape-Timeout-Seconds: 10",
        ]
        self._request = "\r\n".join([*lines, "", ""]).encode()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._socket.close()

    def scrape(self) -> float:
        """
        Milliseconds of one scrape, from the request's first byte to the answer's last.

        Raises:
            RuntimeError: The answer is not 200.
        """
        started = time.perf_counter()
        self._socket.sendall(self._request)
        answer = self._socket.recv(2**18)
        while b"\r\n\r\n" not in answer:
            answer += self._socket.recv(2**18)
        head, _, body = answer.partition(b"\r\n\r\n")
        self._read_rest(head.lower(), body)
        took = (time.perf_counter() - started) * 1000
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"the answer was {head[:40]!r}")
        return took

    def _read_rest(self, head: bytes, body: bytes) -> None:
        _, announced, length = head.partition(b"content-length:")
        if announced:
            missing = int(length.split(b"\r\n")[0]) - len(body)
            while missing > 0:
                missing -= len(self._socket.recv(2**18))
            return
        tail = body
        while not (b"\r\n" + tail).endswith(_END_OF_CHUNKS):
            tail = tail[-len(_END_OF_CHUNKS) :] + self._socket.recv(2**18)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used so far, in all its threads that live."""
    return sum(int((task / "schedstat").read_text().split()[0]) / 1e9 for task in Path(f"/proc/{pid}/task").iterdir())
