"""
Deployments as things to count once. Pure.

A deployment is known to the state by its id and counted when it has ended. The list is read again from the oldest one
that has not, so none is missed, and a little before the newest, as lists are eventually consistent. Times are Vercel's
own, so Vigie's clock does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from vigie.core.ledger import count
from vigie.core.state import Event
from vigie.core.values import UNKNOWN
from vigie.sources.vercel.answers import Deployment
from vigie.sources.vercel.families import DEPLOYMENTS

ENDED = ("ready", "error", "canceled")
GONE = "deleted"
TARGETS = ("production", "preview")
_OVERLAP = 600_000
"""Milliseconds before the newest deployment from which the list is read again."""
_LONGEST = 86_400_000
"""Milliseconds for which a deployment that does not end is waited for."""


class First(Struct, frozen=True):
    """
    What the first look at the list saw: what had ended before it is history, however late it comes into sight.

    Attributes:
        newest: When the newest deployment was made (Unix time in ms); 0 where there was none, or nobody noted it.
        open: Ids of those that had not ended; they count when they do.
    """

    newest: float = 0.0
    open: frozenset[str] = frozenset()

    @classmethod
    def of(cls, deployments: Sequence[Deployment]) -> First:
        """What is noted of a first answer."""
        newest = max((deployment.created for deployment in deployments), default=0.0)
        return cls(newest, frozenset(each.uid for each in deployments if each.status not in (*ENDED, GONE)))

    @classmethod
    def load(cls, text: str | None) -> First:
        """Read what `dump` wrote."""
        return cls() if text is None else msgspec.json.decode(text, type=cls)

    def dump(self) -> str:
        """As text, for the state file."""
        return msgspec.json.encode(self).decode()

    def is_past(self, deployment: Deployment) -> bool:
        """Whether it had ended before."""
        return deployment.created <= self.newest and deployment.uid not in self.open


def events(deployments: Iterable[Deployment]) -> list[Event]:
    """The deployments that have ended."""
    return [
        Event(
            deployment.uid,
            deployment.created / 1000,
            count(DEPLOYMENTS, 1.0, deployment.project_id, _target(deployment), deployment.status),
        )
        for deployment in deployments
        if deployment.status in ENDED
    ]


def next_cursor(cursor: int | None, deployments: Sequence[Deployment], now: float) -> int:
    """
    From when on (Unix time in ms) the list must be read the next time; 0 as long as there was no deployment.

    A deployment of a time more than a day ahead moves nothing: the list would never be read again.
    """
    known = [deployment for deployment in deployments if deployment.created < now * 1000 + _LONGEST]
    if not known:
        return cursor or 0
    newest = max(deployment.created for deployment in known)
    running = (deployment.created for deployment in known if deployment.status not in (*ENDED, GONE))
    return max(int(min(newest - _OVERLAP, *running, newest)), int(newest - _LONGEST), cursor or 0)


def _target(deployment: Deployment) -> str:
    target = deployment.target or "preview"
    return target if target in (*TARGETS, "staging") else UNKNOWN
