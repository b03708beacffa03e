"""How many messages wait, whatever the broker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from vigie.core.families import Families
from vigie.errors import SourceError


class Depth(ABC):
    """Reads the length of queues; one reading at a time."""

    @abstractmethod
    async def read(self, queues: Sequence[str], families: Families, *, discover: bool) -> list[SourceError]:
        """
        Add the lengths of `queues` to a poll's families.

        Args:
            queues: Names of queues.
            families: Where the samples go.
            discover: Whether to measure the queues that the broker itself knows, too.

        Returns:
            What is wrong with single queues.

        Raises:
            SourceError: The broker gave nothing.
        """

    @abstractmethod
    async def describe(self) -> str:
        """Say what was reached; raises `SourceError`."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the connection."""
