"""Listen, serve, reload and stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from vigie.config.load import Configuration
from vigie.core.logs import Redactor, logger
from vigie.errors import UserError
from vigie.watch import Watch
from vigie.web.app import Face, make_app
from vigie.web.security import Security

_GRACE = 1
"""Seconds that open requests get when the server stops."""
_KEEP_ALIVE = 150
"""Seconds for which a connection may be idle: longer than a scrape interval, as scrapers are known by connection."""
_FIRST_READ = 5.0
"""Seconds that a reload waits for the first read of every source before it shows the new page."""


@dataclass(frozen=True, slots=True)
class Options:
    """
    How to serve.

    Attributes:
        load: Reads the configuration; called at the start and at each reload.
        redactor: Learns each configuration's secrets.
        host: Address to listen on.
        port: Port to listen on.
        runbooks: Folder of the runbooks.
        web_config: File with the listener's TLS and users, or None for plain HTTP that everybody may read.
    """

    load: Callable[[], Configuration]
    redactor: Redactor
    host: str
    port: int
    runbooks: Path
    web_config: Path | None = None


class _Server(uvicorn.Server):
    """A server that ends with status 0 on SIGTERM and SIGINT, and reloads on SIGHUP."""

    hang_up: Callable[[], object]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        loop.add_signal_handler(signal.SIGHUP, self.hang_up)
        yield


async def serve(options: Options) -> None:
    """
    Serve until a signal says stop.

    Raises:
        UserError: A configuration is wrong, or the address cannot be listened on.
    """
    security = Security(options.web_config) if options.web_config else None
    configuration = _load(options)
    listener = _listen(options.host, options.port)
    face = Face(
        Watch(configuration),
        reload=lambda: _reload(face, options),
        redactor=options.redactor,
        runbooks=options.runbooks,
    )
    app = make_app(face)
    app.router.lifespan_context = lambda _app: _watching(face)
    server = _Server(
        uvicorn.Config(
            security.protect(app) if security else app,
            ssl_context_factory=security.ssl_context_factory if security else None,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            timeout_keep_alive=_KEEP_ALIVE,
        )
    )
    server.hang_up = lambda: asyncio.ensure_future(_reload_by_signal(face))
    scheme = "https" if security and security.encrypts else "http"
    logger().info("listening", url=f"{scheme}://{options.host}:{options.port}")
    await server.serve(sockets=[listener])


@contextlib.asynccontextmanager
async def _watching(face: Face) -> AsyncIterator[None]:
    await face.watch.start()
    yield
    await face.watch.stop()


async def _reload(face: Face, options: Options) -> None:
    configuration = _load(options)
    await face.watch.stop()
    watch = Watch(configuration)
    await watch.start()
    with contextlib.suppress(TimeoutError):  # what was not read by then is shown as not read yet
        async with asyncio.timeout(_FIRST_READ):
            await watch.board.first_read()
    face.watch = watch
    watch.log.info("reloaded")


async def _reload_by_signal(face: Face) -> None:
    try:
        await face.reload()
    except UserError as error:
        logger().error("reload_refused", message=str(error))


def _load(options: Options) -> Configuration:
    configuration = options.load()
    options.redactor.learn(configuration.secrets)
    return configuration


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as problem:
        why = problem.strerror if isinstance(problem, socket.gaierror) else os.strerror(problem.errno or 0)
        raise UserError(f"cannot listen on {host}:{port}: {why}; choose another with --web.listen-address") from None
