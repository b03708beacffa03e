"""A real uvicorn behind a web configuration file, for the tests of the listener."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.real.certificates import Certificate
from vigie.web.http_server import HttpServer, listen
from vigie.web.limits import Limits
from vigie.web.security import Security


class _Server(HttpServer):
    """A server that leaves the signals to the tests."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello {request.url.path}")


def hello() -> ASGIApp:
    """An application that greets on a few paths."""
    paths = ("/metrics", "/healthz", "/healthz/more", "/webhooks/stripe", "/webhooks")
    return Starlette(routes=[Route(path, _hello) for path in paths])


@dataclass(frozen=True, slots=True)
class Listener:
    """A server that listens."""

    port: int
    server: HttpServer

    def client(
        self, trust: Path | None = None, own: Certificate | None = None, **options: ssl.TLSVersion
    ) -> httpx.AsyncClient:
        """A client that trusts an authority, may show a certificate, and may be held to `maximum_version`."""
        if trust is None:
            return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)
        context = ssl.create_default_context(cafile=trust)
        for name, value in options.items():
            setattr(context, name, value)
        if own is not None:
            context.load_cert_chain(own.cert_file, own.key_file)
        return httpx.AsyncClient(base_url=f"https://127.0.0.1:{self.port}", verify=context, trust_env=False)

    async def peer(self, trust: Path, **options: ssl.TLSVersion) -> tuple[int, str]:
        """Serial number of the certificate that a new connection is shown, and its cipher suite."""
        context = ssl.create_default_context(cafile=trust)
        for name, value in options.items():
            setattr(context, name, value)
        _, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate, cipher = shown.getpeercert(), shown.cipher()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        assert certificate is not None
        assert cipher is not None
        return int(str(certificate["serialNumber"]), 16), cipher[0]


@contextlib.asynccontextmanager
async def listening(
    path: Path | None = None, app: ASGIApp | None = None, *, limits: Limits | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Listener]:
    """Serve as the file `path` says, until the block ends."""
    security = Security(path) if path else None
    server = _Server(app or hello(), listen(host, 0), security, limits or Limits())
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            await task
    try:
        yield Listener(server.address[1], server)
    finally:
        server.handle_exit(signal.SIGTERM, None)
        await task
