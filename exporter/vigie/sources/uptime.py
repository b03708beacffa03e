"""
Uptime monitoring from outside, whoever does it: one set of families, one way to read them.

A provider gives a list of monitors in one request, and response times only one monitor at a time. So each poll reads
the list, and the response times of the few monitors whose turn it is.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from vigie.core.families import Families, Family, gauge
from vigie.core.parts import Turns, within
from vigie.core.permitted import Permitted
from vigie.core.settings import Interval, Timeout
from vigie.core.source import Context, Poll, Source, SourceConfig
from vigie.core.values import states, unique
from vigie.errors import Reason, SourceError

Status = Literal["up", "down", "suspect", "recovering", "paused", "pending", "maintenance", "unknown"]
STATUSES: Sequence[Status] = ("up", "down", "suspect", "recovering", "paused", "pending", "maintenance", "unknown")
"""
`suspect` failed its last check and is not confirmed down; `recovering` passed it and is not confirmed up; `pending`
was not checked yet.
"""
_ANSWERS: Mapping[Status, float] = {"up": 1, "recovering": 1, "down": 0, "suspect": 0}
"""Whether the last check passed; the other states say nothing about that."""
PAGES = 50
"""Most pages of monitors."""
SIDE = 0.3
"""Part of the poll's deadline that what is read beside the monitors may take."""
KEEP = 3600.0
"""Seconds for which a response time is shown while none can be read."""

UP = gauge(
    "uptime_monitor_up",
    "Whether the last check passed (1) or failed (0); absent while paused, in maintenance or not checked yet.",
    *("provider", "monitor"),
    join="min",
)
STATUS = gauge(
    "uptime_monitor_status",
    "State that the provider names: 1 for the one that the monitor is in.",
    *("provider", "monitor", "status"),
)
RESPONSE = gauge(
    "uptime_monitor_response_seconds",
    "Response time that the provider measured last; read in turns, so it may be some polls old.",
    *("provider", "monitor"),
)
CERTIFICATE = gauge(
    "uptime_monitor_certificate_expiry_timestamp_seconds",
    "Unix time at which the certificate of the monitored address ends.",
    *("provider", "monitor"),
    join="min",
)
DOMAIN = gauge(
    "uptime_monitor_domain_expiry_timestamp_seconds",
    "Unix time at which the registration of the monitored domain ends.",
    *("provider", "monitor"),
    join="min",
)
INTERVAL = gauge("uptime_monitor_check_interval_seconds", "Time between two checks.", "provider", "monitor")
CHECKED = gauge(
    "uptime_monitor_last_check_timestamp_seconds", "Unix time of the last check.", "provider", "monitor", join="min"
)
AVAILABLE = gauge(
    "uptime_response_times_available", "Whether the key may read response times (1) or not (0).", "provider", join="min"
)

FAMILIES: tuple[Family, ...] = (UP, STATUS, RESPONSE, CERTIFICATE, DOMAIN, INTERVAL, CHECKED, AVAILABLE)


