"""
The formats of status pages: what each holds, and how it reads as a `State`. Pure.

What makes a page a page is required, so that JSON with other fields is an error and never "operational"; the rest has
defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct, field

from vigie.core.values import unix
from vigie.sources.statuspages.feeds import FireHydrant, Railway, Stripe
from vigie.sources.statuspages.state import (
    IMPACT_OF,
    IN_PROGRESS,
    OVER,
    STATUS_OF,
    STATUSES,
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
    """A component, or the head of a group."""

    id: str
    name: str
    status: str | None = None
    group: bool | None = None
    group_id: str | None = None


class StatuspageTouched(Struct):
    """A component as an incident names it."""

    id: str = ""


class StatuspageIncident(Struct):
    """An incident or announced work."""

    status: str | None = None
    impact: str | None = None
    started_at: str | None = None
    created_at: str | None = None
    components: list[StatuspageTouched] | None = None

    @property
    def parts(self) -> frozenset[str] | None:
        """Ids of the components that it touches, where it says so."""
        return frozenset(part.id for part in self.components) if self.components else None


class Indicator(Struct):
    """Everything together: none, minor, major, critical or maintenance."""

    indicator: str


class Statuspage(Struct):
    """Atlassian Statuspage, `/api/v2/summary.json`; incident.io writes the same beside its own."""

    status: Indicator
    components: list[StatuspageComponent]
    incidents: list[StatuspageIncident] = field(default_factory=list)
    scheduled_maintenances: list[StatuspageIncident] = field(default_factory=list)

    def state(self) -> State:
        """What it says. Heads of groups only give their name."""
        groups = {component.id: component.name for component in self.components if component.group}
        components = [
            Component(part.id, part.name, status(part.status), groups.get(part.group_id or "", ""))
            for part in self.components
            if not part.group
        ]
        incidents = [
            Incident(impact(incident.impact), unix(incident.started_at or incident.created_at), incident.parts)
            for incident in self.incidents
            if incident.status not in OVER
        ]
        works = sum(work.status in IN_PROGRESS for work in self.scheduled_maintenances)
        return State(status(self.status.indicator, STATUS_OF), components, incidents, works, "all")


class IncidentIoIncident(Struct):
    """An incident that is not over."""

    impact: str | None = field(default=None, name="current_worst_impact")
    created_at: str | None = None


class IncidentIo(Struct):
    """incident.io, `/api/v1/summary`: incidents without parts."""

    incidents: list[IncidentIoIncident] = field(name="ongoing_incidents")
    maintenances: list[object] = field(default_factory=list, name="in_progress_maintenances")

    def state(self) -> State:
        """What it says."""
        found = [status(incident.impact) for incident in self.incidents]
        incidents = [
            Incident(IMPACT_OF[hurt], unix(incident.created_at))
            for hurt, incident in zip(found, self.incidents, strict=True)
        ]
        calm: Status = "under_maintenance" if self.maintenances else "operational"
        return State(worst(found) if found else calm, (), incidents, len(self.maintenances))


class InstatusHead(Struct):
    """Everything together: UP, HASISSUES or UNDERMAINTENANCE."""

    status: str


class InstatusIncident(Struct):
    """An incident that is not over."""

    impact: str | None = None
    started: str | None = None


class Instatus(Struct):
    """Instatus, `/summary.json`."""

    page: InstatusHead
    incidents: list[InstatusIncident] = field(default_factory=list, name="activeIncidents")
    maintenances: list[object] = field(default_factory=list, name="activeMaintenances")

    def state(self) -> State:
        """What it says; how bad an issue is, only its incidents say."""
        impacts: Mapping[str, Status] = {
            known.replace("_", ""): known for known in STATUSES if known != "under_maintenance"
        }
        words: Mapping[str, Status] = {
            "up": "operational",
            "hasissues": "degraded_performance",
            "undermaintenance": "under_maintenance",
        }
        found = [status(incident.impact, impacts) for incident in self.incidents]
        incidents = [
            Incident(IMPACT_OF[hurt], unix(incident.started))
            for hurt, incident in zip(found, self.incidents, strict=True)
        ]
        head = status(self.page.status, words)
        overall = head if head in {"unknown", "under_maintenance"} else worst([head, *found])
        return State(overall, (), incidents, len(self.maintenances))


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
