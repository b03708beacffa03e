"""Read what can be read of a record that somebody else wrote: one odd field costs that field, not the record."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec

from vigie.core.foreign import Reader, mended

Record = TypeVar("Record", bound=msgspec.Struct)

FAULTS = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading raises for anything that is not as it should be."""
_DELAY = re.compile(r"(?:[01]\.){28}")
LONGEST = 255
"""Characters of an id that are kept as they are."""


class Lenient(Generic[Record]):
    """Reads a struct field by field: a field that has a default and cannot be read is left at it."""

    def __init__(self, record: type[Record]) -> None:
        self._record = record
        self._fields: Reader[dict[str, msgspec.Raw]] = Reader(dict[str, msgspec.Raw])
        self._readers = {
            field.encode_name: (field.name, field.required, Reader[Any](field.type))
            for field in msgspec.structs.fields(record)
        }

    def read(self, text: bytes | str) -> Record:
        """Read one record; raises one of `FAULTS` if it is no object, or a field without a default is odd or absent."""
        found = self._fields.read(text)
        values: dict[str, Any] = {}
        for encoded, (name, required, reader) in self._readers.items():
            if encoded in found:
                try:
                    values[name] = reader.read(found[encoded])
                except FAULTS:
                    if required:
                        raise
            elif required:
                raise msgspec.ValidationError(f"no {encoded}")
        return self._record(**values)


def standard(text: bytes | str) -> bytes:
    """JSON with null for each NaN and Infinity, which Python writes and JSON does not have; raises one of `FAULTS`."""
    return json.dumps(json.loads(mended(text), parse_constant=lambda _: None)).encode()


def undelayed(routing_key: str) -> str:
    """
    A routing key without the delay that Celery writes before it for quorum queues of RabbitMQ.

    That is 28 bits, each with a dot (kombu/transport/native_delayed_delivery.py).
    """
    return routing_key[delay.end() :] if (delay := _DELAY.match(routing_key)) else routing_key


def identity(given: Any) -> str:
    """
    One text for a task's id, whatever the application made of it.

    Celery takes any: numbers, a UUID (kombu writes it as an object), and texts of any length, which are shortened to a
    digest, because many are held in memory. Nothing and empty text name no task.
    """
    if type(given) is not str:
        given = "" if given is None else msgspec.json.encode(given).decode()
    return given if len(given) <= LONGEST else sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
