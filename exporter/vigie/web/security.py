"""The listener's security: what the `--web.config.file` says, followed while it changes."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.core.budget import Budget
from vigie.core.logs import logger
from vigie.errors import SourceError, WebConfigError
from vigie.web.auth import BasicAuth, is_open
from vigie.web.config_file import WebConfig, load_web_config
from vigie.web.tls import FollowingContext, ssl_context

Look = tuple[int, int, int] | None
"""How a file looks from outside: time of change, size and inode, or None where it is not there."""


class Security:
    """
    What the file asks for now.

    The file and the certificates that it names are looked at again at each request and connection, and read when they
    changed. A version that is wrong is logged once and changes nothing: what was good stays in force.

    Args:
        path: The file.

    Raises:
        WebConfigError: It, or a certificate that it names, is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._watched: dict[Path, Look] = {}
        self._config, self._context = self._read()

    @property
    def config(self) -> WebConfig:
        """The last good version of the file."""
        self._follow()
        return self._config

    @property
    def encrypts(self) -> bool:
        """Whether the listener speaks TLS; this is settled at the start."""
        return self._context is not None

    @property
    def asks_everybody(self) -> bool:
        """Whether nobody gets in without a password or a client certificate."""
        return bool(self.config.users) or (self._context is not None and self._context.verify_mode is ssl.CERT_REQUIRED)

    @property
    def context(self) -> ssl.SSLContext | None:
        """The context of a TLS listener, which follows the files; None without TLS."""
        if not self.encrypts:
            return None
        context = FollowingContext(ssl.PROTOCOL_TLS_SERVER)
        context.current = self._current_context
        return context

    def protect(self, app: ASGIApp) -> ASGIApp:
        """Put headers, rate limit and basic authentication around an application."""
        guarded = BasicAuth(app, lambda: self.config.users)
        return AddHeaders(LimitRate(guarded, self._config), lambda: self.config.headers)

    def _current_context(self) -> ssl.SSLContext:
        self._follow()
        if self._context is None:
            raise RuntimeError("a listener without TLS asked for a context")
        return self._context

    def _follow(self) -> None:
        if all(_look(path) == before for path, before in self._watched.items()):
            return
        try:
            config, context = self._read()
        except WebConfigError as error:
            logger().error("web_config_refused", message=str(error))
            return
        if (context is not None) != self.encrypts:
            message = f"{self._path}: TLS is switched on and off by a restart only"
            logger().error("web_config_refused", message=message)
            return
        self._config, self._context = config, context
        logger().info("web_config_read", path=str(self._path))

    def _read(self) -> tuple[WebConfig, ssl.SSLContext | None]:
        """Read everything. Each file is looked at before it is read, so that no change falls between."""
        self._watched = {self._path: _look(self._path)}
        config = load_web_config(self._path)
        tls = config.tls_server_config
        if tls is None:
            return config, None
        named = (tls.cert_file, tls.key_file, tls.client_ca_file)
        self._watched |= {path: _look(path) for path in named if path}
        return config, ssl_context(tls)


class AddHeaders:
    """ASGI middleware that adds headers to every response."""

    def __init__(self, app: ASGIApp, headers: Callable[[], Mapping[str, str]]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers())
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LimitRate:
    """ASGI middleware that answers 429 when the bucket is empty; `/healthz` and signed webhooks always pass."""

    def __init__(self, app: ASGIApp, config: WebConfig) -> None:
        self._app = app
        limit = config.rate_limit
        self._bucket = Budget(limit.burst, limit.burst * limit.interval) if limit and limit.interval else Budget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        app = self._app
        if scope["type"] != "lifespan" and not is_open(scope["path"]):
            try:
                self._bucket.spend()
            except SourceError as empty:
                wait = {"retry-after": f"{empty.retry_after or 1:.0f}"}
                app = PlainTextResponse("Too many requests.\n", status_code=429, headers=wait)
        await app(scope, receive, send)


def _look(path: Path) -> Look:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
