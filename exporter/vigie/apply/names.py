"""From the names in `vigie.yaml` to what PagerDuty has by these names, and what PagerDuty has as names for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.apply.client import IntegrationBody, PolicyBody, Reference, ServiceBody, User
from vigie.apply.plan import PresentIntegration, PresentPolicy, PresentService, Rule, Target, rules
from vigie.config.document import Key, nearest
from vigie.config.paging import PolicyLevel
from vigie.errors import Reason, SourceError

_FEW = 8
"""Names that are listed when none is like the one that was written."""
_USER = "user"
_REFERENCE = "_reference"


@dataclass(frozen=True, slots=True)
class Directory:
    """
    Whom the account can tell.

    Attributes:
        users: By e-mail address in lower case.
        schedules: By name; several may have the same.
    """

    users: Mapping[str, Target]
    schedules: Mapping[str, Sequence[Target]]

    @classmethod
    def of(cls, users: Iterable[User], schedules: Iterable[Reference]) -> Directory:
        """The directory of these users and schedules."""
        by_name: dict[str, list[Target]] = {}
        for schedule in schedules:
            by_name.setdefault(schedule.summary or schedule.id, []).append(_schedule(schedule))
        return cls({user.email.casefold(): _user(user) for user in users}, by_name)

    def target(self, reference: Reference) -> Target:
        """What a reference in a policy points to, with its name here."""
        kind = reference.type.removesuffix(_REFERENCE)
        known = self.users.values() if kind == _USER else (one for same in self.schedules.values() for one in same)
        names = {target.id: target.name for target in known}
        name = names.get(reference.id) or reference.summary or reference.id
        return Target("user" if kind == _USER else "schedule", reference.id, f"{kind}{_REFERENCE}", name)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name in `vigie.yaml` that PagerDuty does not have, or not once: where it stands below `levels`, and why."""

    key: Key
    sentence: str


def resolve(levels: Sequence[PolicyLevel], directory: Directory) -> tuple[tuple[Rule, ...], tuple[Unknown, ...]]:
    """The rules that the levels come to, and the names that could not be found."""
    unknown: list[Unknown] = []
    found: list[tuple[float, frozenset[Target]]] = []
    for number, level in enumerate(levels):
        answers = {
            **{(number, "users", index): _find_user(email, directory) for index, email in enumerate(level.users)},
            **{(number, "schedules", at): _find_schedule(name, directory) for at, name in enumerate(level.schedules)},
        }
        unknown += [Unknown(key, answer) for key, answer in answers.items() if isinstance(answer, str)]
        found.append((level.after, frozenset(answer for answer in answers.values() if isinstance(answer, Target))))
    return rules(found), tuple(unknown)


def present_policy(body: PolicyBody, directory: Directory) -> PresentPolicy:
    """A policy as it can be compared."""
    found = (
        Rule(rule.escalation_delay_in_minutes, frozenset(directory.target(target) for target in rule.targets))
        for rule in body.escalation_rules
    )
    kept: dict[str, object] = {"num_loops": body.num_loops}
    if body.description is not None:
        kept["description"] = body.description
    if body.teams:  # accounts on smaller plans have none, and may not name any
        kept["teams"] = [{"id": team.id, "type": team.type} for team in body.teams]
    return PresentPolicy(body.id, tuple(found), kept)


def present_service(body: ServiceBody) -> PresentService:
    """A service as it can be compared."""
    policy = body.escalation_policy.id if body.escalation_policy else None
    return PresentService(body.id, policy, body.acknowledgement_timeout, body.auto_resolve_timeout)


def present_integration(body: IntegrationBody) -> PresentIntegration:
    """
    An integration as it can be compared.

    Raises:
        SourceError: Its key was not shown.
    """
    if not body.integration_key:
        sentence = "PagerDuty does not show the keys of integrations to this one; its user must be allowed to see them"
        raise SourceError(Reason.FORBIDDEN, sentence)
    return PresentIntegration(body.name or body.id, body.integration_key)


def rule_bodies(wanted: Iterable[Rule]) -> list[dict[str, Any]]:
    """
    Rules as PagerDuty takes them.

    Without `escalation_rule_assignment_strategy`, which accounts on smaller plans may not name.
    """
    return [
        {
            "escalation_delay_in_minutes": rule.minutes,
            "targets": [{"id": target.id, "type": target.type} for target in sorted(rule.targets, key=_order)],
        }
        for rule in wanted
    ]


def _find_user(email: str, directory: Directory) -> Target | str:
    found = directory.users.get(email.casefold())
    return found or f"PagerDuty has no user {email!r}; {_hint(email.casefold(), directory.users)}"


def _find_schedule(name: str, directory: Directory) -> Target | str:
    found = directory.schedules.get(name, ())
    if not found:
        return f"PagerDuty has no schedule {name!r}; {_hint(name, directory.schedules)}"
    if len(found) > 1:
        return f"PagerDuty has {len(found)} schedules {name!r}; give each a name of its own"
    return found[0]


def _hint(name: str, known: Mapping[str, object]) -> str:
    hint = nearest(name, known)
    return hint if len(known) <= _FEW or hint.startswith("did") else f"none of the {len(known)} there is like it"


def _user(user: User) -> Target:
    return Target("user", user.id, f"{_USER}{_REFERENCE}", user.email)


def _schedule(schedule: Reference) -> Target:
    reference = schedule.type.removesuffix(_REFERENCE) + _REFERENCE
    return Target("schedule", schedule.id, reference, schedule.summary or schedule.id)


def _order(target: Target) -> tuple[str, str]:
    return target.kind, target.id
