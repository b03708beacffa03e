"""Kinds of values in `vigie.yaml` that several of its parts share; no message repeats a value, which may be secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from vigie.config import urls

_TIME_OF_DAY = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]|24:00")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAILBOX = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_KEY = re.compile(r"[!-~]{1,4096}")
_LONGEST_PATH = 1024
_NO_PATH = re.compile(r":/|-----BEGIN")
"""What stands in URLs and in certificates, and in no path."""
_NO_SECRET_FILE = re.compile(r"[?&=]|/services/T\w+/B\w+|/$")
"""What stands in keys and in webhooks without their host, and in no path of a secret file."""


def matching(pattern: str, wanted: str) -> AfterValidator:
    """A text of a certain form: `wanted` says of which, with an example."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"expected {wanted}")
        return text

    return AfterValidator(check)


def _time_of_day(text: object) -> str:
    if not isinstance(text, str) or not _TIME_OF_DAY.fullmatch(text):
        raise ValueError("expected a time of day such as 09:00 or 18:30")
    return text.zfill(len("00:00"))


def _phone(value: object) -> str:
    """YAML reads +33612345678 without quotes as a number."""
    text = f"+{value}" if isinstance(value, int) else value
    if not isinstance(text, str) or not _PHONE.fullmatch(text):
        raise ValueError("expected a phone number with its country, such as +33612345678")
    return text


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("expected the name of an IANA time zone, such as Europe/Paris or UTC")
    return name


def _path(value: object) -> object:
    """Refuse what is no path, above all the secret itself where the name of its file is wanted."""
    if isinstance(value, str) and (not value.strip() or len(value) > _LONGEST_PATH or _NO_PATH.search(value)):
        raise ValueError("expected the path of a file, such as /run/secrets/name, not what the file holds")
    return value


def _secret_file(value: object) -> object:
    if isinstance(value, str) and (not value.startswith(("/", "./", "../")) or _NO_SECRET_FILE.search(value)):
        raise ValueError(
            "expected the path of the file that holds the secret, beginning with / or ./, such as /run/secrets/name; "
            "the secret itself does not belong here"
        )
    return _path(value)


def _key(secret: SecretStr) -> SecretStr:
    if not _KEY.fullmatch(secret.get_secret_value()):
        raise ValueError(
            "expected a key of letters, digits and signs, without blanks, quotation marks or line breaks around it"
        )
    return secret


Name = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9-]{0,39}",
        "a name of at most 40 lower-case letters, digits and hyphens that begins with a letter, such as my-shop",
    ),
]
"""A short name that is safe in labels, file names and URLs."""
HttpUrl = Annotated[str, AfterValidator(urls.shown)]
"""A URL that is shown, so it holds no credential."""
BaseUrl = Annotated[str, AfterValidator(urls.base)]
"""Where an API is; without a slash at its end."""
OptionalBaseUrl = Annotated[str, AfterValidator(lambda text: text and urls.base(text))]
"""The same, or nothing."""
Address = Annotated[str, AfterValidator(urls.host_and_port)]
"""`host:port`."""
Host = Annotated[str, AfterValidator(lambda text: urls.host_and_port(text, port_needed=False))]
"""`host` or `host:port`."""
HostName = Annotated[str, AfterValidator(urls.host_name)]
"""`example.com`, without a port."""
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
"""`09:00`; `24:00` is the end of the day."""
TimeZone = Annotated[str, AfterValidator(_timezone)]
"""`Europe/Paris`."""
PhoneNumber = Annotated[str, BeforeValidator(_phone)]
"""A number with its country, as ITU-T E.164 has it: `+33612345678`."""
EmailAddress = Annotated[
    str, matching(_MAILBOX.pattern, "an e-mail address such as team@example.com, without a name around it")
]
"""`name@domain`, without a display name."""
FilePath = Annotated[Path, BeforeValidator(_path)]
"""The path of a file or folder."""
SecretFile = Annotated[Path, BeforeValidator(_secret_file)]
"""The path of a file that holds a secret: nothing that could be the secret itself."""
Key = Annotated[SecretStr, AfterValidator(_key)]
"""A secret that is sent in a header: visible ASCII characters."""
Secret = Annotated[SecretStr, Field(min_length=1)]
"""A secret that may be any text."""
