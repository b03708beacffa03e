"""One connection: uvicorn's reading and answering of requests, with a deadline for each phase."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from vigie.web.connections import Connections
from vigie.web.limits import Limits, Phase
from vigie.web.request import BoundedConnection, refusal
from vigie.web.throttled_log import ThrottledWarning

_refused = ThrottledWarning("request_refused")


def _nothing() -> None:
    """There is nothing left to abort."""


class Connection(H11Protocol):
    """
    A connection that is closed when a phase takes too long.

    uvicorn knows one deadline, that of an idle connection, and closes politely, which never ends where the client does
    not read; so the deadlines here take its place. A phase is timed as a whole: a byte now and then does not extend it.

    Attributes:
        phase: What it is in the middle of.
        since: When that began, by the clock of the event loop.
        abort: Ends it at once.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        limits: Limits,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.conn: BoundedConnection = BoundedConnection()
        self.abort: Callable[[], object] = _nothing
        self._seconds = limits.seconds
        self._connections = connections
        self._timer: asyncio.TimerHandle | None = None
        self._timed: RequestResponseCycle | None = None
        self.phase = Phase.HANDSHAKE
        self._enter(Phase.HANDSHAKE)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for the first request."""
        super().connection_made(transport)
        self.abort = transport.abort
        self._enter(Phase.HEAD)

    def data_received(self, data: bytes) -> None:
        """Read on, or throw away what follows a refusal."""
        if self.phase is Phase.LINGER:
            return
        super().data_received(data)
        self._follow()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._unset_keepalive_if_required()  # uvicorn's own deadline, which would hold lost connections in memory
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        super().connection_lost(exc)
        self.forget()

    def shutdown(self) -> None:
        """End politely where an answer is under way, and at once everywhere else."""
        if self.phase is Phase.ANSWER:
            super().shutdown()
        else:
            self.drop()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's name for every refusal, and its text
        """
        Refuse a request that cannot be taken, and read on for a moment.

        Closing while more arrives would reset the connection, and the client might not see why.
        """
        _refused("a client sent a request that cannot be taken", status=self.conn.refusal)
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:  # an answer has begun; two would be mixed up
            self.drop()
            return
        if self._phase_now() in {Phase.BODY, Phase.ANSWER}:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(refusal(self.conn.refusal))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._enter(Phase.LINGER)

    def drop(self) -> None:
        """End it at once."""
        abort = self.abort
        self.forget()
        abort()

    def forget(self) -> None:
        """Take it out of the open connections, and free its memory now: `abort` and it refer to each other."""
        self.abort = _nothing
        if self._timer is not None:
            self._timer.cancel()
        self._connections.remove(self)

    def _follow(self) -> None:
        if self.transport.is_closing():
            return
        phase = self._phase_now()
        if phase is not self.phase or self.cycle is not self._timed:
            self._enter(phase)

    def _phase_now(self) -> Phase:
        if self.phase is Phase.LINGER:
            return self.phase
        if self.conn.their_state is h11.SEND_BODY:
            return Phase.BODY
        if self.cycle is None:
            return Phase.HEAD
        if not self.cycle.response_complete:
            return Phase.ANSWER
        return Phase.HEAD if self.conn.trailing_data[0] else Phase.IDLE

    def _enter(self, phase: Phase) -> None:
        self._connections.move(self, phase)
        self.phase, self._timed, self.since = phase, self.cycle, self.loop.time()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(self._seconds[phase], self.drop)
