"""
A month in which nothing is wrong, minute by minute, wakes nobody.

Its five weeks of six days run side by side as five products, each after the night before, because a rule costs nearly
the same for five as for one. Only the budgets of the objectives look back for days: they see the month as it is, but
every five minutes.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.months.engine import Life, Run, parts, rules_of, together
from tests.months.events import quiet_month, shaped
from tests.months.rhythm import DAY, HOUR, MINUTE, Seeded
from tests.months.series import Timeline, timeline
from tests.months.state import usual
from tests.months.table import Tell

DAYS = 30
WEEKS = 5
NIGHT_BEFORE = 8 * HOUR
BURN_STEP = 5 * MINUTE
PARTS = (
    ("api", "jobs", "site", "database"),
    ("auth", "business", "llm", "hosting", "vendors", "monitoring"),
    ("slo",),
)

LEGITIMATE = {
    "SlowTailResponse": (1, "six of a hundred requests took over a second for three minutes; the window is of five"),
    "PaymentFailures": (2, "in one hour 8 of 79 cards were declined, in another 3 of 28: by chance, but over 10%"),
}
"""Warnings that the month raises, how often, and why they are right."""
TITLE = "a quiet month of 30 days"


def _month() -> Timeline:
    chance = Seeded(7)
    minutes = range(round(-NIGHT_BEFORE / MINUTE), DAYS * DAY // MINUTE)
    states = (usual(minute * MINUTE, MINUTE, chance) for minute in minutes)
    return timeline(shaped(states, quiet_month()), MINUTE)


def _runs(month: Timeline) -> list[Run]:
    *short, long = parts(rules_of("week-1"), PARTS)
    length = DAYS * DAY // WEEKS
    weeks = [
        series
        for week in range(WEEKS)
        for series in month.input(f"week-{week + 1}", week * length - NIGHT_BEFORE, (week + 1) * length)
    ]
    whole = month.input("month", -NIGHT_BEFORE, DAYS * DAY)
    return [
        *(Run(rules, weeks, MINUTE, MINUTE, length + NIGHT_BEFORE) for rules in short),
        Run(long, whole, MINUTE, BURN_STEP, DAYS * DAY + NIGHT_BEFORE),
    ]


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> list[Life]:
    """What fired, but for the watchdog."""
    return together(_runs(_month()), tmp_path_factory.mktemp("quiet"))


def _of(fired: list[Life], severity: str) -> Counter[str]:
    return Counter(life.name for life in fired if life.labels["severity"] == severity)


def test_nobody_is_woken(fired: list[Life], tell: Tell) -> None:
    pages = _of(fired, "critical")
    tell(TITLE, ["critical", str(pages.total()), ""])
    assert pages == {}


def test_only_warnings_that_are_right_are_told(fired: list[Life], tell: Tell) -> None:
    warnings = _of(fired, "warning")
    tell(TITLE, ["warning", str(warnings.total()), ""])
    for name, (_, reason) in sorted(LEGITIMATE.items()):
        tell(TITLE, [f"warning {name}", str(warnings[name]), reason])
    assert warnings == {name: times for name, (times, _) in LEGITIMATE.items()}
