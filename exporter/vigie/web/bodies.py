"""Bodies of requests and responses, and how much memory they take."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LARGEST_PUSH = 16 * 2**20
"""Bytes of the largest webhook that is read."""
LARGEST_PUSHES = 4 * LARGEST_PUSH
"""Bytes of all webhooks that are being read at the same time."""
_SLICE = 256 * 2**10
"""Bytes of a page that are handed to a connection before it is known whether the client reads them."""


class Pushes:
    """Reads the bodies of webhooks, within one limit for all of them together."""

    def __init__(self) -> None:
        self._held = 0

    @contextlib.asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """
        The whole body of a request, which counts as held until the block ends.

        Raises:
            HTTPException: It is larger than one push may be (413), all together are too large for now (503), or the
                client went away (400, which nobody reads).
        """
        body = bytearray()
        try:
            _refuse_large(_announced(request))
            async for chunk in request.stream():
                body += chunk
                self._held += len(chunk)
                _refuse_large(len(body))
                if self._held > LARGEST_PUSHES:
                    raise HTTPException(503, "too many large messages at once", {"retry-after": "10"})
            yield bytes(body)
        except ClientDisconnect:
            raise HTTPException(400) from None
        finally:
            self._held -= len(body)


class ReadyBytes(Response):
    """
    A response of ready-made bytes that costs no memory of its own for a client that reads slowly.

    uvicorn waits for the client between two parts of a body, and copies only the part that the client has not read.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - of ASGI
        """Send the head, and the body in slices."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = memoryview(self.body)
        for start in range(0, max(len(body), 1), _SLICE):
            part = body[start : start + _SLICE]
            await send({"type": "http.response.body", "body": part, "more_body": start + _SLICE < len(body)})


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else 0


def _refuse_large(size: int) -> None:
    if size > LARGEST_PUSH:
        raise HTTPException(413, f"a message may be {LARGEST_PUSH // 2**20} MiB at most")
