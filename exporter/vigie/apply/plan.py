"""What is wanted at PagerDuty, what is there, and what has to be done about it, without any I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from vigie.config.paging import MINUTE

INTEGRATION = "Vigie"
"""Name of the integration that is made; one with another name is taken where its key is in use already."""
_ALONE = 30
"""Minutes of the last level where there is only one: a number that PagerDuty wants, and that nothing follows from."""


class Thing(StrEnum):
    """What is compared, in the order in which it is made: each needs the one before."""

    POLICY = "policy"
    SERVICE = "service"
    INTEGRATION = "integration"
    KEY = "key"


class Action(StrEnum):
    """What has to be done about one thing."""

    KEEP = "keep"
    CREATE = "create"
    UPDATE = "update"
    LEAVE = "leave"
    """It is not as it should be, and is not ours to change."""


@dataclass(frozen=True, slots=True)
class Target:
    """
    A user or a schedule.

    Attributes:
        kind: A schedule stays the same one when PagerDuty changes its type, so the two types are one kind.
        id: PagerDuty's, unique within the kind.
        type: What a reference to it says.
        name: For people: the e-mail address, or the schedule's name.
    """

    kind: Literal["user", "schedule"]
    id: str
    type: str = field(compare=False)
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One level: who is told (in no order), and the minutes that they have before the next level is."""

    minutes: int
    targets: frozenset[Target]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `vigie.yaml` says: the name of the policy and its service, and the levels."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PresentPolicy:
    """
    An escalation policy.

    Attributes:
        kept: What else it has, as PagerDuty writes it: not Vigie's to say, so it is sent back with every change.
    """

    id: str
    rules: tuple[Rule, ...]
    kept: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PresentService:
    """A service; the timeouts are in seconds, None where they are off."""

    id: str
    policy: str | None
    acknowledgement_timeout: int | None = None
    auto_resolve_timeout: int | None = None


@dataclass(frozen=True, slots=True)
class PresentIntegration:
    """An Events API v2 integration of the service."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Present:
    """
    What is there; None for what is not.

    Attributes:
        key: The content of `routing_key_file`.
    """

    policy: PresentPolicy | None = None
    service: PresentService | None = None
    integration: PresentIntegration | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What has to be done about one thing; `differs` names what is not as wanted."""

    thing: Thing
    action: Action
    differs: frozenset[str] = frozenset()


def rules(levels: Iterable[tuple[float, frozenset[Target]]]) -> tuple[Rule, ...]:
    """
    From levels with the seconds after which each is told to rules with the minutes that each lasts.

    The last one lasts as long as the one before: it only matters where somebody made PagerDuty begin anew.
    """
    levels = tuple(levels)
    lasting = [round((later - earlier) / MINUTE) for (earlier, _), (later, _) in pairwise(levels)]
    lasting.append(lasting[-1] if lasting else _ALONE)
    return tuple(Rule(minutes, targets) for minutes, (_, targets) in zip(lasting, levels, strict=True))


def choose(integrations: Iterable[PresentIntegration], key: str | None) -> PresentIntegration | None:
    """The integration to use: whose key is in `routing_key_file` already, else the one that Vigie made."""
    integrations = tuple(integrations)
    in_use = (integration for integration in integrations if integration.key == key)
    ours = (integration for integration in integrations if integration.name == INTEGRATION)
    return next(in_use, None) or next(ours, None)


def plan(wanted: Wanted, present: Present) -> tuple[Step, ...]:
    """One step for each thing, in the order of `Thing`."""
    return (
        _policy(wanted, present.policy),
        _service(present.service, present.policy),
        Step(Thing.INTEGRATION, Action.KEEP if present.integration else Action.CREATE),
        _key(present.key, present.integration),
    )


def _policy(wanted: Wanted, policy: PresentPolicy | None) -> Step:
    if policy is None:
        return Step(Thing.POLICY, Action.CREATE)
    differs = frozenset({"rules"} if policy.rules != wanted.rules else ())
    return Step(Thing.POLICY, Action.UPDATE if differs else Action.KEEP, differs)


def _service(service: PresentService | None, policy: PresentPolicy | None) -> Step:
    """
    The service follows the policy, and neither forgets an acknowledgement nor resolves by itself.

    PagerDuty's own timeouts would do both: after half an hour it would tell the next level of what somebody is working
    on, and after four hours it would call resolved what still is there. Alertmanager knows when it ends, and says so.
    """
    if service is None:
        return Step(Thing.SERVICE, Action.CREATE)
    found = {
        "policy": policy is None or service.policy != policy.id,
        "acknowledgement_timeout": bool(service.acknowledgement_timeout),
        "auto_resolve_timeout": bool(service.auto_resolve_timeout),
    }
    differs = frozenset(name for name, is_other in found.items() if is_other)
    return Step(Thing.SERVICE, Action.UPDATE if differs else Action.KEEP, differs)


def _key(key: str | None, integration: PresentIntegration | None) -> Step:
    if key is None:
        return Step(Thing.KEY, Action.CREATE)
    return Step(Thing.KEY, Action.KEEP if integration and integration.key == key else Action.LEAVE)
