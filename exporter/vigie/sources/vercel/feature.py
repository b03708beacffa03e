"""What not every plan has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from vigie.core.source import Context
from vigie.errors import SourceError

PAYMENT_REQUIRED = 402
_PAUSE = 6 * 3600.0
"""Seconds after which a feature that must be paid for is tried again."""

Answer = TypeVar("Answer")


class Feature:
    """
    Something that the plan may lack: that is no failure; it is logged once, and asked for again now and then.

    Attributes:
        name: What it is called.
        available: Whether the plan has it, as of the last answer; None before the first.
    """

    def __init__(self, name: str, context: Context) -> None:
        self.name = name
        self.available: bool | None = None
        self._context = context
        self._pause_ends = 0.0

    def among(self, things: Iterable[str]) -> Iterable[str]:
        """The things to ask about: none while the plan lacks the feature."""
        return things if self._context.now() >= self._pause_ends else ()

    async def ask(self, question: Callable[[], Awaitable[Answer]], otherwise: Answer) -> Answer:
        """
        Ask, unless the plan lacks the feature; then the answer is `otherwise`.

        Raises:
            SourceError: Anything else went wrong.
        """
        if self._context.now() < self._pause_ends:
            return otherwise
        try:
            answer = await question()
        except SourceError as error:
            if error.status != PAYMENT_REQUIRED:
                raise
            if self.available is not False:
                self._context.log.warning("feature_not_in_plan", feature=self.name, message=str(error))
            self.available, self._pause_ends = False, self._context.now() + _PAUSE
            return otherwise
        self.available = True
        return answer
