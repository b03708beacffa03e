"""The settings under `sources.postgres`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import ConfigDict, Field, SecretStr, field_validator

from vigie.core.source import Duration, SourceConfig

_EXPECTED = (
    "expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with every / ? # @ % in the password percent-encoded"
)
_DRIVER = re.compile(r"^postgres(ql)?\+\w+://")
_NUMBERS = re.compile(r"^[\d,]*$")


class PostgresConfig(SourceConfig):
    """A PostgreSQL server, or the database of a Supabase project."""

    model_config = ConfigDict(hide_input_in_errors=True)

    dsn: SecretStr
    """URL or `key=value` string as libpq takes it; a direct, session pooler or transaction pooler address."""
    signups: bool = True
    """Count sign-ups with `vigie.signups()` (see `postgres.sql`), where there is a users table."""
    slow_interval: Duration = Field(default=300.0, gt=0)
    """Time between two readings of what costs the server most: sign-ups and sizes."""

    @field_validator("dsn")
    @classmethod
    def _understood(cls, dsn: SecretStr) -> SecretStr:
        parameters(dsn.get_secret_value())
        return dsn


def parameters(dsn: str) -> Mapping[str, str]:
    """
    Split a DSN into libpq's connection parameters.

    Raises:
        ValueError: It is not one, or a password with special characters has torn it apart. The message repeats nothing
            of it, since any part of a torn DSN may be a part of the password.
    """
    if _DRIVER.match(dsn):
        raise ValueError(f"leave out the driver's name (the + and what follows it before ://); {_EXPECTED}")
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    except psycopg.Error:
        raise ValueError(f"not a PostgreSQL address; {_EXPECTED}") from None
    if not found:
        raise ValueError(f"empty; {_EXPECTED}")
    host = found.get("host", "")
    torn = "@" in host[1:] or "@" in found.get("dbname", "") or not _NUMBERS.match(found.get("port", ""))
    if torn:
        raise ValueError(f"its host, port or database is not one; {_EXPECTED}")
    return found
