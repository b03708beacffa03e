"""
Events as they travel, and how to read them (pure).

On Redis each message is kombu's JSON envelope, whose body is JSON in base64; on AMQP the body is JSON as it is. A body
is one event or, from a worker's `task.multi`, a list of up to 24 (celery/events/dispatcher.py). Arguments, results and
tracebacks are skipped while parsing, so they are never held in memory.
"""

from __future__ import annotations

import contextlib
from binascii import a2b_base64
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vigie.core.foreign import Reader
from vigie.sources.celery.lenient import FAULTS, LONGEST, Lenient, identity, standard, undelayed

Text = Annotated[str, Meta(max_length=255)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]


class Event(msgspec.Struct, gc=False):
    """What Vigie reads of an event; which fields are there depends on its type."""

    type: Text
    hostname: Text = "unknown"
    uuid: Any = ""
    name: Text | None = None
    queue: Text | None = None
    routing_key: str | None = None
    eta: str | None = None
    runtime: Seconds | None = None
    exception: str | None = None
    requeue: bool | None = None
    freq: Annotated[float, Meta(gt=0, le=86400)] | None = None
    active: Count | None = None
    processed: Count | None = None
    pid: int | None = None

    @property
    def task(self) -> str:
        """Id of the task, as a text of bounded length; empty if the event names none."""
        return identity(self.uuid)

    @property
    def sent_to(self) -> str | None:
        """The queue that a client sent the task to; one that is delayed has no queue yet, but a key that names it."""
        key = self.routing_key or ""
        return self.queue if (name := undelayed(key)) == key else name[:LONGEST]


class _Properties(msgspec.Struct, gc=False):
    body_encoding: str | None = None


class _Envelope(msgspec.Struct, rename={"content_type": "content-type"}):
    body: str
    properties: _Properties
    content_type: str | None = None


class _Ticket(msgspec.Struct, gc=False):
    ticket: str = ""


class _Reply(_Envelope):
    headers: _Ticket = msgspec.field(default_factory=_Ticket)


Read = tuple[list[Event], int]
"""Events of one message, and how many in it could not be read, or not in full."""


JSON = "application/json"
NOT_JSON = b"\x00"
"""Stands before the content type of a message that is not JSON, in place of the message; no JSON begins with it."""
PICKLE = "application/x-python-serialize"
LONGEST_TYPE = 50
"""Characters of a content type that are repeated."""


def is_json(content_type: str | None) -> bool:
    """Whether a message is to be read; one that names no type is."""
    return content_type in (JSON, None)


_body = Reader[list[Event] | Event](list[Event] | Event)
_event = Reader[Event](Event)
_parts = Reader[list[msgspec.Raw]](list[msgspec.Raw])
_envelope = Reader[_Envelope](_Envelope)
_reply = Reader[_Reply](_Reply)
_lenient = Lenient(Event)


def decode_body(body: bytes | str) -> Read:
    """Read the JSON body of a message, event by event where one of them is odd."""
    try:
        events = _body.read(body)
    except FAULTS:
        return _salvage(body)
    return (events if isinstance(events, list) else [events]), 0


def decode_envelope(message: bytes) -> Read:
    """Read a message in kombu's envelope, as it travels on Redis."""
    try:
        envelope = _envelope.read(message)
        if not is_json(envelope.content_type):
            return [], 1
        if envelope.properties.body_encoding == "base64":
            return decode_body(a2b_base64(envelope.body))
    except FAULTS:
        return [], 1
    return decode_body(envelope.body)


def foreign_type(message: bytes) -> str | None:
    """The content type of a message in kombu's envelope that is not JSON; None of one that is, or of nonsense."""
    try:
        content_type = _envelope.read(message).content_type
    except FAULTS:
        return None
    return None if is_json(content_type) else content_type


def form(content_type: str | None) -> str:
    """What to call a content type in a sentence; it is never loaded, because pickle runs what it holds."""
    return "pickle" if content_type == PICKLE else str(content_type)[:LONGEST_TYPE]


def open_reply(message: bytes | str) -> tuple[str, bytes]:
    """Ticket and body of a worker's answer, as it travels on Redis; empty if it is none. As `NOT_JSON` if it is not."""
    try:
        reply = _reply.read(message)
        if not is_json(reply.content_type):
            return reply.headers.ticket, NOT_JSON + form(reply.content_type).encode()
        encoded = reply.properties.body_encoding == "base64"
        return reply.headers.ticket, a2b_base64(reply.body) if encoded else reply.body.encode()
    except FAULTS:
        return "", b""


def _salvage(body: bytes | str) -> Read:
    """Read what can be read of a list of events, or of one; an odd field takes neither its event nor the others."""
    events: list[Event] = []
    odd = 0
    for part in _split(body):
        try:
            events.append(_event.read(part))
        except FAULTS:
            odd += 1
            with contextlib.suppress(*FAULTS):
                events.append(_lenient.read(part))
    return events, odd


def _split(body: bytes | str) -> list[Any]:
    """The events of a message, each as JSON of its own."""
    try:
        text = standard(body)
    except FAULTS:
        return [body]
    try:
        return _parts.read(text)
    except FAULTS:
        return [text]
