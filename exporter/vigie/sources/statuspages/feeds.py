"""Pages that vendors write themselves, and FireHydrant's: they name what hurts, and little of what does not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from vigie.core.values import unix
from vigie.sources.statuspages.state import (
    IMPACT_OF,
    IN_PROGRESS,
    OVER,
    WORDS,
    Component,
    Incident,
    State,
    Status,
    status,
    worst,
)


class StripeService(Struct):
    """A service of Stripe's, with a warning while something is the matter."""

    title: str
    warning: object
    """Null while nothing is the matter."""
    key: str = ""
    """Older pages have none; then the title tells services apart."""


class Stripe(Struct):
    """Stripe's own page, `/current/full`."""

    overall: str | None = field(default=None, name="UptimeStatus")
    spelled: str | None = field(default=None, name="uptimeStatus")
    before: str | None = field(default=None, name="largestatus")
    services: list[StripeService] = field(default_factory=list, name="uptimeData")
    """Older pages have none, and then no components are exported."""

    def __post_init__(self) -> None:
        """The name of the one field that must be there has changed over the years."""
        if self.overall is None:
            self.overall = self.spelled or self.before
        if self.overall is None:
            raise ValueError("Object missing required field `UptimeStatus`")

    def state(self) -> State:
        """What it says. It has no incidents: a page that is not up counts as one."""
        words: Mapping[str, Status] = {
            "up": "operational",
            "degraded": "degraded_performance",
            "down": "major_outage",
            "maintenance": "under_maintenance",
        }
        overall = status(self.overall, words)
        components = [
            Component(service.key or service.title, service.title, _warned(service.warning))
            for service in self.services
        ]
        incidents = [] if overall in {"operational", "unknown"} else [Incident(IMPACT_OF[overall])]
        return State(overall, components, incidents, names="all" if components else "none")


def _warned(warning: object) -> Status:
    return "degraded_performance" if warning else "operational"


class RailwayComponent(Struct):
    """What an incident does to a part of Railway; parts that it leaves alone are listed too."""

    name: str
    impact: str
    group: str | None = field(name="groupName")

    @property
    def key(self) -> str:
        """What tells it from the other parts."""
        return f"{self.group or ''} {self.name}"


class RailwayIncident(Struct):
    """An incident or work."""

    status: str
    components: list[RailwayComponent]
    created: str = field(name="createdAt")


class RailwayWork(Struct):
    """Announced work; which parts it touches, it may leave out."""

    status: str
    components: list[RailwayComponent] = field(default_factory=list)

    @property
    def parts(self) -> frozenset[str] | None:
        """Keys of the parts that it touches, where it says so."""
        return frozenset(part.key for part in self.components) or None


class Railway(Struct):
    """Railway's own page, `/api/status`: parts are only named by incidents."""

    incidents: list[RailwayIncident] = field(name="activeIncidents")
    maintenances: list[RailwayWork]

    def state(self) -> State:
        """What it says, each part as the worst of its incidents has it."""
        active = [incident for incident in self.incidents if incident.status.lower() not in OVER]
        parts: dict[tuple[str, str], list[Status]] = {}
        for part in (part for incident in active for part in incident.components):
            parts.setdefault((part.group or "", part.name), []).append(status(part.impact))
        components = [Component(f"{group} {name}", name, worst(found), group) for (group, name), found in parts.items()]
        incidents = [
            Incident(
                IMPACT_OF[worst(status(part.impact) for part in incident.components)],
                unix(incident.created),
                frozenset(part.key for part in incident.components if status(part.impact) != "operational"),
            )
            for incident in active
        ]
        works = [work.parts for work in self.maintenances if work.status.lower() in IN_PROGRESS]
        overall = worst(part.status for part in components) if active else "operational"
        return State(overall, components, incidents, works, "hurt")


_FIREHYDRANT: Mapping[str, Status] = {
    **WORDS,
    "degraded": "degraded_performance",
    "unavailable": "major_outage",
    "maintenance": "under_maintenance",
}


class FireHydrantComponent(Struct):
    """A part and its condition."""

    name: str
    condition: str
    id: str = ""
    """Where there is none, the name tells parts apart."""


class Timestamps(Struct):
    """When an incident began and ended; a page that lists only what is not over has no end."""

    started: str
    resolved: str | None = None


class FireHydrantIncident(Struct):
    """An incident and what it does to which parts."""

    timestamps: Timestamps
    components: list[FireHydrantComponent]


class FireHydrant(Struct):
    """FireHydrant, `/data/payload.json`."""

    incidents: list[FireHydrantIncident]
    components: list[FireHydrantComponent] = field(default_factory=list)
    """Some pages only name what an incident touches."""

    def state(self) -> State:
        """What it says, each part as the worst of its incidents has it."""
        active = [incident for incident in self.incidents if not incident.timestamps.resolved]
        named = [*self.components, *(part for incident in active for part in incident.components)]
        parts: dict[str, list[FireHydrantComponent]] = {}
        for part in named:
            parts.setdefault(part.id or part.name, []).append(part)
        components = [Component(key, found[0].name, _hurt(found)) for key, found in parts.items()]
        incidents = [
            Incident(
                IMPACT_OF[_hurt(incident.components)],
                unix(incident.timestamps.started),
                frozenset(part.id or part.name for part in incident.components),
            )
            for incident in active
        ]
        overall = worst(part.status for part in components) if components or active else "operational"
        return State(overall, components, incidents, names="all" if self.components else "hurt")


def _hurt(parts: Iterable[FireHydrantComponent]) -> Status:
    return worst(status(part.condition, _FIREHYDRANT) for part in parts)
