"""What can go wrong between Vigie and a vendor, as ASGI applications that answer in the vendor's place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Callable[[ASGIApp], ASGIApp]
"""Takes the healthy vendor and gives the sick one."""


def answer(status: int, body: bytes = b"", content_type: str = "application/json", **headers: str) -> Fault:
    """Always this answer; `retry_after="5"` becomes the header `retry-after: 5`."""
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    fields += [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": body})

    return lambda _healthy: app


def says(data: Any, status: int = 200) -> Fault:
    """Always this JSON."""
    return answer(status, json.dumps(data).encode())


def web_page() -> Fault:
    """A page of HTML with status 200, as a wrong host or a captive portal answers."""
    return answer(200, b"<!doctype html><title>Welcome</title>", "text/html; charset=utf-8")


def huge(size: int = 40 * 2**20) -> Fault:
    """Valid JSON that is far too long."""
    return answer(200, b'{"data": "' + b"x" * size + b'"}')


def hang() -> Fault:
    """No answer until the caller goes away."""

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    return lambda _healthy: app


def slow(seconds: float) -> Fault:
    """The right answer, this much later."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await asyncio.sleep(seconds)
            await healthy(scope, receive, send)

        return app

    return sick


def cut() -> Fault:
    """The right answer up to its middle; then the connection breaks, with half of the promised length sent."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            async def half(message: Message) -> None:
                if message["type"] == "http.response.body":
                    message = {**message, "body": message["body"][: len(message["body"]) // 2]}
                await send(message)

            await healthy(scope, receive, half)

        return app

    return sick


def truncated() -> Fault:
    """The right answer up to its middle, as if that were all: JSON that ends early."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            start: Message = {}

            async def shorten(message: Message) -> None:
                if message["type"] == "http.response.start":
                    start.update(message)
                    return
                body = message["body"][: len(message["body"]) // 2]
                headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await send({**message, "body": body})

            await healthy(scope, receive, shorten)

        return app

    return sick


Rewrite = Callable[[str, dict[str, str], bytes], tuple[dict[str, str], bytes]]
"""Given the path, the headers and the body of a right answer: the headers and the body that are sent."""


def rewritten(change: Rewrite) -> Fault:
    """The right answer, its headers and its body as `change` makes them."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            start: Message = {}

            async def rewrite(message: Message) -> None:
                if message["type"] == "http.response.start":
                    start.update(message)
                    return
                sent = {name.decode(): value.decode() for name, value in start["headers"]}
                headers, body = change(scope["path"], sent, message["body"])
                fields = {**headers, "content-length": str(len(body))}
                raw = [(name.encode(), value.encode()) for name, value in fields.items()]
                await send({**start, "headers": raw})
                await send({**message, "body": body})

            await healthy(scope, receive, rewrite)

        return app

    return sick
