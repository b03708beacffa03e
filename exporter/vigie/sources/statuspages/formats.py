"""
The formats of status pages: what each holds, and how it reads as a `State`. Pure.

What a format always holds is required, so that JSON with other fields is an error and never "operational".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import UNSET, Struct, UnsetType, field

from vigie.core.values import unix
from vigie.sources.statuspages.feeds import FireHydrant, Railway, Stripe
from vigie.sources.statuspages.instatus import Instatus
from vigie.sources.statuspages.state import (
    IMPACT_OF,
    IN_PROGRESS,
    OVER,
    STATUS_OF,
    Component,
    Incident,
    State,
    Status,
    impact,
    status,
    worst,
)


class Page(Protocol):
    """An answer of any format."""

    def state(self) -> State:
        """What it says."""


class StatuspageComponent(Struct):
    """A component, or the head of a group. Pages that only imitate Statuspage may know no groups."""

    id: str
    name: str
    status: str
    group: bool | None = None
    group_id: str | None = None


class StatuspageTouched(Struct):
    """A component as an incident names it."""

    id: str


class StatuspageWork(Struct):
    """Announced work."""

    status: str
    components: list[StatuspageTouched] | None = None
    """Pages that only imitate Statuspage may not say what it touches."""

    @property
    def parts(self) -> frozenset[str] | None:
        """Ids of the components that it touches, where it says so."""
        return frozenset(part.id for part in self.components) if self.components else None


class StatuspageIncident(StatuspageWork, kw_only=True):
    """An incident; pages that only imitate Statuspage may only say when it was made known."""

    impact: str
    started_at: str | UnsetType | None = UNSET
    created_at: str | None = None

    def __post_init__(self) -> None:
        """One of both times is always there."""
        if self.started_at is UNSET:
            if self.created_at is None:
                raise ValueError("Object missing required field `started_at`")
            self.started_at = self.created_at


class Indicator(Struct):
    """Everything together: none, minor, major, critical or maintenance."""

    indicator: str


class Statuspage(Struct):
    """Atlassian Statuspage, `/api/v2/summary.json`; incident.io writes the same beside its own."""

    status: Indicator
    components: list[StatuspageComponent]
    incidents: list[StatuspageIncident]
    scheduled_maintenances: list[StatuspageWork]

    def state(self) -> State:
        """What it says. Heads of groups only give their name, and stand for their members where they are touched."""
        groups = {component.id: component.name for component in self.components if component.group}
        heads = {component.id: component.group_id for component in self.components}
        components = [
            Component(part.id, part.name, status(part.status), groups.get(part.group_id or "", ""))
            for part in self.components
            if not part.group
        ]
        incidents = [
            Incident(impact(incident.impact), unix(incident.started_at or None), _members(incident.parts, heads))
            for incident in self.incidents
            if incident.status not in OVER
        ]
        works = [_members(work.parts, heads) for work in self.scheduled_maintenances if work.status in IN_PROGRESS]
        return State(status(self.status.indicator, STATUS_OF), components, incidents, works, "all")


def _members(parts: frozenset[str] | None, heads: Mapping[str, str | None]) -> frozenset[str] | None:
    """The parts, and the members of those that are heads of groups."""
    return parts and parts | {member for member, head in heads.items() if head in parts}


class IncidentIoIncident(Struct):
    """An incident that is not over."""

    impact: str = field(name="current_worst_impact")
    created_at: str


class IncidentIo(Struct):
    """incident.io, `/api/v1/summary`: incidents without parts."""

    incidents: list[IncidentIoIncident] = field(name="ongoing_incidents")
    maintenances: list[object] = field(name="in_progress_maintenances")

    def state(self) -> State:
        """What it says."""
        found = [status(incident.impact) for incident in self.incidents]
        incidents = [
            Incident(IMPACT_OF[hurt], unix(incident.created_at))
            for hurt, incident in zip(found, self.incidents, strict=True)
        ]
        calm: Status = "under_maintenance" if self.maintenances else "operational"
        return State(worst(found) if found else calm, (), incidents, [None] * len(self.maintenances))


class PagerDutyPage(Struct):
    """The headline of the page."""

    headline: str = field(name="globalStatusHeadline")


class PagerDutySettings(Struct):
    """Where the page is."""

    page: PagerDutyPage = field(name="statusPage")


class PagerDutyLayout(Struct):
    """Where the settings are."""

    settings: PagerDutySettings = field(name="layout_settings")


class PagerDuty(Struct):
    """PagerDuty's own product, `/api/data`: only its headline is known."""

    layout: PagerDutyLayout

    def state(self) -> State:
        """What the headline says; words that are not known are `unknown`."""
        headline = self.layout.settings.page.headline.lower()
        words: Mapping[str, Status] = {
            "operational": "operational",
            "maintenance": "under_maintenance",
            "degraded": "degraded_performance",
            "partial": "partial_outage",
            "outage": "major_outage",
        }
        return State(next((known for word, known in words.items() if word in headline), "unknown"))


FORMATS: Mapping[str, type[Page]] = {
    "statuspage": Statuspage,
    "stripe": Stripe,
    "railway": Railway,
    "firehydrant": FireHydrant,
    "incident_io": IncidentIo,
    "instatus": Instatus,
    "pagerduty": PagerDuty,
}
