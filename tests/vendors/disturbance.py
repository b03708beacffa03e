"""
Answers that are half there: every field of what a vendor really answers, left out, renamed or null.

A field is the way to it: keys, and `*` for any member of a list; so it can be disturbed in every member, or in one.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.vendors.faults import Fault, rewritten

Field = tuple[str, ...]
MEMBER: Final = "*"


def fields(data: Any, at: Field = ()) -> Iterator[Field]:
    """Every field of an answer, some more than once."""
    for member in data if isinstance(data, list) else ():
        yield from fields(member, (*at, MEMBER))
    for key, value in data.items() if isinstance(data, dict) else ():
        yield (*at, key)
        yield from fields(value, (*at, key))


def _holders(data: Any, way: Field) -> Iterator[dict[str, Any]]:
    """The objects that have the field, in order."""
    if not way[1:]:
        if isinstance(data, dict) and way[0] in data:
            yield data
    elif way[0] == MEMBER:
        for member in data if isinstance(data, list) else ():
            yield from _holders(member, way[1:])
    elif isinstance(data, dict) and way[0] in data:
        yield from _holders(data[way[0]], way[1:])


def _renamed(holder: dict[str, Any], key: str) -> None:
    """Left out, with a field beside it that nobody knows."""
    holder[f"{key}_v2"] = holder.pop(key)


def _null(holder: dict[str, Any], key: str) -> None:
    holder[key] = None


HOW: Final[dict[str, Callable[[dict[str, Any], str], None]]] = {"renamed": _renamed, "null": _null}
WHERE: Final[dict[str, slice]] = {"everywhere": slice(None), "in the last": slice(-1, None)}


@dataclass(frozen=True)
class Disturbance:
    """
    What is done to a field.

    Attributes:
        way: The field.
        how: Key of `HOW`.
        where: Key of `WHERE`.
    """

    way: Field
    how: str
    where: str

    def __str__(self) -> str:
        """As a sentence: "data.*.status is null everywhere"."""
        return f"{'.'.join(self.way)} is {self.how} {self.where}"

    def applied(self, answer: Any) -> Any:
        """A copy of the answer with it; the answer itself where it has no such field."""
        holders = list(_holders(answer, self.way))
        if not holders:
            return answer
        changed = copy.deepcopy(answer)
        for holder in list(_holders(changed, self.way))[WHERE[self.where]]:
            HOW[self.how](holder, self.way[-1])
        return changed


def json_rewritten(change: Callable[[Any], Any]) -> Fault:
    """A vendor whose JSON is as `change` makes it; other bodies stay."""

    def rewrite(_path: str, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        try:
            return headers, json.dumps(change(json.loads(body))).encode()
        except ValueError:
            return headers, body

    return rewritten(rewrite)


def remembered(memory: dict[tuple[str, bytes], Response]) -> Fault:
    """The vendor, which works out an answer once and gives it again to whoever asks the same."""

    def sick(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            question = f"{request.method} {request.url.path}?{request.url.query}", await request.body()
            if question not in memory:
                memory[question] = await _answered(healthy, request)
            await memory[question](scope, receive, send)

        return app

    return sick


async def _answered(healthy: ASGIApp, request: Request) -> Response:
    """What the vendor answers to a request whose body was read."""
    messages: list[Message] = []

    async def again() -> Message:
        return {"type": "http.request", "body": await request.body(), "more_body": False}

    async def note(message: Message) -> None:
        messages.append(message)

    await healthy(request.scope, again, note)
    start, *rest = messages
    response = Response(b"".join(message.get("body", b"") for message in rest), start["status"])
    response.raw_headers = start["headers"]
    return response
