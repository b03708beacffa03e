"""Kinds of values in `vigie.yaml` that several of its parts share."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_TIME_OF_DAY = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAILBOX = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_HOUR = 60


def _time_of_day(value: object) -> str:
    """YAML reads 18:00 without quotes as the number 1080, as it counts by sixties, but 09:00 as text."""
    text = "{:02}:{:02}".format(*divmod(value, _HOUR)) if isinstance(value, int) and value >= _HOUR else value
    if not isinstance(text, str) or not _TIME_OF_DAY.fullmatch(text):
        raise ValueError(f"expected a time of day such as 09:00 or 18:30, got {value!r}")
    return text.zfill(len("00:00"))


def _phone(value: object) -> str:
    """YAML reads +33612345678 without quotes as a number."""
    text = f"+{value}" if isinstance(value, int) else value
    if not isinstance(text, str) or not _PHONE.fullmatch(text):
        raise ValueError(f"expected a phone number with its country, such as +33612345678, got {value!r}")
    return text


def _mailbox(address: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise ValueError(f"expected an e-mail address such as team@example.com, got {address!r}")
    return address


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""A short name that is safe in labels, file names and URLs."""
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
Address = Annotated[str, StringConstraints(pattern=r"^[^\s/:]+:\d+$|^\[[0-9a-f:]+\]:\d+$")]
"""`host:port`."""
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
"""`09:00`; `24:00` is the end of the day."""
PhoneNumber = Annotated[str, BeforeValidator(_phone)]
"""A number with its country, as ITU-T E.164 has it: `+33612345678`."""
EmailAddress = Annotated[str, AfterValidator(_mailbox)]
"""`name@domain`, without a display name."""
