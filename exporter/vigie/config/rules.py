"""How the rules read and judge: `selectors`, `windows`, `slo`; and how messages are grouped: `routing`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, field_serializer, model_validator

from vigie.config.selectors import Selector
from vigie.config.values import matching
from vigie.core.settings import Duration, Settings, WholeSeconds

SCRAPE_INTERVAL = 15.0
"""Seconds between two scrapes of the generated configuration."""
_SCRAPES = 4
"""Fewest scrapes in a window: of fewer, one that is missed leaves a hole."""
_DAY = 86400.0

BOUNDS: Mapping[str, tuple[float, ...]] = {
    "instrumentator": (
        *(0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0),
        *(7.5, 10.0, 30.0, 60.0),
    ),
    "otel": (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
}
"""By `numbers.http`: seconds at which the application's histogram has a bound, as its library has them by default."""


def _window(seconds: float) -> float:
    if not _SCRAPES * SCRAPE_INTERVAL <= seconds <= _DAY:
        raise ValueError("expected 1m to 1d: at least four scrapes of 15s each, so that a missed one leaves no hole")
    return seconds


def _positive(seconds: float) -> float:
    if not seconds:
        raise ValueError("expected a duration of at least one second, such as 1m")
    return seconds


def _share(value: object) -> object:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else _number(value)
    if number is None or not 0 < number < 1:
        raise ValueError("expected a share between 0 and 1: write 0.999 for 99.9%")
    return float(number)


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


Window = Annotated[WholeSeconds, AfterValidator(_window)]
"""Length of time over which rates and shares are computed."""
Wait = WholeSeconds
"""A wait, as Alertmanager's configuration repeats it."""
Pause = Annotated[Wait, AfterValidator(_positive)]
JobName = Annotated[str, matching(r'[^"\\\s]{1,80}', "the job_name of a Prometheus, such as api")]
"""A `job_name` of Prometheus."""
Share = Annotated[float, BeforeValidator(_share)]
"""Between 0 and 1, neither included."""


class Selectors(Settings):
    """
    Which series the rules and dashboards read: the labels between the braces of a query.

    Set one where a job has another name than in Vigie's own configuration, or to leave series out. One that is set also
    says that its series are there, whoever scrapes them.
    """

    app: Selector | None = None
    """The application's metrics; `job="app"` unless set. `job="app",handler!="/health"` leaves health checks out."""
    vigie: Selector | None = None
    """Vigie's own; `job="vigie"` unless set."""
    probes: Selector | None = None
    """Those of blackbox_exporter, with the label `probe`; `job="blackbox"` unless set."""
    node: Selector | None = None
    """A node_exporter's; `job="node"` unless set."""
    supabase: Selector | None = None
    """The feed of a Supabase project; `job="supabase"` unless set."""
    auth: Selector | None = None
    """Refused sign-ins that count for AuthFailures; Vigie's with `reason!="session"` unless set."""
    llm: Selector | None = None
    """Calls of models; all of Vigie's unless set. Add `project!~"staging|evals"` to leave out what no customer sees."""
    railway: Selector | None = None
    """Figures of Railway; all of Vigie's unless set. Add `service="api"` to leave the others out."""
    sentry: Selector | None = None
    """Figures of Sentry; all of Vigie's unless set. Add `project="backend"` to leave the others out."""
    disks: Selector | None = None
    """Disks that count for DiskSpaceLow; those of `node` but for memory and image file systems unless set."""
    targets: Selector | None = None
    """Targets that TargetDown speaks of; all with a label `product` but Vigie itself unless set."""


class Windows(Settings):
    """Over how long rates, shares and percentiles are computed: a longer time is calmer, and slower to see a fault."""

    http: Window = 300.0
    """HighErrorRate, ServerErrors, ClientErrors, SlowResponse, SlowTailResponse."""
    jobs: Window = 600.0
    """JobFailures."""
    cpu: Window = 300.0
    """HighCPU."""
    auth: Window = 300.0
    """AuthFailures."""
    payments: Window = 3600.0
    """PaymentFailures. Payments are few; with many of them a shorter window sees a fault sooner."""
    llm: Window = 600.0
    """The LLM alerts, but for the token budget."""


class Slo(Settings):
    """What is promised for a month; the burn alerts compare with it."""

    availability: Share = 0.999
    """Share of the requests that do not fail."""
    latency: Share = 0.95
    """Share of the requests that take no longer than `bound`."""
    bound: Duration = 0.5
    """How long they may take: a bound of the application's histogram, such as 500ms or 1s."""

    @field_serializer("bound")
    def _as_the_label_le_has_it(self, bound: float) -> str:
        return str(float(bound))


class Routing(Settings):
    """How Alertmanager groups messages, and how often it reminds of them."""

    page_wait: Wait = 10.0
    """Wait for companions before a page, whose alert has waited already."""
    message_wait: Wait = 30.0
    """The same before any other message."""
    group_interval: Pause = 60.0
    """Pause before a group that changed is told again, its end included."""
    repeat_interval: Pause = 14400.0
    """Reminder of a warning while nothing changes."""
    critical_repeat: Pause = 3600.0
    """The same of a critical alert by Slack, e-mail or SMS."""
    page_repeat: Pause = 300.0
    """
    The same to PagerDuty, which folds it into the open incident and wakes nobody. An alert that ended under a silence
    and returns is told within this time.
    """
    heartbeat: Pause = 60.0
    """Beat of the dead-man's switch; the service that listens should allow three of them to be missed."""

    @model_validator(mode="after")
    def _reminds_no_faster_than_it_tells(self) -> Routing:
        for key in ("repeat_interval", "critical_repeat", "page_repeat"):
            if getattr(self, key) < self.group_interval:
                raise ValueError(f"`{key}` is below `group_interval`, and a reminder cannot come sooner; raise it")
        return self


def check_bound(slo: Slo, http: str) -> None:
    """
    Check that the histogram of whoever counts requests has the bound.

    Raises:
        ValueError: It has not, so nobody could say how many requests took longer.
    """
    bounds = BOUNDS.get(http, (slo.bound,))
    if slo.bound not in bounds:
        near = sorted(sorted(bounds, key=lambda bound: abs(bound - slo.bound))[:2])
        choice = " or ".join(f"{bound:g}s" for bound in near)
        raise ValueError(f"`bound` is none that the histogram of {http} has, so nobody can count by it; take {choice}")
