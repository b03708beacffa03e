"""What a broker's refusal means, in one plain sentence (pure)."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass

import amqp.exceptions
import redis.exceptions
from kombu.exceptions import OperationalError

from vigie.core.logs import Redactor
from vigie.core.network import why
from vigie.errors import Reason, SourceError

BROKER_ERRORS: tuple[type[Exception], ...] = (
    redis.exceptions.RedisError,
    amqp.exceptions.AMQPError,
    OperationalError,
    OSError,
)
"""What a client of a broker raises when the broker, or the way to it, is at fault."""
RIGHTS = (
    "+llen +zcard +zrange +scan +smembers +subscribe +psubscribe +publish +sadd +srem"
    " +rpush +lrange +ltrim +expire +multi +exec +del +info +ping +select"
)
"""All that this source ever asks of Redis."""
_LONGEST = 200
"""Characters of a broker's own words that are repeated."""
_ERRNO = re.compile(r"Error (\d+) ")
_ACL = re.compile(r"run the '([^']+)' command")


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One kind of refusal: how to know it, and what to say after the broker's name."""

    errors: tuple[type[BaseException], ...]
    reason: Reason
    sentence: str
    text: str = ""

    def fits(self, error: BaseException) -> bool:
        return isinstance(error, self.errors) and self.text.lower() in str(error).lower()


_REDIS = redis.exceptions
_AMQP = amqp.exceptions
_TLS = "does not complete the TLS handshake; check rediss:// or amqps://, tls_ca and the name in its certificate"
_MEANINGS = (
    _Meaning(
        (_REDIS.ConnectionError,),
        Reason.NOT_FOUND,
        "has no master named {master} that works; check sentinel_master",
        "No master found",
    ),
    _Meaning((ssl.SSLError,), Reason.NETWORK, _TLS),
    _Meaning((_REDIS.ConnectionError,), Reason.NETWORK, _TLS, "ssl"),
    _Meaning((_REDIS.BusyLoadingError, _REDIS.MasterDownError), Reason.NOT_READY, "is still loading its data; wait"),
    _Meaning(
        (_REDIS.AuthenticationError, _REDIS.AuthenticationWrongNumberOfArgsError),
        Reason.AUTH,
        "refuses the user or password; check them in broker",
    ),
    _Meaning((_REDIS.ResponseError,), Reason.AUTH, "refuses the user or password; check them in broker", "WRONGPASS"),
    _Meaning(
        (_REDIS.NoPermissionError, _REDIS.AuthorizationError),
        Reason.FORBIDDEN,
        f"does not allow its user {{command}}; run there: ACL SETUSER USER ~* &* {RIGHTS}",
    ),
    _Meaning((_REDIS.ResponseError,), Reason.NOT_FOUND, "has no such database; check the number in broker", "DB index"),
    _Meaning((_REDIS.InvalidResponse,), Reason.BAD_PAYLOAD, "does not speak Redis' protocol; check host and port"),
    _Meaning((_REDIS.TimeoutError, TimeoutError), Reason.TIMEOUT, "does not answer in time"),
    _Meaning(
        (_REDIS.ConnectionError,), Reason.NETWORK, "cannot be reached ({detail}); check that it runs, host and port"
    ),
    _Meaning((_REDIS.RedisError,), Reason.UPSTREAM, "answers with an error: {detail}"),
    _Meaning((_AMQP.AccessRefused,), Reason.AUTH, "refuses the user or password; check them in broker", "login"),
    _Meaning((_AMQP.NotAllowed,), Reason.NOT_FOUND, "does not exist; check the virtual host in broker", "not found"),
    _Meaning(
        (_AMQP.AccessRefused, _AMQP.NotAllowed),
        Reason.FORBIDDEN,
        "does not allow its user what is needed: {detail}; see rabbitmqctl set_permissions",
    ),
    _Meaning((_AMQP.NotFound,), Reason.NOT_FOUND, "has no such queue: {detail}"),
    _Meaning((_AMQP.ConnectionForced,), Reason.NETWORK, "closed the connection: {detail}"),
    _Meaning((_AMQP.UnexpectedFrame, _AMQP.FrameSyntaxError), Reason.BAD_PAYLOAD, "does not speak AMQP 0-9-1"),
    _Meaning((OSError,), Reason.NETWORK, "cannot be reached ({detail}); check that it runs, host and port"),
)


def explain(error: BaseException, where: str, master: str = "", passwords: Collection[str] = ()) -> SourceError:
    """
    Turn a client's exception into the error that people and metrics see.

    Args:
        error: One of `BROKER_ERRORS`.
        where: The broker, as it is called in a sentence.
        master: The master's name that Sentinels were asked for.
        passwords: Masked where the broker repeats them.
    """
    cause = _root(error)
    meaning = next((meaning for meaning in _MEANINGS if meaning.fits(cause)), None)
    if meaning is None:
        return SourceError(Reason.UPSTREAM, f"{where} failed: {type(cause).__name__}")
    command = _ACL.search(str(cause))
    sentence = meaning.sentence.format(
        master=master,
        command=f"the command {command[1].upper()}" if command else "that key or channel",
        detail=_detail(cause, Redactor(passwords)),
    )
    return SourceError(meaning.reason, f"{where} {sentence}")


def foreign(what: str, form: str, setting: str) -> str:
    """Say that messages are not in JSON, the only form that is read: to load a pickle is to run what it holds."""
    return f"Celery's {what} come in {form}, which is never loaded; set {setting} to json"


def _root(error: BaseException) -> BaseException:
    """The error below kombu's wrapping, and the TLS error below redis-py's."""
    while isinstance(error, OperationalError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _detail(error: BaseException, redactor: Redactor) -> str:
    """The gist of a message, on one line; passwords are masked before it is cut, which could leave a part of one."""
    reason = why(error, "")
    if reason and isinstance(error, OSError | redis.exceptions.ConnectionError):
        return reason
    text = getattr(error, "reply_text", None) or str(error) or type(error).__name__
    number = _ERRNO.match(str(text))
    if number is not None:  # redis-py tells of a failed connection with the system's error number in its words
        return os.strerror(int(number[1])).lower()
    return redactor.text(" ".join(str(text).split()))[:_LONGEST].rstrip(".")


Explain = Callable[[BaseException], SourceError]
