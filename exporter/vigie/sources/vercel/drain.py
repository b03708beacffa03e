"""
What a drain pushes: signature, encodings and records. Pure.

https://vercel.com/docs/drains: a JSON array or one object a line, perhaps compressed, signed with HMAC-SHA1 and without
a time stamp or an id. So a record is known by a hash of all that it says, and what is older than the time for which
hashes are kept is refused: then a repetition, or a replay by somebody else, can never count twice.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from vigie.core import foreign
from vigie.core.ledger import count, observe
from vigie.core.state import Event, Series
from vigie.core.values import unix
from vigie.errors import Reason, SourceError
from vigie.sources.vercel import families as f

KEEP = 6 * 3600.0
"""Seconds for which records are remembered."""
_AHEAD = 3600.0
"""Seconds by which a visitor's clock may be fast."""
LARGEST = 64 * 2**20
"""Bytes of the largest push once decompressed."""
_GZIP = 31
_SPEED = "vercel.speed_insights.v1"
_ANALYTICS = ("vercel.analytics.v1", "vercel.analytics.v2")
_TIMED = ("LCP", "INP", "FCP", "TTFB", "FID")
_EVENTS = {"pageview": f.PAGE_VIEWS, "event": f.CUSTOM_EVENTS}


class Record(msgspec.Struct, rename="camel"):
    """One record, whatever its schema; nothing that tells of a visitor is read."""

    project_id: str
    timestamp: float | str
    schema: str = ""
    metric_type: str = ""
    value: Annotated[float, msgspec.Meta(ge=0, le=1e9)] | None = None
    event_type: str = ""
    vercel_environment: str | None = None

    @property
    def at(self) -> float | None:
        """Unix time: written as a date by Speed Insights, as milliseconds by Web Analytics."""
        return unix(self.timestamp) if isinstance(self.timestamp, str) else self.timestamp / 1000


def opened(headers: Mapping[str, str], body: bytes, secret: str) -> bytes:
    """
    Check the signature of a push, and decompress it.

    What the vendor signs where it compresses is not documented; either way only the owner of the secret can do it.

    Raises:
        SourceError: The signature is not good, or it cannot be decompressed.
    """
    signature = headers.get("x-vercel-signature", "")
    compressed = headers.get("content-encoding", "") == "gzip"
    if _is_signed(body, signature, secret):
        return _decompressed(body) if compressed else body
    plain = _decompressed(body) if compressed and signature else b""
    if plain and _is_signed(plain, signature, secret):
        return plain
    raise SourceError(
        Reason.AUTH, "the signature of this push is not good; `drain.secret` must be the drain's signature secret"
    )


def records(plain: bytes) -> list[Any]:
    """
    The records of a push: a JSON array, or one object a line.

    Raises:
        SourceError: It is neither.
    """
    try:
        found = _RECORDS.read(plain) if plain.lstrip()[:1] == b"[" else _RECORDS.read_lines(plain)
    except foreign.UNREADABLE:
        raise SourceError(Reason.BAD_PAYLOAD, "this push is neither a JSON array nor JSON lines") from None
    return list(found)


def events(found: list[Any], now: float) -> tuple[list[Event], Counter[str]]:
    """What to ingest, and how many records are ignored, by reason."""
    ignored: Counter[str] = Counter()
    kept: list[Event] = []
    for raw in found:
        what = _event(raw, now)
        if isinstance(what, Event):
            kept.append(what)
        else:
            ignored[what] += 1
    return kept, ignored


def _event(raw: Any, now: float) -> Event | str:
    if not isinstance(raw, dict) or raw.get("schema") not in (_SPEED, *_ANALYTICS):
        return "schema"
    try:
        record = msgspec.convert(raw, Record)
    except msgspec.ValidationError:
        return "unreadable"
    amounts, at = _amounts(record), record.at
    if amounts is None or at is None:
        return "unreadable"
    if record.vercel_environment not in (None, "", "production"):
        return "environment"
    if not now - KEEP <= at <= now + _AHEAD:
        return "time"
    digest = hashlib.blake2b(msgspec.json.encode(raw, order="sorted"), digest_size=16)
    return Event(digest.hexdigest(), at, amounts)


def _amounts(record: Record) -> dict[Series, float] | None:
    if record.schema != _SPEED:
        family = _EVENTS.get(record.event_type)
        return count(family, 1.0, record.project_id) if family else None
    if record.value is None:
        return None
    if record.metric_type == "CLS":
        return observe(f.CLS, record.value, record.project_id)
    if record.metric_type in _TIMED:
        return observe(f.VITALS, record.value / 1000, record.project_id, record.metric_type.lower())
    return None


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _decompressed(body: bytes) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(body, LARGEST)
    except zlib.error:
        raise SourceError(Reason.BAD_PAYLOAD, "this push says that it is gzip and is not") from None
    if not inflater.eof:
        raise SourceError(Reason.BAD_PAYLOAD, "this push ends early, or is too large once decompressed")
    return plain


_RECORDS = foreign.Reader[Any](Any)
