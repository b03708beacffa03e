"""The inbox over HTTP: it answers as PagerDuty and Slack do."""

from __future__ import annotations

import secrets
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.inbox.messages import InvalidEventError, from_pagerduty, from_slack, from_webhook
from demo.inbox.page import page
from demo.inbox.store import Store


class Inbox:
    """The HTTP face that takes messages and shows them, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.app = Starlette(
            routes=[
                Route("/", self._page),
                Route("/messages.json", self._list),
                Route("/health", self._health),
                Route("/pagerduty/v2/enqueue", self._pagerduty, methods=["POST"]),
                Route("/slack/{path:path}", self._slack, methods=["POST"]),
                Route("/webhook/{name}", self._webhook, methods=["POST"]),
            ]
        )

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(
            page(self._store.messages()), headers={"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"}
        )

    async def _list(self, _: Request) -> Response:
        return JSONResponse([asdict(message) for message in self._store.messages()])

    async def _health(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _pagerduty(self, request: Request) -> Response:
        try:
            event = await request.json()
            self._store.add(from_pagerduty(event))
        except InvalidEventError as error:
            answer = {"status": "invalid event", "message": "Event object is invalid", "errors": error.errors}
            return JSONResponse(answer, 400)
        except ValueError:
            return JSONResponse(
                {"status": "invalid event", "message": "Event object is invalid", "errors": ["no JSON"]}, 400
            )
        key = event.get("dedup_key") or secrets.token_hex(16)
        return JSONResponse({"status": "success", "message": "Event processed", "dedup_key": key}, 202)

    async def _slack(self, request: Request) -> Response:
        try:
            self._store.add(from_slack(await request.json()))
        except InvalidEventError as error:
            return PlainTextResponse(str(error), 400)
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        return PlainTextResponse("ok")

    async def _webhook(self, request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            body = {"text": (await request.body()).decode(errors="replace")}
        self._store.add(from_webhook(request.path_params["name"], body))
        return PlainTextResponse("ok")
