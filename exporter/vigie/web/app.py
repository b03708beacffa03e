"""What answers on each path."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from vigie.core.exposition import Page
from vigie.core.logs import Redactor
from vigie.errors import Reason, SourceError, UserError
from vigie.watch import Watch
from vigie.web.bodies import Pushes, ReadyBytes
from vigie.web.pages import landing_page, runbook_index, runbook_page

_NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
_PUSH_STATUS = {Reason.NOT_FOUND: 404, Reason.AUTH: 401, Reason.BAD_PAYLOAD: 400}
_RUNBOOK = re.compile(r"[A-Za-z0-9-]+")


@dataclass(slots=True)
class Face:
    """
    What the handlers look at.

    Attributes:
        watch: The product that is watched now; a reload puts another one in its place.
        reload: Reads the configuration again; raises `UserError` and changes nothing when that is wrong.
        redactor: Keeps secrets out of pages.
        runbooks: Folder with the runbooks' Markdown files.
        kept: During a reload, the page of before, which is shown until the new sources were read.
        pushes: Reads the bodies of webhooks.
    """

    watch: Watch
    reload: Callable[[], Awaitable[None]]
    redactor: Redactor
    runbooks: Path
    kept: Page | None = None
    pushes: Pushes = field(default_factory=Pushes)

    async def metrics(self, request: Request) -> Response:
        """Answer a scrape from ready-made bytes: no I/O, whatever the sources do."""
        reader = f"{request.client.host}:{request.client.port}" if request.client else ""
        page = self.kept or self.watch.board.take(reader)
        body = page.negotiate(request.headers.get("accept", ""))
        headers = {"content-type": body.content_type, "vary": "accept, accept-encoding"}
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            return ReadyBytes(body.gzipped, headers={**headers, "content-encoding": "gzip"})
        return ReadyBytes(body.plain, headers=headers)

    async def landing(self, _request: Request) -> Response:
        """Show every source: on or off, up or not, and why."""
        return HTMLResponse(self.redactor.text(landing_page(self.watch)))

    async def healthz(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _request: Request) -> Response:
        """Every source that is on was tried once."""
        statuses = self.watch.board.statuses
        waiting = sorted(name for name, status in statuses.items() if status.outcome is None)
        body = {"ready": self.ready, "waiting_for": waiting}
        return JSONResponse(body, status_code=200 if self.ready else 503)

    async def prometheus_healthy(self, _request: Request) -> Response:
        """The process answers, in the way of Prometheus."""
        return PlainTextResponse("Vigie is Healthy.\n")

    async def prometheus_ready(self, _request: Request) -> Response:
        """Every source that is on was tried once, in the way of Prometheus."""
        if self.ready:
            return PlainTextResponse("Vigie is Ready.\n")
        return PlainTextResponse("Service Unavailable", status_code=503)

    @property
    def ready(self) -> bool:
        """Whether the page shows every source; a reload does not change that."""
        return self.watch.board.ready or self.kept is not None

    async def reload_config(self, _request: Request) -> Response:
        """Read the configuration again; a file that is wrong changes nothing and is explained."""
        try:
            await self.reload()
        except UserError as error:
            return PlainTextResponse(f"{self.redactor.text(str(error))}\nNothing was changed.\n", status_code=400)
        return PlainTextResponse("reloaded\n")

    async def webhook(self, request: Request) -> Response:
        """Hand a vendor's push to its source; anything but 2xx makes the vendor send it again later."""
        status = self.watch.board.statuses.get(request.path_params["source"])
        if status is None:
            return PlainTextResponse("no such source\n", 404)
        answer, code = "ok", 200
        async with self.pushes.body(request) as body:
            try:
                await status.source.receive(request.headers, body)
            except SourceError as error:
                answer, code = self.redactor.text(str(error)), _PUSH_STATUS.get(error.reason, 503)
        return PlainTextResponse(f"{answer}\n", code, headers=status.source.receipt)

    async def webhook_check(self, request: Request) -> Response:
        """Answer a vendor that looks whether the address is ours; for all others only a push is good."""
        status = self.watch.board.statuses.get(request.path_params["source"])
        if status is None or not status.source.receipt:
            raise HTTPException(405, headers={"allow": "POST"})
        return PlainTextResponse("ok\n", headers=status.source.receipt)

    async def runbook_list(self, _request: Request) -> Response:
        """List the runbooks."""
        return HTMLResponse(runbook_index(sorted(path.stem for path in self.runbooks.glob("*.md"))))

    async def runbook(self, request: Request) -> Response:
        """Show one runbook, named in full (`RB-001-site-down`), by number (`RB-001`) or by an alert (`SiteDown`)."""
        name = request.path_params["name"].removesuffix(".md")
        if not _RUNBOOK.fullmatch(name):
            raise HTTPException(404)
        found = sorted([*self.runbooks.glob(f"{name}.md"), *self.runbooks.glob(f"{name}-*.md")])
        found = found or [path for path in sorted(self.runbooks.glob("*.md")) if _is_about(path, name)]
        if not found:
            raise HTTPException(404, "There is no such runbook; /runbooks/ lists them.")
        if found[0].stem != request.path_params["name"]:
            return RedirectResponse(str(request.url_for("runbook", name=found[0].stem).path))
        return HTMLResponse(runbook_page(found[0].stem, found[0].read_text(encoding="utf-8")))


def accepts_gzip(header: str) -> bool:
    """Whether an `Accept-Encoding` header allows gzip."""
    return "gzip" in header and not _NO_GZIP.search(header)


def make_app(face: Face) -> Starlette:
    """Put the handlers on their paths."""
    return Starlette(
        routes=[
            Route("/", face.landing),
            Route("/metrics", face.metrics),
            Route("/healthz", face.healthz),
            Route("/readyz", face.readyz),
            Route("/-/healthy", face.prometheus_healthy),
            Route("/-/ready", face.prometheus_ready),
            Route("/-/reload", face.reload_config, methods=["POST", "PUT"]),
            Route("/webhooks/{source}", face.webhook, methods=["POST"]),
            Route("/webhooks/{source}", face.webhook_check, methods=["GET"]),
            Route("/runbooks/", face.runbook_list),
            Route("/runbooks/{name}", face.runbook, name="runbook"),
        ]
    )


def _is_about(runbook: Path, alert: str) -> bool:
    """Whether the first section of a runbook, which says what its alerts mean, speaks of `alert`."""
    return f"`{alert}`" in runbook.read_text(encoding="utf-8").partition("\n## Impact")[0]