class UptimeConfig(SourceConfig):
    """What the providers have in common."""

    interval: Interval = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 30.0
    """Deadline of one poll; what is not there by then is an error."""
    response_times: bool = True
    """Read response times, a few monitors at each poll."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """
    One monitor, whoever the provider is.

    Attributes:
        id: The provider's own.
        name: As people named it; may be an address.
        status: One of `STATUSES`.
        timed: Whether it has response times.
        details: Values of the families that describe it, as far as the provider knows them.
    """

    id: str
    name: str
    status: Status
    timed: bool
    details: Mapping[Family, float | None]


Listed = tuple[list[Monitor], tuple[SourceError, ...]]
"""The monitors, and what could not be listed beside them."""

Config = TypeVar("Config", bound=UptimeConfig)


class UptimeSource(Source[Config]):
    """
    A provider of uptime monitoring.

    Args:
        config: The settings.
        context: What the core lends.
        turns: Monitors whose response times one poll reads.

    Attributes:
        provider: Value of the `provider` label.
        monitors: What the last poll listed, or None before the first.
    """

    families = FAMILIES
    provider: ClassVar[str]

    def __init__(self, config: Config, context: Context, turns: int) -> None:
        super().__init__(config, context)
        self.monitors: Sequence[Monitor] | None = None
        side = SIDE * config.timeout
        self._times = Turns[float | None](self._response, self._timed, every=0.0, keep=KEEP, most=turns, patience=side)
        self._may_time = Permitted("response times", self._times)

    @abstractmethod
    async def list_monitors(self) -> Listed:
        """
        Every monitor of the account.

        Raises:
            SourceError: They could not be read.
        """

    @abstractmethod
    async def response_seconds(self, monitor_id: str) -> float | None:
        """
        The newest response time, or None where there is none.

        Raises:
            SourceError: It could not be read.
        """

    async def poll(self) -> Poll:
        """Read the list, and the response times of those whose turn it is."""
        monitors, problems = await within((1 - SIDE) * self.config.timeout, self.list_monitors())
        self.monitors = monitors
        is_limited = any(problem.reason is Reason.RATE_LIMITED for problem in problems)
        if self.config.response_times and not is_limited:
            problems = (*problems, *await self._may_time.refresh(self.context.now()))
        return Poll(self._families(monitors), problems)

    async def describe(self) -> str:
        """Monitors by state, from the last poll if there was one: a second list could be one request too many."""
        monitors = self.monitors if self.monitors is not None else (await self.list_monitors())[0]
        counts = {status: sum(monitor.status == status for monitor in monitors) for status in STATUSES}
        found = ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "none"
        denied = "" if self._may_time.allowed else "; the key may not read response times"
        return f"{len(monitors)} monitors ({found}){denied}"

    def _timed(self) -> list[str]:
        return [monitor.id for monitor in self.monitors or () if monitor.timed]

    async def _response(self, monitor_id: str) -> float | None:
        try:
            return await self.response_seconds(monitor_id)
        except SourceError as error:
            if error.reason is Reason.NOT_FOUND:  # deleted since the list was read
                return None
            raise

    def _families(self, monitors: Sequence[Monitor]) -> Families:
        families = Families()
        add_monitors(families, self.provider, monitors, self._times.found if self._may_time.allowed else {})
        if self.config.response_times:
            families.add(AVAILABLE, float(self._may_time.allowed), self.provider)
        return families


def add_monitors(
    families: Families, provider: str, monitors: Sequence[Monitor], seconds: Mapping[str, float | None]
) -> None:
    """Add what is known of each monitor; `seconds` are response times by id."""
    for family in (UP, STATUS):
        families.declare(family)
    names = unique((monitor.id, monitor.name) for monitor in monitors)
    for monitor in {monitor.id: monitor for monitor in monitors}.values():
        labels = (provider, names[monitor.id])
        states(families, STATUS, STATUSES, monitor.status, *labels)
        values = {**monitor.details, UP: _ANSWERS.get(monitor.status), RESPONSE: seconds.get(monitor.id)}
        for family, value in values.items():
            if value is not None:
                families.add(family, value, *labels)


def status(known: Mapping[str, Status], said: str | None) -> Status:
    """What a provider's word means; a word that is not documented is `unknown`, never `down`."""
    return known.get((said or "").lower(), "unknown")


def parameter(link: str | None, name: str) -> str | None:
    """
    A parameter of the link to a next page, None without a link: it is not followed itself, as it may lead anywhere.

    Raises:
        SourceError: There is a link that lacks it.
    """
    try:
        found = parse_qs(urlsplit(link or "").query).get(name, [None])[0]
    except ValueError:
        found = None
    if link and found is None:
        raise SourceError(Reason.BAD_PAYLOAD, f"a list of monitors goes on at a link without the parameter `{name}`")
    return found
