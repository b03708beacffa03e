"""
Ask a vendor's HTTP API: one connection, typed answers, and one plain sentence for everything that can go wrong.

An answer is decoded straight into the type that the caller names, so an answer that differs from its
documentation is a classified error and never a surprise further on. A wrong body with status 200 is an error.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from vigie import __version__
from vigie.core import foreign
from vigie.core.lean import import_without_colours
from vigie.core.network import why
from vigie.core.source import Context
from vigie.core.state import Batch
from vigie.errors import ConfigError, Reason, SourceError

import_without_colours("httpx")

import httpx  # noqa: E402 - see above

LARGEST = 32 * 2**20
"""Bytes of the largest answer that is read; what is larger was not asked for."""
_EXCERPT = 120
_BUDGETS = "budgets"
"""Whose the requests that were sent are in the state file, by vendor."""
_SHORTEST = 6
"""Characters of a header that may be a credential."""
_REFUSALS = {
    401: (Reason.AUTH, "refused the credentials"),
    403: (Reason.FORBIDDEN, "denied access"),
    404: (Reason.NOT_FOUND, "has nothing at this address"),
    410: (Reason.NOT_FOUND, "has removed this"),
    429: (Reason.RATE_LIMITED, "limits the rate of requests"),
    3: (Reason.BAD_PAYLOAD, "redirects elsewhere"),
    5: (Reason.UPSTREAM, "is in error itself"),
}
"""What a status means: by itself, else by its first digit."""
_NOT_TAKEN = (Reason.BAD_PAYLOAD, "did not take the request")
_WRONG_PLACE = {Reason.NOT_FOUND, Reason.BAD_PAYLOAD}
_MAY_WAIT = {Reason.RATE_LIMITED, Reason.UPSTREAM}

Answer = TypeVar("Answer")
Query = Mapping[str, str | int | float | bool | list[str]]


@dataclass(frozen=True, slots=True)
class Reply(Generic[Answer]):
    """What the vendor answered: the decoded body and the headers (names in lower case)."""

    body: Answer
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vendor:
    """
    How a vendor is called, and what to say when it refuses.

    Attributes:
        name: As people know it: "Stripe".
        base_url: Where its API is, without a slash at the end.
        headers: Sent with every request; where the credentials are.
        auth_hint: What to do about a 401: which key, which setting.
        scope_hint: What to do about a 403: which right is needed, where it is given.
        reset_header: Header that says when a rate limit ends, beside `Retry-After`: Unix time or seconds from now.
        url_key: What the key is called that holds `base_url`.
    """

    name: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    auth_hint: str = "check the key"
    scope_hint: str = "give the key the rights that the documentation of this source names"
    reset_header: str = "x-ratelimit-reset"
    url_key: str = "base_url"

    def hide(self, text: str) -> str:
        """`text` without the credentials, should the vendor have repeated them."""
        for value in self.headers.values():
            secret = value.rpartition(" ")[2].removeprefix("token=")  # as in `Token token=…`
            text = text.replace(secret, "…") if len(secret) >= _SHORTEST else text
        return text


class Api:
    """
    A vendor's API as a source uses it.

    Args:
        vendor: Who is asked.
        context: Whose budget each request is charged to.
        timeout: Seconds for one request; the poll's deadline stands above it.

    Raises:
        ConfigError: The environment names authorities or a proxy that cannot be used.
    """

    def __init__(self, vendor: Vendor, context: Context, timeout: float) -> None:
        self.vendor = vendor
        self._context = context
        self._client = _client(vendor, timeout)
        self._has_resumed = False

    async def get(self, path: str, answer: type[Answer], query: Query | None = None) -> Reply[Answer]:
        """
        GET `path` and decode the answer.

        Raises:
            SourceError: Anything but a good answer of that type.
        """
        return await self._ask("GET", path, answer, params=query)

    async def post(self, path: str, answer: type[Answer], body: Any, query: Query | None = None) -> Reply[Answer]:
        """
        POST `body` as JSON to `path` and decode the answer.

        Raises:
            SourceError: Anything but a good answer of that type.
        """
        return await self._ask("POST", path, answer, params=query, json=body)

    async def put(self, path: str, answer: type[Answer], body: Any) -> Reply[Answer]:
        """
        PUT `body` as JSON to `path` and decode the answer.

        Raises:
            SourceError: Anything but a good answer of that type.
        """
        return await self._ask("PUT", path, answer, json=body)

    def readable(self, records: Sequence[msgspec.Raw], record: type[Answer]) -> list[Answer]:
        """
        Decode a list record by record: an invalid one is reported as a problem of the poll, and the others are used.

        Raises:
            SourceError: None of them can be read.
        """
        reader: foreign.Reader[Answer] = foreign.Reader(record)
        found, odd = list[Answer](), list[str]()
        for raw in records:
            try:
                found.append(reader.read(bytes(raw)))
            except foreign.UNREADABLE as error:
                odd.append(str(error))
        if odd:
            what = f"{len(odd)} of {len(records)} records that differ from their documentation: {odd[0]}"
            problem = self._error(Reason.BAD_PAYLOAD, f"gave {what}")
            if not found:
                raise problem
            self._context.remark(problem)
        return found

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, answer: type[Answer], **request: Any) -> Reply[Answer]:
        await self._spend()
        try:
            async with self._client.stream(method, f"{self.vendor.base_url}{path}", **request) as response:
                body = await self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise self._broken(error) from None
        if not response.is_success:
            raise self._refusal(response, body)
        return Reply(self._decode(response, body, answer), response.headers)

    async def _spend(self) -> None:
        """Charge a request to the budget, on disk before it is sent, so that no restart makes the vendor refuse."""
        budget, state = self._context.budget, self._context.state
        if budget.limit is None:
            budget.spend()
            return
        if not self._has_resumed:
            self._has_resumed = True
            kept = (await asyncio.to_thread(state.items, _BUDGETS)).get(self.vendor.name)
            if kept is not None:
                taken, at = json.loads(kept)
                budget.resume(taken, self._context.now() - at)
        budget.spend()
        kept = json.dumps([budget.taken, self._context.now()])
        await asyncio.to_thread(state.ingest, _BUDGETS, Batch([], {self.vendor.name: kept}))

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise self._error(Reason.BAD_PAYLOAD, f"gave an answer that is larger than {LARGEST // 2**20} MiB")
        return bytes(body)

    def _decode(self, response: httpx.Response, body: bytes, answer: type[Answer]) -> Answer:
        kind = response.headers.get("content-type", "")
        if "html" in kind:
            sentence = f"answered with a web page instead of JSON; check `{self.vendor.url_key}`"
            raise self._error(Reason.BAD_PAYLOAD, sentence)
        try:
            return foreign.read(body, answer)
        except msgspec.ValidationError as error:
            raise self._error(
                Reason.BAD_PAYLOAD, f"gave an answer that differs from its documentation: {error}"
            ) from None
        except foreign.UNREADABLE:
            raise self._error(Reason.BAD_PAYLOAD, "gave an answer that is not valid JSON, or ends early") from None

    def _refusal(self, response: httpx.Response, body: bytes) -> SourceError:
        status = response.status_code
        reason, what = _REFUSALS.get(status) or _REFUSALS.get(status // 100) or _NOT_TAKEN
        said = self.vendor.hide(_message(body))[:_EXCERPT]
        hints = {Reason.AUTH: self.vendor.auth_hint, Reason.FORBIDDEN: self.vendor.scope_hint}
        is_wrong_place = reason in _WRONG_PLACE and not (said and what == _NOT_TAKEN[1])  # who says why is the vendor
        hint = hints.get(reason) or (f"check `{self.vendor.url_key}`" if is_wrong_place else "")
        sentence = f"{what}, status {status}" + (f" ({said})" if said else "") + (f"; {hint}" if hint else "")
        wait = retry_after(response.headers, self.vendor.reset_header, self._context.now())
        return self._error(reason, sentence, retry_after=wait if reason in _MAY_WAIT else None, status=status)

    def _broken(self, error: Exception) -> SourceError:
        url_key = self.vendor.url_key
        if isinstance(error, httpx.TimeoutException):
            return self._error(Reason.TIMEOUT, "did not answer in time")
        if isinstance(error, httpx.DecodingError):
            return self._error(Reason.BAD_PAYLOAD, "gave an answer that cannot be decompressed")
        if isinstance(error, httpx.ConnectError):
            return self._error(Reason.NETWORK, f"cannot be reached ({why(error)}); check `{url_key}` and the network")
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return self._error(Reason.NOT_FOUND, f"`{url_key}` is no URL that can be asked ({error})")
        return self._error(Reason.NETWORK, f"broke the connection off ({why(error, str(error) or 'no answer')})")

    def _error(
        self, reason: Reason, what: str, retry_after: float | None = None, status: int | None = None
    ) -> SourceError:
        return SourceError(reason, f"{self.vendor.name} {what}", retry_after=retry_after, status=status)


def _client(vendor: Vendor, timeout: float) -> httpx.AsyncClient:
    trust = _trust()
    try:
        return httpx.AsyncClient(
            headers={"user-agent": f"vigie/{__version__}", "accept": "application/json", **vendor.headers},
            timeout=timeout,
            verify=trust,
            limits=httpx.Limits(max_connections=1),
            follow_redirects=False,
        )
    except (ValueError, httpx.InvalidURL, ImportError):  # a bad port, another scheme, SOCKS; the value may be secret
        names = " or ".join(sorted(name for name in os.environ if name.lower() in _PROXY and os.environ[name]))
        raise ConfigError(
            f"the environment's {names} names no proxy that Vigie can use; write it as http://proxy.example:3128 "
            "(SOCKS is not supported), or remove it"
        ) from None


_PROXY = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that vendors' certificates are checked against; reading them takes longer than a request."""
    try:
        return httpx.create_ssl_context()
    except OSError:  # ssl.SSLError too
        name = next(name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name))
        raise ConfigError(
            f"the environment's {name} is {os.environ[name]}, where no certificates can be read; "
            "name a file of PEM certificates, or remove it"
        ) from None


