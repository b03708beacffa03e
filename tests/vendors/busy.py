"""Vendors where something of every kind goes on, so that each field of their answers says something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.vendors.framework import SimulatedVendor
from demo.vendors.statuspages import Incident, Page
from tests.vendors.disturbance import Disturbance
from tests.vendors.setup import Setup, setups

SETUPS = {setup.name: setup for setup in setups()}
HOUR = 3600.0
PLENTY = 10**9
FORMATS = ("statuspage", "stripe", "railway", "firehydrant", "incident-io", "instatus", "pagerduty")


@dataclass(frozen=True)
class Busy:
    """
    One vendor.

    Attributes:
        setup: How it and its source are put together.
        enliven: Changes the world.
        settings: Settings of the source beside those of the setup.
        pause: Seconds between two polls.
        meanings: What a field that is left out or null means by the vendor's documentation, so that other numbers are
            right: by the end of the way to the field and what is done to it.
        closed: Keys of objects that hold only what was asked for, under names that the question chose.
    """

    setup: Setup
    enliven: Callable[[Any], None] = lambda _world: None
    settings: Callable[[str], Mapping[str, Any]] = lambda _url: {}
    pause: float = 2 * HOUR
    meanings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    closed: Sequence[str] = ()

    def vendor(self) -> SimulatedVendor:
        """The vendor, with much going on."""
        vendor = self.setup.simulator()
        for limit in ("limit", "patience"):
            if hasattr(vendor.world, limit):
                setattr(vendor.world, limit, PLENTY)
        self.enliven(vendor.world)
        return vendor

    def means_something(self, disturbance: Disturbance) -> bool:
        """Whether the vendor documents this as an answer of its own."""
        way = ".".join(disturbance.way)
        return any(way.endswith(end) and disturbance.how == how for end, how in self.meanings)


def _statuspages(world: Any) -> None:
    trouble = {"a": "partial_outage", "b": "operational"}
    began = 1_794_999_000.0
    for page in world.pages.values():
        page.episode = None
    for form in FORMATS:
        incidents = [Incident(trouble, "major", began), Incident({"b": "degraded_performance"}, "minor", began + 60)]
        incidents.append(Incident(trouble, "major", began, "resolved"))
        world.pages[f"ill-{form}"] = Page(form.replace("-", "_"), trouble, incidents, works=1)


def _statuspages_settings(url: str) -> Mapping[str, Any]:
    pages = {f"ill-{form}": {"url": f"{url}/ill-{form}", "format": form.replace("-", "_")} for form in FORMATS}
    return {"vendors": ["github", "sentry", *pages], "pages": pages}


def _attacked(world: Any) -> None:
    world.projects[0].attacked = True


BUSY: Mapping[str, Busy] = {
    **{name: Busy(setup) for name, setup in SETUPS.items()},
    "statuspages": Busy(
        SETUPS["statuspages"],
        _statuspages,
        _statuspages_settings,
        meanings={
            ("components.*.group", "renamed"): "an imitation of Statuspage knows no groups",
            ("components.*.group", "null"): "as above",
            ("components.*.group_id", "renamed"): "as above",
            ("components.*.group_id", "null"): "it belongs to no group",
            ("components.*.groupName", "null"): "it belongs to no group",
            ("incidents.*.started_at", "null"): "the page does not say",
            ("timestamps.resolved", "renamed"): "the page lists only what is not over",
            ("timestamps.resolved", "null"): "it is not over",
            ("services", "renamed"): "an older page",
            ("uptimeData.*.warning", "null"): "nothing is the matter",
            ("uptimeData.*.key", "renamed"): "an older page",
            ("activeMaintenances", "renamed"): "a page that is up leaves it out",
        },
    ),
    "vercel": Busy(
        SETUPS["vercel"], _attacked, meanings={("target", "null"): "a preview", ("endTime", "null"): "goes on"}
    ),
    "betterstack": Busy(
        SETUPS["betterstack"],
        meanings={
            ("attributes.pronounceable_name", "null"): "nobody named it",
            ("attributes.name", "null"): "nobody named it",
        },
    ),
    "railway": Busy(
        SETUPS["railway"],
        meanings={("node.serviceId", "null"): "a volume of no service, or a deployment of one that is gone"},
        closed=("d0",),
    ),
    "stripe": Busy(
        SETUPS["stripe"],
        settings=lambda _url: {"mrr": True},
        meanings={
            ("object.failure_code", "null"): "the bank does not say why",
            ("object.outcome", "renamed"): "an older API version",
            ("object.outcome", "null"): "Radar did not look at it",
            ("outcome.reason", "null"): "there is no more to say",
            ("object.cancellation_details", "renamed"): "an older API version",
            ("object.cancellation_details", "null"): "nobody said why",
            ("cancellation_details.reason", "null"): "nobody said why",
            ("items.*.quantity", "null"): "it is metered",
        },
    ),
    "langsmith": Busy(
        SETUPS["langsmith"],
        meanings={
            ("_tokens", "null"): "the caller did not note how many",
            ("total_cost", "null"): "it is not worked out yet",
            ("items.*.metadata", "null"): "nothing was noted about the call",
            ("error_preview", "null"): "nothing went wrong",
            ("ls_model_name", "renamed"): "the model was not noted",
            ("ls_model_name", "null"): "the model was not noted",
            ("next_cursor", "null"): "it is the last page",
            ("last_run_start_time", "null"): "nothing ever ran",
            ("items.*.type", "renamed"): "v1 does not say",
            ("items.*.type", "null"): "v1 does not say",
        },
    ),
}
