"""Basic authentication with bcrypt hashes, cheap for those who come again."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping

import bcrypt
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN_PATHS = ("/healthz", "/webhooks/")
"""
No password is asked for here: the first says nothing but ok, those below the second are signed by their senders.
"""
_REMEMBERED = 256
"""Logins that are remembered at most."""
_LONGEST_PASSWORD = 72
"""Bytes that bcrypt looks at; a longer password is never right."""

Check = Callable[[bytes, bytes], bool]
Users = Callable[[], Mapping[str, str]]


class BasicAuth:
    """
    ASGI middleware that asks for a user name and password.

    The first right login of a user costs one bcrypt, in a thread and one at a time; later ones cost a digest. What is
    remembered is a digest of user, hash and password under a key that never leaves the process; so a changed hash or a
    removed user is forgotten by itself. Wrong logins are not remembered, and unknown users cost as much as known ones.

    Args:
        app: What is protected.
        users: Gives names and bcrypt hashes, at every request; none lets everybody in.
        check: Compares a password with a hash.
    """

    def __init__(self, app: ASGIApp, users: Users, check: Check = bcrypt.checkpw) -> None:
        self._app = app
        self._users = users
        self._check = check
        self._key = os.urandom(32)
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        app = self._app if await self._may_pass(scope) else _REFUSAL
        await app(scope, receive, send)

    async def _may_pass(self, scope: Scope) -> bool:
        users = self._users()
        if scope["type"] == "lifespan" or not users or is_open(scope["path"]):
            return True
        return await self._is_right(users, Headers(scope=scope).get("authorization", ""))

    async def _is_right(self, users: Mapping[str, str], authorization: str) -> bool:
        credentials = parse_basic(authorization)
        if credentials is None:
            return False
        user, password = credentials
        hashed = users.get(user)
        entry = hmac.digest(self._key, repr((user, hashed, password)).encode(), "sha256")
        if self._remembers(entry):
            return True
        async with self._one_at_a_time:
            if self._remembers(entry):  # several first requests of one user wait for the first of them
                return True
            right = await asyncio.to_thread(self._compare, password, hashed, users)
            if right:
                self._remember(entry)
        return right

    def _remembers(self, entry: bytes) -> bool:
        if entry not in self._known:
            return False
        self._known.move_to_end(entry)
        return True

    def _compare(self, password: bytes, hashed: str | None, users: Mapping[str, str]) -> bool:
        stand_in = hashed or _unmatched(users)
        matches = self._check(password[:_LONGEST_PASSWORD], stand_in.encode())
        return matches and hashed is not None and len(password) <= _LONGEST_PASSWORD

    def _remember(self, entry: bytes) -> None:
        self._known[entry] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def is_open(path: str) -> bool:
    """Whether a path is for everybody."""
    return any(path.startswith(known) if known.endswith("/") else path == known for known in OPEN_PATHS)


def parse_basic(authorization: str) -> tuple[str, bytes] | None:
    """User name and password of an `Authorization` header, or None when it holds none."""
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except (binascii.Error, ValueError):
        return None


def _unmatched(users: Mapping[str, str]) -> str:
    """A hash that no password has, as dear to check as the dearest of the users'."""
    cost = max(hashed.split("$")[2] for hashed in users.values())
    return f"$2b${cost}${'.' * 53}"


_REFUSAL = PlainTextResponse(
    "A user name and password are needed, and these are none or not right.\n",
    status_code=401,
    headers={"www-authenticate": 'Basic realm="Vigie", charset="UTF-8"'},
)
