"""What Vigie spends of each vendor's smallest plan in steady state, with the default settings."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from tests.vendors.setup import setups

HOUR, MONTH = 3600.0, 30 * 86400.0
SPARE = 0.2
"""Share of the plan that must stay free."""


@dataclass(frozen=True)
class Plan:
    """What the smallest plan allows: so many requests in so many seconds. Sources: docs/sources/."""

    name: str
    requests: int
    seconds: float


PLANS = {
    "betterstack": None,
    "langsmith": Plan("v2 query, per key", 300, 10),
    "railway": Plan("Free", 100, HOUR),
    "sentry": Plan("40 a second, by endpoint", 40, 1),
    "statuspages": None,
    "stripe": Plan("10,000 GETs a month", 10_000, MONTH),
    "supabase": Plan("120 a minute, per user", 120, 60),
    "uptimerobot": Plan("Free", 10, 60),
    "vercel": Plan("1,000 a minute, per user", 1000, 60),
}
"""None where the vendor names no limit."""


@dataclass(frozen=True)
class Row:
    """One source: requests per hour, and the share of the plan that they are (None without a plan)."""

    source: str
    hourly: float
    plan: Plan | None

    @property
    def share(self) -> float | None:
        """Part of the plan that is used."""
        return self.hourly / (self.plan.requests * HOUR / self.plan.seconds) if self.plan else None


def rows() -> list[Row]:
    """Every vendor with its default settings."""
    found = []
    for setup in setups():
        module = importlib.import_module(f"vigie.sources.{setup.name}")
        defaults = {key: value for key, value in setup.settings("https://vendor").items() if key not in TUNED}
        config = setup.kind.config_type.model_validate(defaults)
        found.append(Row(setup.name, module.requests_per_hour(config), PLANS[setup.name]))
    return found


TUNED = {"requests_per_minute"}
"""Settings that the tests change for their own sake."""


def main() -> None:
    """Print the table."""
    print(f"{'source':12} {'an hour':>9} {'a month':>9}  share of the smallest plan")
    for row in rows():
        share = f"{row.share:6.1%} of {row.plan.name}" if row.plan and row.share is not None else "no limit is named"
        print(f"{row.source:12} {row.hourly:9,.1f} {row.hourly * MONTH / HOUR:9,.0f}  {share}")


if __name__ == "__main__":
    main()
