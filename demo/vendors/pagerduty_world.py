"""What is true at the simulated PagerDuty: one account and its configuration."""

from __future__ import annotations

import msgspec


class User(msgspec.Struct):
    """Somebody with an account."""

    id: str
    email: str
    name: str = "Somebody"


class Schedule(msgspec.Struct):
    """An on-call schedule: of layers, or of shifts in the newer API."""

    id: str
    name: str
    of_shifts: bool = False

    @property
    def type(self) -> str:
        """Its type."""
        return "schedule_v3" if self.of_shifts else "schedule"


class Target(msgspec.Struct):
    """Whom a rule tells."""

    id: str
    type: str


class Rule(msgspec.Struct):
    """One level of a policy."""

    escalation_delay_in_minutes: int
    targets: list[Target]


class Policy(msgspec.Struct):
    """An escalation policy; `teams` holds ids."""

    id: str
    name: str
    escalation_rules: list[Rule]
    num_loops: int = 0
    description: str | None = None
    teams: list[str] = msgspec.field(default_factory=list)


class Integration(msgspec.Struct):
    """A way for events to reach a service."""

    id: str
    name: str
    type: str
    key: str


class Service(msgspec.Struct):
    """What incidents belong to; timeouts in seconds, None where off."""

    id: str
    name: str
    policy: str
    acknowledgement_timeout: int | None = 1800
    auto_resolve_timeout: int | None = 14400
    integrations: list[Integration] = msgspec.field(default_factory=list)


class World(msgspec.Struct):
    """
    One account.

    Attributes:
        may_write: Whether the token may change anything; a read-only one gets 403.
        shows_keys: Whether the token sees the keys of integrations.
        has_shifts: Whether there is the newer API of schedules.
        limit: Requests a minute.
    """

    token: str = "demo"  # noqa: S105 - made up
    may_write: bool = True
    shows_keys: bool = True
    has_shifts: bool = True
    users: list[User] = msgspec.field(
        default_factory=lambda: [
            User("PUSER01", "oncall@acme.example", "Ona Call"),
            User("PUSER02", "lead@acme.example", "Lee Lead"),
            User("PUSER03", "cto@acme.example", "Cleo Tech"),
        ]
    )
    schedules: list[Schedule] = msgspec.field(
        default_factory=lambda: [
            Schedule("PSCHED1", "Primary on-call"),
            Schedule("PSCHED2", "Secondary on-call", of_shifts=True),
        ]
    )
    policies: list[Policy] = msgspec.field(
        default_factory=lambda: [Policy("PPOLICY", "Default", [Rule(30, [Target("PUSER01", "user_reference")])])]
    )
    services: list[Service] = msgspec.field(default_factory=list)
    limit: int = 960
    made: int = 0
