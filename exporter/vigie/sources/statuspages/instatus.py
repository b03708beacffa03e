"""
Instatus, `/summary.json`. Pure.

A page that is up leaves its lists out. How bad an issue is, only its incidents say; what is announced is listed beside
what is under way; dates are written as ISO 8601 or as JavaScript prints them, with the age of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from vigie.core.values import unix
from vigie.sources.statuspages.state import IMPACT_OF, Incident, State, Status, status, worst

_IMPACTS: Mapping[str, Status] = {
    "operational": "operational",
    "undermaintenance": "under_maintenance",
    "degradedperformance": "degraded_performance",
    "minoroutage": "degraded_performance",
    "partialoutage": "partial_outage",
    "majoroutage": "major_outage",
}
"""Its words for a component and for an impact; a minor outage is less than a partial one."""
_UP, _ISSUES = "up", "has"
_SCOPES = ("all", "some", "one")
"""A page's word may say how much is hurt, before the word for how: `SOMEMAJOROUTAGE`."""
_OVER = {"resolved", "completed"}
_ANNOUNCED = {"notstartedyet", "scheduled"}


class Head(Struct):
    """Everything together: UP, UNDERMAINTENANCE, or HASISSUES and other words that begin with HAS."""

    status: str


class Issue(Struct):
    """An incident that is not over."""

    impact: str
    status: str
    started: str


class Work(Struct):
    """Work that is announced or under way."""

    status: str


class Instatus(Struct):
    """A page."""

    page: Head
    incidents: list[Issue] = field(default_factory=list, name="activeIncidents")
    maintenances: list[Work] = field(default_factory=list, name="activeMaintenances")

    def __post_init__(self) -> None:
        """A page that has issues lists them."""
        if self.page.status.lower() == "hasissues" and not self.incidents:
            raise ValueError("the page has issues and lists none in `activeIncidents`")

    def state(self) -> State:
        """What it says; a word that is not known never hides an incident that is."""
        active = [issue for issue in self.incidents if _word(issue.status) not in _OVER]
        hurts = [status(_word(issue.impact), _IMPACTS) for issue in active]
        incidents = [Incident(IMPACT_OF[hurt], began(issue.started)) for hurt, issue in zip(hurts, active, strict=True)]
        works = [work for work in self.maintenances if _word(work.status) not in _OVER | _ANNOUNCED]
        return State(_overall(_word(self.page.status), hurts), (), incidents, [None] * len(works))


def _overall(word: str, hurts: Sequence[Status]) -> Status:
    known = [hurt for hurt in hurts if hurt not in {"operational", "unknown"}]
    said = _said(word)
    if said is not None and said != "unknown":
        return worst([said, *known])
    if known:
        return worst(known)
    return "degraded_performance" if said is None else "unknown"


def _said(word: str) -> Status | None:
    """What the word for the page means; None for issues that only the incidents describe."""
    if word == _UP:
        return "operational"
    if word.startswith(_ISSUES):
        return None
    scope = next((scope for scope in _SCOPES if word.startswith(scope)), "")
    return status(word.removeprefix(scope), _IMPACTS)


def _word(said: str) -> str:
    return said.lower().replace("_", "").replace(" ", "")


def began(said: str) -> float | None:
    """Unix time of a date in ISO 8601, or as JavaScript prints one: `Wed Nov 18 2026 09:30:00 GMT+0000 (UTC)`."""
    try:
        return datetime.strptime(said.partition(" (")[0], "%a %b %d %Y %H:%M:%S GMT%z").timestamp()
    except ValueError:
        return unix(said)
