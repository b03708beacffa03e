"""
The status pages of many vendors, one path each, in the format that the vendor's is written in.

Statuspage lists every component and only the incidents that are not over; the feeds of Railway and FireHydrant name
only what an incident touches; Stripe's has warnings by service; a page that moved answers HTML with status 200.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import SimulatedVendor

WORST = ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
INDICATOR = dict(zip(WORST, ("none", "maintenance", "minor", "major", "critical"), strict=True))


class Incident(msgspec.Struct):
    """An incident that is not over."""

    components: dict[str, str]
    impact: str = "minor"
    began: float = 1_794_999_000.0
    status: str = "investigating"


class Episode(msgspec.Struct):
    """Trouble that comes back: each `every` seconds one component is `status` for `lasts` seconds."""

    component: str
    status: str = "degraded_performance"
    every: float = 14400.0
    lasts: float = 900.0


class Page(msgspec.Struct):
    """
    One vendor's page.

    Attributes:
        components: State by name; `group / name` for one of a group.
        works: Announced works that are in progress.
        broken: A status to answer with instead, or `html` for a page of HTML with status 200.
    """

    format: str = "statuspage"
    components: dict[str, str] = msgspec.field(default_factory=dict)
    incidents: list[Incident] = msgspec.field(default_factory=list)
    works: int = 0
    broken: str = ""
    episode: Episode | None = None


def _all_well(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "operational")


class World(msgspec.Struct):
    """The pages by vendor."""

    pages: dict[str, Page] = msgspec.field(
        default_factory=lambda: {
            "anthropic": Page(
                components=_all_well("claude.ai", "Claude API (api.anthropic.com)", "Claude Code"),
                episode=Episode("Claude API (api.anthropic.com)"),
            ),
            "github": Page(components=_all_well("Git Operations", "Webhooks", "API Requests", "Actions")),
            "langsmith": Page(components=_all_well("US / API", "US / Ingestion", "EU / API", "EU / Ingestion")),
            "pagerduty": Page(format="pagerduty"),
            "railway": Page(format="railway"),
            "sentry": Page(components=_all_well("US / Error ingestion", "US / Dashboard", "US / API")),
            "stripe": Page(format="stripe", components=_all_well("api", "checkout", "webhooks", "dashboard")),
            "supabase": Page(components=_all_well("Auth", "API Gateway", "Database", "Management API")),
            "vercel": Page(components=_all_well("Builds", "Edge Network", "Functions", "Speed Insights")),
        }
    )


class StatusPages(SimulatedVendor):
    """All of them behind one host; `/anthropic` is Anthropic's."""

    name = "statuspages"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()

    def routes(self) -> Sequence[Route]:
        """One path for each vendor."""
        return [Route("/{vendor}", self._page)]

    async def _page(self, request: Request) -> Response:
        page = self.world.pages.get(request.path_params["vendor"])
        if page is None:
            return HTMLResponse("<!doctype html><title>Not found</title>", status_code=404)
        if page.broken:
            return (
                HTMLResponse("<!doctype html><title>Status</title>")
                if page.broken == "html"
                else JSONResponse({"message": "no"}, status_code=int(page.broken))
            )
        return JSONResponse(FORMATS[page.format](self._now(page)))

    def _now(self, page: Page) -> Page:
        """The page with its episode, when it is the time for one."""
        episode, now = page.episode, self.now()
        if episode is None or now % episode.every >= episode.lasts:
            return page
        began = now - now % episode.every
        trouble = Incident({episode.component: episode.status}, INDICATOR[episode.status], began)
        components = {**page.components, episode.component: episode.status}
        return msgspec.structs.replace(page, components=components, incidents=[*page.incidents, trouble])


def _worst(states: Mapping[str, str]) -> str:
    known = [state for state in states.values() if state in WORST]
    return max(known, key=WORST.index, default="operational")


