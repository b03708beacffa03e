"""Celery's remote control (kombu/pidbox.py): a question goes to all workers, and names the queue for their answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from vigie.sources.celery.config import CeleryConfig

Reply = tuple[str, bytes]
"""
Ticket of the question, and the JSON of an answer: node name to what it says. Of an answer that is not JSON, what it is
in (`wire.NOT_JSON`).
"""


def control_exchange(config: CeleryConfig) -> str:
    """Exchange of the questions."""
    return f"{config.control_exchange}.pidbox"


def reply_exchange(config: CeleryConfig) -> str:
    """Exchange of the answers."""
    return f"reply.{config.control_exchange}.pidbox"


class Mailbox(ABC):
    """A queue for answers, for the length of a block; all methods raise what the client library raises."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def send(self, method: str, arguments: Mapping[str, Any], ticket: str | None) -> int | None:
        """Tell all workers to do something; with a ticket, they answer. Says how many heard it, where that is known."""

    @abstractmethod
    def receive(self, wait: float) -> Sequence[Reply]:
        """What came first within `wait` seconds, or within a shorter while."""

    @abstractmethod
    def close(self) -> None:
        """Take the queue away and let go of the connection."""


def question(
    method: str, arguments: Mapping[str, Any], ticket: str | None, replies: str, reply_to: str
) -> dict[str, Any]:
    """The message for all workers; `replies` is the exchange of the answers, `reply_to` their routing key."""
    message = {"method": method, "arguments": arguments, "destination": None, "pattern": None, "matcher": None}
    if ticket is not None:
        message |= {"ticket": ticket, "reply_to": {"exchange": replies, "routing_key": reply_to}}
    return message
