"""What every status page says, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Status = Literal[
    "operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage", "unknown"
]
STATUSES: Sequence[Status] = (
    *("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage"),
    "unknown",
)
"""From best to worst, as Statuspage names them; `unknown` is neither."""
_RANK = {status: rank for rank, status in enumerate((STATUSES[0], "unknown", *STATUSES[1:-1]))}
WORDS: Mapping[str, Status] = {**{status: status for status in STATUSES}, "full_outage": "major_outage"}
"""How most formats write them, in lower case."""

Impact = Literal["none", "minor", "major", "critical", "maintenance", "unknown"]
IMPACTS: Sequence[Impact] = ("none", "minor", "major", "critical", "maintenance", "unknown")

IMPACT_OF: Mapping[Status, Impact] = {
    "operational": "none",
    "degraded_performance": "minor",
    "partial_outage": "major",
    "major_outage": "critical",
    "under_maintenance": "maintenance",
    "unknown": "unknown",
}
STATUS_OF: Mapping[str, Status] = {impact: status for status, impact in IMPACT_OF.items()}


OVER = frozenset({"resolved", "postmortem", "completed"})
IN_PROGRESS = frozenset({"in_progress", "verifying"})


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the vendor's service; `group` may be a product or a region."""

    id: str
    name: str
    status: Status
    group: str = ""

    @property
    def title(self) -> str:
        """What people call it, group first."""
        return f"{self.group} / {self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True)
class Incident:
    """
    Something that is not over.

    Attributes:
        impact: How bad it is, all parts together.
        began: Unix time.
        parts: Ids of the components that it touches; None where the page does not say.
    """

    impact: Impact
    began: float | None = None
    parts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """
    A page.

    Attributes:
        status: Of everything together.
        names: Which parts it names: all, only those that something is the matter with, or none ever.
        maintenances: Announced works that are in progress, each as the ids of the components that it touches, or None
            where the page does not say.
    """

    status: Status
    components: Sequence[Component] = ()
    incidents: Sequence[Incident] = field(default=())
    maintenances: Sequence[frozenset[str] | None] = ()
    names: Literal["all", "hurt", "none"] = "none"

    def narrowed(self, wanted: str) -> State:
        """
        What it says of the components whose title contains the regular expression, as if there were no others.

        An incident counts when it touches one of them; where the page does not say what it touches, when one of them is
        not operational. So do works. A page that never names parts stays as it is.
        """
        if not wanted or self.names == "none":
            return self
        chosen = [part for part in self.components if re.search(wanted, part.title)]
        ids = frozenset(part.id for part in chosen)
        hurt = frozenset(part.id for part in chosen if part.status != "operational")
        works = any(part.status == "under_maintenance" for part in chosen)
        calm: Status = "operational" if self.names == "hurt" else "unknown"
        return replace(
            self,
            status=worst(part.status for part in chosen) if chosen else calm,
            components=chosen,
            incidents=[each for each in self.incidents if (ids & each.parts if each.parts is not None else hurt)],
            maintenances=[each for each in self.maintenances if (ids & each if each is not None else works)],
        )


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of several; `unknown`, which stands between operational and the rest, where there is none."""
    return max(statuses, key=lambda status: _RANK[status], default="unknown")


def status(said: str | None, words: Mapping[str, Status] = WORDS) -> Status:
    """What a page's word means; one that is not documented is `unknown`."""
    return words.get((said or "").lower(), "unknown")


def impact(said: str | None) -> Impact:
    """What a page's word for an impact means."""
    return next((known for known in IMPACTS if known == (said or "").lower()), "unknown")
