"""The families of status pages, and how a page fills them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vigie.core.families import Families, Family, gauge
from vigie.core.values import states, unique
from vigie.sources.statuspages.state import IMPACTS, STATUSES, Component, State

COMPONENT = gauge(
    "vendor_status",
    "State of a part of the vendor's service, as its status page says: 1 for the one that it is in.",
    *("vendor", "component", "status"),
)
OVERALL = gauge(
    "vendor_page_status",
    "State of everything together, or of the chosen components, as the status page says: 1 for the one that it is in.",
    *("vendor", "status"),
)
INCIDENTS = gauge(
    "vendor_incidents",
    "Incidents that are not over, by impact; only those of the chosen components, where some are chosen.",
    *("vendor", "impact"),
    join="sum",
)
BEGAN = gauge(
    "vendor_oldest_incident_timestamp_seconds",
    "Unix time at which the oldest incident that is not over began.",
    "vendor",
    join="min",
)
MAINTENANCES = gauge("vendor_maintenances", "Announced works that are in progress.", "vendor", join="sum")
READ = gauge(
    "vendor_page_up", "Whether the status page could be read (1) or not (0) at the last poll.", "vendor", join="min"
)
LEFT_OUT = gauge(
    "vendor_components_left_out", "Components above max_components, which are not exported.", "vendor", join="sum"
)

FAMILIES: tuple[Family, ...] = (COMPONENT, OVERALL, INCIDENTS, BEGAN, MAINTENANCES, READ, LEFT_OUT)


def add_page(families: Families, vendor: str, state: State, wanted: str, most: int) -> None:
    """
    Add one page.

    Args:
        families: What to add to.
        vendor: Value of the label.
        state: What the page says.
        wanted: Regular expression for the components; everything said is of them alone.
        most: Components to export; those that the page names first.
    """
    state = state.narrowed(wanted)
    chosen = list({part.id: part for part in state.components}.values())
    _add_components(families, vendor, chosen[:most])
    families.add(LEFT_OUT, len(chosen) - len(chosen[:most]), vendor)
    states(families, OVERALL, STATUSES, state.status, vendor)
    counts = Counter(incident.impact for incident in state.incidents)
    for impact in IMPACTS:
        families.add(INCIDENTS, counts[impact], vendor, impact)
    began = [incident.began for incident in state.incidents if incident.began is not None]
    if began:
        families.add(BEGAN, min(began), vendor)
    families.add(MAINTENANCES, len(state.maintenances), vendor)


def _add_components(families: Families, vendor: str, components: Sequence[Component]) -> None:
    names = unique((component.id, component.title) for component in components)
    for component in components:
        states(families, COMPONENT, STATUSES, component.status, vendor, names[component.id])
