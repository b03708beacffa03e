"""The settings under `sources.postgres`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
from pydantic import SecretStr, field_validator

from vigie.config.urls import LAST_PORT
from vigie.core.settings import Interval
from vigie.core.source import SourceConfig

_EXPECTED = (
    "one looks like postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with every / ? # @ % in the password percent-encoded"
)
_DRIVER = re.compile(r"^postgres(ql)?\+\w+://")
_SCHEME = re.compile(r"^postgres(ql)?://")
_WORD = re.compile(r"[A-Za-z_]{1,40}")
_KNOWN = {option.keyword.decode() for option in Conninfo.get_defaults()}
"""The parameters of libpq, as https://www.postgresql.org/docs/current/libpq-connect.html lists them."""
_OTHERS = {
    **dict.fromkeys(
        ("pgbouncer", "schema", "connection_limit", "pool_timeout", "socket_timeout", "sslaccept", "sslidentity"),
        "is Prisma's",
    ),
    **dict.fromkeys(("supa", "workaround", "pool_mode", "pool_size", "max_pool_size"), "is of another library"),
    **dict.fromkeys(("prepareThreshold", "currentSchema", "ssl", "prepared_statements"), "is of another library"),
    **dict.fromkeys(("statement_cache_size", "prepared_statement_cache_size", "command_timeout"), "is asyncpg's"),
}
"""Parameters of other libraries that people copy with an address, and whose they are."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "gssencmode": ("disable", "prefer", "require"),
    "channel_binding": ("disable", "prefer", "require"),
    "sslnegotiation": ("postgres", "direct"),
    "load_balance_hosts": ("disable", "random"),
    "replication": ("false", "off", "no", "0"),
}
"""Values that libpq takes, and those with which Vigie can work."""
_NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count")


class PostgresConfig(SourceConfig):
    """A PostgreSQL server, or the database of a Supabase project."""

    dsn: SecretStr
    """URL or `key=value` string as libpq takes it; a direct, session pooler or transaction pooler address."""
    signups: bool = True
    """Count sign-ups with `vigie.signups()` (see `postgres.sql`), where there is a users table."""
    slow_interval: Interval = 300.0
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
    if _SCHEME.match(dsn):
        _refuse_others(name.partition("=")[0] for name in dsn.rpartition("@")[2].partition("?")[2].split("&"))
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    except psycopg.Error as error:
        _refuse_others(name for name in _OTHERS if f'"{name}"' in str(error))
        raise ValueError(f"not a PostgreSQL address; {_EXPECTED}") from None
    if not found:
        raise ValueError(f"empty; {_EXPECTED}")
    if "@" in found.get("host", "")[1:] or "@" in found.get("dbname", "") or not _are_ports(found.get("port", "")):
        raise ValueError(f"its host, port or database is not one; {_EXPECTED}")
    _check_values(found)
    return found


def _refuse_others(names: Iterable[str]) -> None:
    for name in names:
        if name not in _KNOWN and _WORD.fullmatch(name):
            whose = _OTHERS.get(name, "is not known")
            raise ValueError(f"its parameter `{name}` {whose}, not one of PostgreSQL's client library; leave it out")


def _check_values(found: Mapping[str, str]) -> None:
    for name, choices in _CHOICES.items():
        if found.get(name, choices[0]) not in choices:
            raise ValueError(f"its parameter `{name}` has a value that is none of {', '.join(choices)}")
    for name in _NUMBERS:
        if not found.get(name, "0").removeprefix("-").isdecimal():
            raise ValueError(f"its parameter `{name}` has a value that is no whole number")


def _are_ports(text: str) -> bool:
    """Whether it is what libpq takes for `port`: numbers, several for several hosts, or nothing."""
    return all(not port or (port.isdecimal() and 0 < int(port) <= LAST_PORT) for port in text.split(","))