def _statuspage(page: Page) -> Any:
    groups = sorted({name.partition(" / ")[0] for name in page.components if " / " in name})
    heads = [
        {"id": f"g-{group}", "name": group, "status": "operational", "group": True, "group_id": None}
        for group in groups
    ]
    parts = []
    for number, (title, state) in enumerate(page.components.items()):
        group, _, name = title.rpartition(" / ")
        parts.append(
            {"id": f"c-{number}", "name": name, "status": state, "group": False}
            | {"group_id": f"g-{group}" if group else None, "only_show_if_degraded": False}
        )
    ids = {title: part["id"] for title, part in zip(page.components, parts, strict=True)}
    incidents = [
        {"id": f"i-{number}", "status": incident.status, "impact": incident.impact, "started_at": _date(incident.began)}
        | {"components": [{"id": ids[title]} for title in incident.components if title in ids]}
        for number, incident in enumerate(page.incidents)
    ]
    works = [{"id": "m-0", "status": "scheduled", "impact": "maintenance"}]
    works += [{"id": f"m-{number}", "status": "in_progress", "impact": "maintenance"} for number in range(page.works)]
    return {
        "page": {"id": "p", "name": "Vendor", "url": "https://status.example", "updated_at": "2026-11-18T10:00:00Z"},
        "status": {"indicator": INDICATOR[_worst(page.components)], "description": "All Systems Operational"},
        "components": [*heads, *parts],
        "incidents": incidents,
        "scheduled_maintenances": works,
    }


def _stripe(page: Page) -> Any:
    words = {"operational": "up", "under_maintenance": "up", "major_outage": "down"}
    services = [
        {"key": name, "title": name.capitalize(), "warning": None if state == "operational" else {"text": state}}
        for name, state in page.components.items()
    ]
    overall = words.get(_worst(page.components), "degraded")
    return {"UptimeStatus": overall, "message": "All services are online.", "uptimeData": services}


def _railway(page: Page) -> Any:
    active = [
        {
            "id": f"i-{number}",
            "slug": "incident",
            "title": "Trouble",
            "status": incident.status.upper(),
            "createdAt": _date(incident.began),
            "resolvedAt": None,
            "components": [
                {"name": title.rpartition(" / ")[2], "groupName": title.rpartition(" / ")[0], "impact": state.upper()}
                for title, state in incident.components.items()
            ],
            "updates": [],
        }
        for number, incident in enumerate(page.incidents)
    ]
    works = [{"id": f"m-{number}", "status": "IN_PROGRESS", "components": []} for number in range(page.works)]
    return {"activeIncidents": active, "recentIncidents": [], "maintenances": works}


def _firehydrant(page: Page) -> Any:
    def parts(states: Mapping[str, str]) -> list[Any]:
        return [{"id": f"c-{name}", "name": name, "condition": state} for name, state in states.items()]

    incidents = [
        {
            "title": "Trouble",
            "severitySlug": "SEV2",
            "timestamps": {"started": _date(incident.began), "resolved": _over(incident)},
            "components": parts(incident.components),
        }
        for incident in page.incidents
    ]
    return {"incidents": incidents, "components": parts(page.components)}


def _over(incident: Incident) -> str | None:
    return "2026-11-18T10:00:00Z" if incident.status == "resolved" else None


def _incident_io(page: Page) -> Any:
    ongoing = [
        {"id": "i", "current_worst_impact": _worst(incident.components), "created_at": _date(incident.began)}
        for incident in page.incidents
    ]
    return {
        "ongoing_incidents": ongoing,
        "in_progress_maintenances": [{"id": "m"}] * page.works,
        "scheduled_maintenances": [],
    }


def _instatus(page: Page) -> Any:
    state = "HASISSUES" if page.incidents else "UNDERMAINTENANCE" if page.works else "UP"
    head = {"page": {"name": "Vendor", "url": "https://status.example", "status": state}}
    issues = [
        {
            "impact": _worst(incident.components).replace("_", "").upper(),
            "status": incident.status.upper(),
            "started": _date(incident.began),
        }
        for incident in page.incidents
    ]
    works = [{"id": "m", "status": "NOTSTARTEDYET"}] + [{"id": "m", "status": "INPROGRESS"}] * page.works
    return (
        head | ({"activeIncidents": issues} if issues else {}) | ({"activeMaintenances": works} if page.works else {})
    )


def _pagerduty(page: Page) -> Any:
    headlines = {
        "operational": "All systems operational",
        "under_maintenance": "Maintenance in progress",
        "degraded_performance": "Degraded performance",
        "partial_outage": "Partial outage",
        "major_outage": "Major outage",
    }
    return {"layout": {"layout_settings": {"statusPage": {"globalStatusHeadline": headlines[_worst(page.components)]}}}}


FORMATS: Mapping[str, Callable[[Page], Any]] = {
    "statuspage": _statuspage,
    "stripe": _stripe,
    "railway": _railway,
    "firehydrant": _firehydrant,
    "incident_io": _incident_io,
    "instatus": _instatus,
    "pagerduty": _pagerduty,
}


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