def retry_after(headers: Mapping[str, str], reset_header: str, now: float) -> float | None:
    """
    Seconds to wait, from `Retry-After` (seconds or a date, RFC 9110) or from a vendor's own header; None when not said.

    A vendor's header holds either the seconds from now or the Unix time of the reset; what is a date in the past is 0.
    """
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    if text:
        try:
            return max(email.utils.parsedate_to_datetime(text).timestamp() - now, 0.0)
        except ValueError:
            return None
    reset = headers.get(reset_header, "").strip() if reset_header else ""
    if not reset.replace(".", "", 1).isdecimal():
        return None
    value = float(reset)
    is_unix_time = value > 1e9  # noqa: PLR2004 - no limit lasts thirty years
    return max(value - now, 0.0) if is_unix_time else value


def _message(body: bytes) -> str:
    """The vendor's own words in an error body, as far as they are where everybody puts them; one line."""
    try:
        data = foreign.read(body)
    except foreign.UNREADABLE:
        return ""
    error = data.get("error", data) if isinstance(data, dict) else None
    words = error if isinstance(error, str) else _first_text(error) if isinstance(error, dict) else ""
    return " ".join(words.split())


def _first_text(error: Mapping[str, object]) -> str:
    found = (error.get(name) for name in ("message", "detail", "title", "code"))
    text = next((text for text in found if isinstance(text, str)), "")
    more = error.get("errors")
    details = [detail for detail in more if isinstance(detail, str)] if isinstance(more, list) else []
    return ": ".join(part for part in (text, ", ".join(details)) if part)
