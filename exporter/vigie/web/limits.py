"""How many clients the listener holds, how long it waits for each, and how long a request may be."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Phase(IntEnum):
    """What a connection is in the middle of, in the order in which connections are closed when there are too many."""

    LINGER = 0
    """A refusal was sent; the rest of the request is thrown away."""
    HANDSHAKE = 1
    """TLS is being agreed."""
    HEAD = 2
    """A request's first line and headers are on their way."""
    IDLE = 3
    """A request was answered, and the client may send another."""
    BODY = 4
    """A request's body is on its way."""
    ANSWER = 5
    """The answer is being made or sent."""


SECONDS: Final[Mapping[Phase, float]] = MappingProxyType(
    {Phase.LINGER: 2, Phase.HANDSHAKE: 10, Phase.HEAD: 10, Phase.IDLE: 150, Phase.BODY: 30, Phase.ANSWER: 30}
)
"""Seconds that a phase may take as a whole. Scrapers are known by connection, so idle is longer than two minutes."""
MOST_CONNECTIONS: Final = 512
"""As many as Prometheus holds by default."""
KEPT_DESCRIPTORS: Final = 128
"""File descriptors that the state file and the sources' connections never have to share with clients."""

LONGEST_TARGET: Final = 8 * 2**10
"""Bytes of the longest first line of a request."""
LONGEST_HEAD: Final = 16 * 2**10
"""Bytes of the longest first line and headers together."""
MOST_HEADERS: Final = 100
"""Headers of one request."""
SMALL_CHUNKS: Final = 1000
"""Chunks of a body that may be of any size; further ones must be `MEAN_CHUNK` bytes long on average."""
MEAN_CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What a listener allows.

    Attributes:
        connections: Connections that are open at the same time.
        seconds: How long each phase may take.
    """

    connections: int = MOST_CONNECTIONS
    seconds: Mapping[Phase, float] = field(default_factory=lambda: SECONDS)

    @classmethod
    def of_process(cls) -> Limits:
        """The limits that this process' file descriptors leave room for."""
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if descriptors == resource.RLIM_INFINITY:
            return cls()
        return cls(connections_within(descriptors))


def connections_within(descriptors: int) -> int:
    """How many connections a process may hold that may open so many files: at least half are for clients."""
    return max(1, min(MOST_CONNECTIONS, max(descriptors // 2, descriptors - KEPT_DESCRIPTORS)))
