r"""
Read JSON that somebody else wrote, text that is no text included.

RFC 8259 allows half of a surrogate pair in a string (`"\ud83d"`, an emoji that was cut), and senders put file names in
Latin-1 where UTF-8 belongs. msgspec refuses a whole document for either, also in a field that nobody reads; here such a
piece is read as U+FFFD, the replacement character, and the rest is read as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import msgspec

Answer = TypeVar("Answer")
Read = TypeVar("Read")

UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What is raised for a text that is no JSON; a `msgspec.ValidationError` is a `DecodeError` about its contents."""

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape in a string; the group is half of a pair."""


class Reader(Generic[Answer]):
    """Reads one type out of JSON; made once, used for each document."""

    def __init__(self, answer: type[Answer] | Any) -> None:
        self._decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(answer)

    def read(self, text: bytes | str) -> Answer:
        """
        Read one document.

        Raises:
            msgspec.ValidationError: It is valid JSON that does not match the type.
            msgspec.DecodeError, UnicodeError, RecursionError: It is no JSON.
        """
        return _read(self._decoder.decode, text)

    def read_lines(self, text: bytes) -> list[Answer]:
        """Read one document a line; raises like `read`."""
        return _read(self._decoder.decode_lines, text)


@overload
def read(text: bytes | str, answer: type[Answer]) -> Answer: ...
@overload
def read(text: bytes | str, answer: Any = ...) -> Any: ...
def read(text: bytes | str, answer: Any = Any) -> Any:
    """Read `answer` out of one document, once; raises like `Reader.read`."""
    return Reader(answer).read(text)


def _read(decode: Callable[[bytes | str], Read], text: bytes | str) -> Read:
    try:
        return decode(text)
    except msgspec.ValidationError:
        raise
    except UNREADABLE:
        return decode(mended(text))


def mended(text: bytes | str) -> bytes:
    """`text` with U+FFFD for each byte that is no UTF-8 and for each half of a surrogate pair."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return _ESCAPE.sub(_whole, raw.decode("utf-8", "replace").encode())


def _whole(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]
