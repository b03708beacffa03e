"""Talk to a Redis: one connection, one round trip per poll, no retries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis import exceptions
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection

from vigie.core.budget import Budget
from vigie.errors import Reason, SourceError
from vigie.sources.redis.config import Address, Login, RedisConfig
from vigie.sources.redis.faults import classify

Command = tuple[str, ...]

_NAME: Command = ("CLIENT", "SETNAME", "vigie")
"""So that CLIENT LIST shows whose connection it is."""
_SHARE = 0.9
"""Part of the poll's deadline that one step may take: who gives up here can say more than the poller."""
_REFUSALS = (
    exceptions.ResponseError,
    exceptions.AuthenticationError,
    exceptions.AuthorizationError,
    exceptions.BusyLoadingError,
)
"""What redis-py raises when the server answered, but with an error; anything else ends the connection."""


@dataclass(slots=True)
class Reply:
    """
    The answer to one command.

    Attributes:
        value: What the server said; None when it refused.
        refusal: Why it refused.
        seconds: Time from sending the commands to this answer.
    """

    value: Any
    refusal: exceptions.RedisError | None
    seconds: float


@dataclass(slots=True)
class Client:
    """
    The one connection to a server, found through its sentinels where it has some.

    A connection is given up whenever an exchange does not end well, cancellation included, so that an answer can
    never be taken for the answer to a later question.

    Attributes:
        config: The settings.
        budget: Where round trips are counted.
        address: Server that was reached last, or that is tried.
        settled: Extras that are not sent again on this connection: done once, or refused (and each refusal counts
            among the server's own errors).
    """

    config: RedisConfig
    budget: Budget
    address: Address = field(init=False)
    settled: set[Command] = field(default_factory=set)
    _connection: AbstractConnection | None = None

    def __post_init__(self) -> None:
        self.address = self.config.target.addresses[0]

    async def ask(self, needed: Sequence[Command], extras: Sequence[Command]) -> dict[Command, Reply]:
        """
        Send all commands at once and read their answers; an extra that was refused is not asked again.

        Raises:
            SourceError: There is no connection to be had, or it broke.
        """
        self.budget.spend()
        connection = await self._idle() or await self._open()
        asked = [*needed, *(command for command in (*extras, _NAME) if command not in self.settled)]
        replies = await _exchange(connection, self.address, self.config.login, asked)
        self._connection = connection
        self.settled.update(command for command in extras if command in replies and replies[command].refusal)
        self.settled.add(_NAME)
        return replies

    async def close(self) -> None:
        """Give the connection up; the next `ask` opens another, after asking the sentinels where the master is now."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _idle(self) -> AbstractConnection | None:
        """Take the connection of the last exchange, unless it ended since: by a restart, an idle limit, a failover."""
        connection, self._connection = self._connection, None
        if connection is not None and await _ended(connection):
            await connection.disconnect(nowait=True)
            return None
        return connection

    async def _open(self) -> AbstractConnection:
        self.settled.clear()
        target = self.config.target
        self.address = await self._find_master() if target.master else target.addresses[0]
        return await _connect(self.address, self.config.login, _SHARE * self.config.timeout)

    async def _find_master(self) -> Address:
        """
        Ask one sentinel after the other.

        Raises:
            SourceError: None is reachable, or none knows the master.
        """
        target = self.config.target
        patience = _SHARE * self.config.timeout / (len(target.addresses) + 1)
        login = self.config.sentinel_login
        question = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", target.master)
        errors: list[SourceError] = []
        for sentinel in target.addresses:
            self.budget.spend()
            try:
                connection = await _connect(sentinel, login, patience)
                reply = (await _exchange(connection, sentinel, login, [question]))[question]
                await connection.disconnect(nowait=True)
                return _master(reply, sentinel, login, target.master)
            except SourceError as error:
                errors.append(error)
        # A sentinel that answered knows more than those that did not.
        best = next((error for error in errors if error.reason is not Reason.NETWORK), errors[0])
        tried = f"none of {len(errors)} sentinels named the master: " if len(errors) > 1 else "sentinel "
        raise SourceError(best.reason, f"{tried}{best}")


def _master(reply: Reply, sentinel: Address, login: Login, name: str) -> Address:
    if reply.refusal is not None and "unknown command" not in str(reply.refusal):
        raise classify(reply.refusal, sentinel, login)
    match reply.value:
        case [bytes() as host, bytes() as port] if port.isdigit():
            return Address(host.decode(errors="replace"), int(port))
        case None if reply.refusal is None:
            raise SourceError(Reason.NOT_FOUND, f"{sentinel}: it watches no master named {name!r}; check `url`")
        case _:
            raise SourceError(Reason.BAD_PAYLOAD, f"{sentinel}: what answers is no sentinel; check `url`")


async def _connect(address: Address, login: Login, timeout: float) -> AbstractConnection:  # noqa: ASYNC109 - per socket call, inside the deadline of the poll
    connection = _make(address, login, timeout)
    try:
        await connection.connect()
    except (exceptions.RedisError, OSError) as error:
        raise classify(error, address, login) from None
    except BaseException:  # cancellation too: an answer may be under way, so the connection is spent
        await connection.disconnect(nowait=True)
        raise
    return connection


def _make(address: Address, login: Login, timeout: float) -> AbstractConnection:
    """A connection that sends nothing but AUTH by itself: every other command needs a right of its own."""
    options: dict[str, Any] = {
        "username": login.username or None,
        "password": login.password or None,
        "protocol": 2,
        "driver_info": None,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
    }
    if address.is_socket:
        return UnixDomainSocketConnection(path=address.host, **options)
    options |= {"host": address.host, "port": address.port}
    if login.tls is None:
        return Connection(**options)
    return SSLConnection(
        ssl_ca_certs=str(login.tls.ca_file) if login.tls.ca_file else None,
        ssl_certfile=str(login.tls.cert_file) if login.tls.cert_file else None,
        ssl_keyfile=str(login.tls.key_file) if login.tls.key_file else None,
        ssl_cert_reqs="required" if login.tls.verify else "none",
        **options,
    )


async def _exchange(
    connection: AbstractConnection, address: Address, login: Login, commands: Sequence[Command]
) -> dict[Command, Reply]:
    started = time.perf_counter()
    replies: dict[Command, Reply] = {}
    try:
        await connection.send_packed_command(connection.pack_commands(commands))
        for command in commands:
            replies[command] = await _read(connection, started)
    except (exceptions.RedisError, OSError) as error:
        await connection.disconnect(nowait=True)
        # A server that refuses and hangs up has said why in its last words.
        told = next((reply.refusal for reply in replies.values() if reply.refusal), error)
        raise classify(told, address, login) from None
    except BaseException:  # cancellation too: an answer may be under way, so the connection is spent
        await connection.disconnect(nowait=True)
        raise
    return replies


async def _ended(connection: AbstractConnection) -> bool:
    """Whether there is an end, or anything else unasked, to read."""
    try:
        return await connection.can_read()
    except (exceptions.RedisError, OSError):
        return True


async def _read(connection: AbstractConnection, started: float) -> Reply:
    try:
        value = await connection.read_response(disconnect_on_error=False)
    except _REFUSALS as refusal:
        return Reply(None, refusal, time.perf_counter() - started)
    return Reply(value, None, time.perf_counter() - started)
