"""Keep listening to events, whatever the broker does, and say when and for how long nobody listened."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable

from vigie.core.logs import Logger
from vigie.errors import Reason
from vigie.sources.celery.errors import BROKER_ERRORS, Explain
from vigie.sources.celery.events.wire import Read

RETRY = 0.25
"""Seconds between two attempts to subscribe while the broker is away."""
LASTING = 1.0
"""A subscription that lasted so many seconds is renewed at once, a shorter one after a pause."""
FAULT = "a fault in Vigie while listening; see its log"
CAUSES = ("closed", "output_buffer_limit", "silent", "refused")
"""Why a stream broke: closed by the broker or the network, cut for reading too slowly, hung, or refused."""

_REFUSALS = (Reason.AUTH, Reason.FORBIDDEN)


class StreamError(Exception):
    """The stream broke for a reason that no client library names."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class Subscription(ABC):
    """
    One kind of broker's way to hand over events.

    Attributes:
        heard: Monotonic time of the last byte from the broker.
        overrun: Whether the broker said, at `open`, that it had cut a reader for being slow.
        foreign: What the last message was written in, if that was not JSON.
    """

    heard: float = 0.0
    overrun: bool = False
    foreign: str | None = None

    @abstractmethod
    def decode(self, message: bytes) -> Read:
        """Read one delivered message."""

    @abstractmethod
    def open(self) -> None:
        """Connect and subscribe; raises what the client library raises."""

    @abstractmethod
    def listen(self, deliver: Callable[[float, bytes], None], stop: threading.Event) -> None:
        """Hand over messages with their time of arrival until `stop`; raises when the stream breaks."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection, in the thread that listens."""


class Stream:
    """
    A thread that keeps a subscription open.

    Args:
        subscription: Not open yet.
        deliver: Takes each message; must not wait.
        resumed: Called after each interruption with its length in seconds, and at the first subscription with 0.
        explain: Turns a client's exception into a sentence.
        log: Where interruptions are said, once each.
    """

    def __init__(
        self,
        subscription: Subscription,
        deliver: Callable[[float, bytes], None],
        resumed: Callable[[float], None],
        explain: Explain,
        log: Logger,
    ) -> None:
        self._subscription = subscription
        self._deliver = deliver
        self._resumed = resumed
        self._explain = explain
        self._log = log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="celery-events-reader", daemon=True)
        self._pending: str | None = None
        self._lost_since: float | None = None
        self._said: str | None = None
        self._gap = 0.0
        self.connected = False
        self.interruptions: Counter[str] = Counter(dict.fromkeys(CAUSES, 0))

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self, wait: float) -> None:
        """End; a thread that hangs in a read is left behind after `wait` seconds, to its own timeout."""
        self._stop.set()
        self._thread.join(wait)

    def gap(self, now: float) -> float:
        """Seconds so far in which events may have been lost."""
        return self._gap + (now - self._lost_since if self._lost_since is not None else 0.0)

    @property
    def trouble(self) -> str | None:
        """Why there is no subscription now, in a sentence; None while there is one or none was tried yet."""
        return None if self.connected else self._said

    def _run(self) -> None:
        while not self._stop.is_set():
            subscribed = time.monotonic()
            try:
                self._subscription.open()
                self._begin(time.monotonic())
                self._subscription.listen(self._deliver, self._stop)
            except StreamError as cut:
                self._end(cut.cause, str(cut))
            except BROKER_ERRORS as error:
                reason = self._explain(error)
                self._end("refused" if reason.reason in _REFUSALS else "closed", str(reason))
            except Exception:  # noqa: BLE001 - listening must not end in silence; the log has the traceback
                if self._said != FAULT:
                    self._log.exception("celery_events_fault")
                self._end("closed", FAULT)
            finally:
                self._subscription.close()
            if time.monotonic() - subscribed < LASTING:
                self._stop.wait(RETRY)

    def _begin(self, now: float) -> None:
        lost = 0.0
        if self._pending is not None and self._subscription.overrun:
            self._pending = "output_buffer_limit"
        self._count()
        if self._lost_since is not None:
            lost = now - self._lost_since
            self._gap, self._lost_since = self._gap + lost, None
            self._log.warning("celery_events_resumed", deaf_seconds=round(lost, 3), hint="events may have been lost")
        self._subscription.heard, self._said, self.connected = now, None, True
        self._resumed(lost)

    def _end(self, cause: str, message: str) -> None:
        if self._stop.is_set():
            return
        if self.connected:
            self._pending, self._lost_since, self.connected = cause, self._subscription.heard, False
            self._log.warning("celery_events_interrupted", cause=cause, detail=message)
        else:
            self._count()
        if self._said != message:
            self._said = message
            self._log.warning("celery_events_not_subscribed", detail=message)

    def _count(self) -> None:
        """Count an interruption once its cause is certain: the broker tells of a cut for slowness when asked again."""
        if self._pending is not None:
            self.interruptions[self._pending] += 1
            self._pending = None
