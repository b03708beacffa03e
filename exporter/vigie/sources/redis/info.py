"""Read the text that INFO answers with. Pure: any text gives an `Info`, odd lines are left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def number(text: str | None) -> float | None:
    """The finite decimal number that `text` is, or None."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def product(fields: Mapping[str, object]) -> str:
    """Name and version of the server whose INFO has these fields."""
    valkey = fields.get("valkey_version")
    if valkey or fields.get("server_name") == "valkey":
        return f"Valkey {valkey or ''}".rstrip()
    return f"Redis {fields.get('redis_version', '')}".rstrip()


@dataclass(frozen=True, slots=True)
class Info:
    """The `name:value` lines of INFO, as text."""

    fields: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Info:
        """Take every line that has a name, a colon and a value; section titles and anything else are no lines."""
        pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
        return cls({name: value.strip() for name, colon, value in pairs if colon and name})

    def text(self, name: str) -> str:
        """A value as it stands, or an empty text."""
        return self.fields.get(name, "")

    @property
    def product(self) -> str:
        """Name and version: a Valkey also tells, for older clients, the version of the Redis that it was made from."""
        return product(self.fields)

    @property
    def mode(self) -> str:
        """`standalone`, `cluster` or `sentinel`, by Redis' name for it or by Valkey's."""
        return self.text("redis_mode") or self.text("server_mode")

    def number(self, name: str) -> float | None:
        """A value as a number, or None where it is absent or no number."""
        return number(self.fields.get(name))

    def records(self, name: re.Pattern[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """
        The lines whose value is itself a list: `db0:keys=2,expires=1`.

        Args:
            name: Pattern of the whole name, whose first group is what to call the record.

        Yields:
            What the record is called, and its parts, in the order of the names (which is the same at every poll).
        """
        for field in sorted(self.fields):
            if match := name.fullmatch(field):
                parts = (part.partition("=") for part in self.fields[field].split(","))
                yield match[1], {key: value for key, equals, value in parts if equals}
