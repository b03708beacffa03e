"""Listen, serve, reload and stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from vigie.config.load import Configuration
from vigie.core.logs import Redactor, logger
from vigie.errors import UserError
from vigie.watch import Watch
from vigie.web.app import Face, make_app
from vigie.web.exposure import exposure
from vigie.web.http_server import HttpServer, listen
from vigie.web.limits import Limits
from vigie.web.security import Security

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


class _Server(HttpServer):
    """A server that stops on SIGTERM and SIGINT, and reloads on SIGHUP."""

    hang_up: Callable[[], object]
    interrupted = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second SIGINT does not wait for open requests."""
        self.interrupted |= sig == signal.SIGINT
        super().handle_exit(sig, frame)

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
        KeyboardInterrupt: It was SIGINT.
        UserError: A configuration is wrong, or the address cannot be listened on.
    """
    security = Security(options.web_config) if options.web_config else None
    configuration = _load(options)
    listener = listen(options.host, options.port)
    reload = Reload(options)
    face = Face(Watch(configuration), lambda: reload(face), redactor=options.redactor, runbooks=options.runbooks)
    app = make_app(face)
    app.router.lifespan_context = lambda _app: _watching(face)
    server = _Server(app, listener, security, Limits.of_process())
    server.hang_up = lambda: reload.by_signal(face)
    scheme = "https" if security and security.encrypts else "http"
    logger().info("listening", url=f"{scheme}://{_in_url(options.host)}:{server.address[1]}")
    if warning := exposure(server.address, security):
        logger().warning("open_to_the_network", message=warning)
    await server.serve()
    if server.interrupted:
        raise KeyboardInterrupt


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextlib.asynccontextmanager
async def _watching(face: Face) -> AsyncIterator[None]:
    await face.watch.start()
    yield
    await face.watch.stop()


class Reload:
    """Takes in a changed configuration; one reload at a time, as each stops what the one before it started."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._one_at_a_time = asyncio.Lock()
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, face: Face) -> None:
        """
        Read the configuration and watch what it says.

        Scrapes are answered all the while: with the page of before, until every new source was read once.

        Raises:
            UserError: The configuration is wrong; what ran goes on.
        """
        async with self._one_at_a_time:
            configuration = await asyncio.to_thread(_load, self._options)
            face.kept = face.watch.board.page if face.watch.board.ready else None
            try:
                await self._replace(face, configuration)
                with contextlib.suppress(TimeoutError):  # what was not read by then is shown as not read yet
                    async with asyncio.timeout(_FIRST_READ):
                        await face.watch.board.first_read()
            finally:
                face.kept = None
            face.watch.log.info("reloaded")

    def by_signal(self, face: Face) -> None:
        """Reload soon, and log what is wrong."""
        task = asyncio.ensure_future(self._logged(face))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _logged(self, face: Face) -> None:
        try:
            await self(face)
        except UserError as error:
            logger().error("reload_refused", message=str(error))

    async def _replace(self, face: Face, configuration: Configuration) -> None:
        before = face.watch.configuration
        await face.watch.stop()
        try:
            face.watch = Watch(configuration)
        except UserError:  # of the state file, which only one watch at a time may have open
            face.watch = Watch(before)
            raise
        finally:
            await face.watch.start()


def _load(options: Options) -> Configuration:
    configuration = options.load()
    options.redactor.learn(configuration.secrets)
    return configuration
