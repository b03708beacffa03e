"""Turn whatever redis-py and the socket raise into one plain sentence with a `Reason`. Nothing here holds a secret."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from redis import exceptions

from vigie.core.logs import Redactor
from vigie.core.network import why
from vigie.errors import Reason, SourceError
from vigie.sources.redis.config import Address, Login

RIGHTS = "+ping +info +slowlog|len +latency|latest +client|setname"
"""Everything that this source ever asks for; PING and INFO are the ones that it needs."""
_LONGEST = 160
"""Characters of a server's own words that are repeated."""


class _Rule(NamedTuple):
    """An exception with words in its text, and what it means: `{user}`, `{detail}` and `{hint}` are filled in."""

    kind: type[BaseException]
    words: str
    reason: Reason
    meaning: str


_RULES = (
    _Rule(
        exceptions.NoPermissionError,
        "",
        Reason.FORBIDDEN,
        f"the ACL user {{user}} lacks a right; run there: ACL SETUSER {{user}} {RIGHTS}",
    ),
    _Rule(
        exceptions.AuthenticationError,
        "without any password",
        Reason.AUTH,
        "a password is given but its default user has none; take the password out, or name an ACL user in `username`",
    ),
    _Rule(
        exceptions.AuthenticationError,
        "Authentication required",
        Reason.AUTH,
        "it asks for a password and none is given; set `password`",
    ),
    _Rule(exceptions.AuthenticationError, "", Reason.AUTH, "it refused the user name or password of {user}"),
    _Rule(exceptions.BusyLoadingError, "", Reason.NOT_READY, "it is still loading its data into memory; wait"),
    _Rule(
        exceptions.MasterDownError,
        "",
        Reason.NOT_READY,
        "this replica has lost its master and is told not to serve old data (replica-serve-stale-data no)",
    ),
    _Rule(exceptions.InvalidResponse, "", Reason.BAD_PAYLOAD, "what answers is no Redis; check the host and port"),
    _Rule(
        exceptions.TimeoutError,
        "connecting",
        Reason.TIMEOUT,
        "no connection in time; check the host, the port (does it speak TLS, if `url` says rediss?) and the firewall",
    ),
    _Rule(
        exceptions.TimeoutError,
        "",
        Reason.TIMEOUT,
        "connected, but no answer in time; is it frozen, swapping or busy?",
    ),
    _Rule(
        exceptions.RedisError,
        "protected mode",
        Reason.FORBIDDEN,
        "it is in protected mode and lets in loopback only; give it a password, or set protected-mode no",
    ),
    _Rule(exceptions.RedisError, "max number of clients", Reason.UPSTREAM, "it has no connection left (maxclients)"),
    _Rule(
        exceptions.RedisError,
        "unknown command",
        Reason.FORBIDDEN,
        "it does not know INFO or PING; somebody renamed them or switched them off",
    ),
    _Rule(
        exceptions.ConnectionError,
        "closed by server",
        Reason.NETWORK,
        "it closed the connection; {hint}",
    ),
    _Rule(exceptions.ResponseError, "", Reason.UPSTREAM, "it answered with an error: {detail}"),
    _Rule(
        ssl.SSLCertVerificationError,
        "",
        Reason.NETWORK,
        "its certificate is not trusted ({detail}); name its authority in `tls.ca_file`",
    ),
    _Rule(
        ssl.SSLError,
        "WRONG_VERSION_NUMBER",
        Reason.NETWORK,
        "it does not speak TLS on this port; write redis:// instead of rediss://, or name its TLS port",
    ),
    _Rule(
        ssl.SSLError,
        "CERTIFICATE_REQUIRED",
        Reason.AUTH,
        "it asks for a client certificate; set `tls.cert_file` and `tls.key_file`",
    ),
    _Rule(
        ssl.SSLError,
        "UNKNOWN_CA",
        Reason.AUTH,
        "it does not accept the client certificate in `tls.cert_file`; is it signed by the authority that it trusts?",
    ),
    _Rule(ssl.SSLError, "", Reason.NETWORK, "{detail}"),
    _Rule(socket.gaierror, "", Reason.NETWORK, "the name cannot be resolved; check the host in `url`"),
    _Rule(ConnectionRefusedError, "", Reason.NETWORK, "nobody listens there; is Redis running, and is the port right?"),
    _Rule(
        ConnectionResetError,
        "",
        Reason.NETWORK,
        "it cut the connection; {hint}",
    ),
    _Rule(FileNotFoundError, "", Reason.NETWORK, "{detail}; check the paths in `url` and `tls`"),
    _Rule(PermissionError, "", Reason.NETWORK, "{detail}; let the user that runs Vigie open it"),
)
"""The first rule that fits decides, so the narrow ones stand first."""


def classify(error: BaseException, address: Address, login: Login) -> SourceError:
    """Say what an exception from `address` means for the one who runs Vigie."""
    for cause in _causes(error):
        for rule in _RULES:
            if isinstance(cause, rule.kind) and rule.words in str(cause):
                meaning = rule.meaning.format(
                    user=login.username or "default", detail=_detail(cause, login), hint=_hint(login)
                )
                return SourceError(rule.reason, f"{address}: {meaning}")
    return SourceError(Reason.NETWORK, f"{address}: the connection failed: {why(error, _detail(error, login))}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, the first cause first: redis-py wraps them and keeps only their text."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) and cause not in causes:
        causes.append(cause)
    return reversed(causes)


def _hint(login: Login) -> str:
    """What a connection that just ends most often means."""
    if login.tls is None:
        return "if this port speaks TLS, write rediss:// instead of redis://"
    if login.tls.cert_file is None:
        return "if it asks for a client certificate, set `tls.cert_file` and `tls.key_file`"
    return "perhaps it does not accept the client certificate in `tls.cert_file`"


def _detail(error: BaseException, login: Login) -> str:
    """The gist of a message; the password is masked before it is cut, which could leave a part of it."""
    match error:
        case ssl.SSLCertVerificationError():
            text = error.verify_message.rstrip(".")
        case ssl.SSLError():
            text = why(error)
        case FileNotFoundError() | PermissionError():
            text = f"{error.filename or 'the socket'} cannot be opened ({error.strerror})"
        case _:
            text = " ".join(str(error).split())
    return Redactor((login.password,)).text(text)[:_LONGEST]
