"""Say in one sentence why PostgreSQL, or a pooler in front of it, did not answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

import psycopg

from vigie.errors import Reason, SourceError

_STATES: Mapping[str, tuple[Reason, str]] = {
    "28P01": (Reason.AUTH, "the password was refused; check user and password in `dsn`"),
    "28": (Reason.AUTH, "the role may not log in from here; check the user in `dsn` and the server's pg_hba.conf"),
    "3D000": (Reason.NOT_FOUND, "there is no such database; check the name at the end of `dsn`"),
    "53300": (Reason.UPSTREAM, "it has no connection left; find who holds them, or raise its limit"),
    "53": (Reason.UPSTREAM, "it is short of a resource"),
    "57P03": (Reason.NOT_READY, "it is starting, stopping or in recovery; Vigie tries again"),
    "57P01": (Reason.NOT_READY, "it is shutting down; Vigie tries again"),
    "57P02": (Reason.NOT_READY, "it is recovering from a crash; Vigie tries again"),
    "57014": (Reason.TIMEOUT, "it took too long and was cancelled; raise `timeout`, or look for locks and load"),
    "57": (Reason.UPSTREAM, "it broke off the query"),
    "42501": (Reason.FORBIDDEN, "the role lacks a right"),
    "42": (Reason.NOT_FOUND, "something that Vigie reads does not exist in this version"),
    "3F000": (Reason.NOT_FOUND, "a schema that Vigie reads does not exist"),
    "08001": (Reason.NETWORK, "nobody accepts connections there; check host and port in `dsn`, and that it runs"),
    "08": (Reason.NETWORK, "the connection was not made, or broke"),
    "": (Reason.UPSTREAM, "it answered with an error"),
}
"""By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), by its class, and for all others."""

_NUMBER = re.compile(r"\[Errno -?\d+\] ")

_BEHIND = (Reason.UPSTREAM, "the pooler is there, but finds no server behind it or no free connection")
_NO_NAME = (Reason.NETWORK, "its name is unknown to DNS; check the host in `dsn`")
_NO_ANSWER = (Reason.TIMEOUT, "it does not answer; check host and port in `dsn`, and that no firewall is between")

_NO_SUCH_SESSION = (
    Reason.NOT_FOUND,
    "no server there is of the kind that `target_session_attrs` in `dsn` asks for; change it, or leave it out",
)
_NOT_TAKEN = (
    Reason.UPSTREAM,
    "the pooler does not take a parameter that `dsn` sends to the server, such as `options`; leave it out",
)

_WORDS: tuple[tuple[str, tuple[Reason, str]], ...] = (
    ("password authentication failed", _STATES["28P01"]),
    ("no password supplied", _STATES["28P01"]),
    ("authentication failed", _STATES["28P01"]),
    ("tenant or user not found", _STATES["28"]),
    ("no such user", _STATES["28"]),
    ("no pg_hba.conf entry", _STATES["28"]),
    ("pg_hba.conf rejects", _STATES["28"]),
    ("is not permitted to log in", _STATES["28"]),
    ("too many clients", _STATES["53300"]),
    ("too many connections", _STATES["53300"]),
    ("max clients reached", _STATES["53300"]),
    ("no more connections allowed", _STATES["53300"]),
    ("connection slots are reserved", _STATES["53300"]),
    ("permission denied for database", _STATES["42501"]),
    ("the database system is", _STATES["57P03"]),
    ("no such database", _STATES["3D000"]),
    ("query_wait_timeout", _BEHIND),
    ("server login", _BEHIND),
    ("cannot connect to server", _BEHIND),
    ("session is read-only", _NO_SUCH_SESSION),
    ("session is not read-only", _NO_SUCH_SESSION),
    ("server is in hot standby mode", _NO_SUCH_SESSION),
    ("server is not in hot standby mode", _NO_SUCH_SESSION),
    ("unsupported startup parameter", _NOT_TAKEN),
    ("failed to resolve host", _NO_NAME),
    ("connection refused", _STATES["08001"]),
    ("no such file or directory", _STATES["08001"]),
    ("timeout expired", _NO_ANSWER),
    ("timed out", _NO_ANSWER),
    ("network is unreachable", _STATES["08001"]),
)
"""libpq gives no SQLSTATE for a connection that was not made, so the first of these that it says decides."""


def classify(error: psycopg.Error) -> tuple[Reason, str]:
    """Why a connection or a query failed: the reason, and a sentence without its subject."""
    state = error.sqlstate
    if state:
        return next(_STATES[key] for key in (state, state[:2], "") if key in _STATES)
    said = str(error).lower()
    if "fatal" in said and " does not exist" in said:
        return _STATES["3D000" if 'database "' in said else "28"]
    return next((meaning for words, meaning in _WORDS if words in said), _STATES["08"])


def explain(error: psycopg.Error, place: str, doing: str, password: str = "", remedy: str = "") -> SourceError:
    """
    Turn what psycopg raised into a classified error.

    Args:
        error: What psycopg raised.
        place: The server as `host:port/database`.
        doing: What failed: "connecting", or what was being read.
        password: Replaced wherever the server's own words repeat it.
        remedy: What to do when a right or an object is missing.
    """
    reason, meaning = classify(error)
    said = _first_line(error)
    if password:
        said = said.replace(password, "***")
    hint = f"; {remedy}" if remedy and reason in {Reason.FORBIDDEN, Reason.NOT_FOUND} else _hint(reason, place)
    return SourceError(reason, f"{place}: {doing}: {meaning}{hint} ({said})")


def _first_line(error: psycopg.Error) -> str:
    text = error.diag.message_primary or str(error)
    line = next(iter(text.strip().splitlines()), "no details")
    return _NUMBER.sub("", (line.rpartition("FATAL:  ")[2] or line).removeprefix("connection failed: "))


def _hint(reason: Reason, place: str) -> str:
    host = place.partition(":")[0]
    if reason in {Reason.NETWORK, Reason.TIMEOUT} and host.startswith("db.") and host.endswith(".supabase.co"):
        return "; this address is IPv6 only, the session pooler's is not"
    return ""
