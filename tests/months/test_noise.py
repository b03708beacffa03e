"""
Six hours at 80% of every threshold tell nobody, by chance either; and how soon a real fault of few events is told.

The products of a table run side by side, because a rule costs nearly the same for many as for one. Events come as
Poisson says, minute by minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mixin.levels import answers, app, ended, vigie
from tests.mixin.levels_vendors import calls, payments, runs
from tests.mixin.promtool import Levels, Rules
from tests.months.engine import Life, Run, rules_of, together
from tests.months.rhythm import HOUR, MINUTE, Chance, Seeded
from tests.months.table import Tell

SEEDS = range(4)
NOISE = 0.8
BEFORE, LENGTH = HOUR, 6 * HOUR
TITLE = "six hours of noise at 80% of the threshold: fired of four, by size"
SHORTEST = 5 * MINUTE
"""Seconds that what fires lasts at least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One number with its thresholds.

    Attributes:
        limits: The share of its events that must be bad for each severity, and the bound beyond which one is slow.
        levels: What so many events look like, of which so many are bad.
        sizes: Events in an hour, from a small product to a large one.
    """

    limits: Mapping[str, tuple[float, str]]
    levels: Callable[[float, float, str], Levels]
    sizes: tuple[float, ...]


def _slow(series: Callable[[str], str], bounds: tuple[str, ...]) -> Callable[[float, float, str], Levels]:
    """A histogram in which what is not bad is quick, and what is bad just too slow."""

    def levels(events: float, bad: float, bound: str) -> Levels:
        quick = bounds.index(bound)
        return {series(each): events - bad if place <= quick else events for place, each in enumerate(bounds)}

    return levels


_ANSWERED = _slow(
    lambda bound: app("http_request_duration_highr_seconds_bucket", le=bound),
    ("0.1", "0.5", "1.0", "2.0", "5.0", "+Inf"),
)
_CALLED = _slow(
    lambda bound: vigie("langsmith_llm_call_duration_seconds_bucket", project="chat", le=bound),
    ("1.0", "2.0", "5.0", "10.0", "+Inf"),
)
KINDS = {
    "HighErrorRate": Kind(
        {"warning": (0.01, ""), "critical": (0.05, "")},
        lambda events, bad, _: answers(events - bad, error=bad),
        (480, 4_800, 48_000, 480_000),
    ),
    "JobFailures": Kind(
        {"warning": (0.05, ""), "critical": (0.2, "")},
        lambda events, bad, _: ended(events - bad, bad),
        (150, 600, 6_000, 60_000),
    ),
    "PaymentFailures": Kind(
        {"warning": (0.1, ""), "critical": (0.3, "")},
        lambda events, bad, _: payments(events, bad),
        (12, 60, 200, 1_000),
    ),
    "LLMErrors": Kind(
        {"warning": (0.05, "")}, lambda events, bad, _: runs(events, errors=bad), (120, 600, 3_000, 12_000)
    ),
    "LLMAPIErrors": Kind(
        {"warning": (0.1, "")}, lambda events, bad, _: calls(events, errors=bad), (120, 600, 3_000, 12_000)
    ),
    "SlowResponse": Kind(
        {"warning": (0.05, "0.5"), "critical": (0.05, "2.0")}, _ANSWERED, (480, 4_800, 48_000, 480_000)
    ),
    "SlowTailResponse": Kind(
        {"warning": (0.01, "1.0"), "critical": (0.01, "5.0")}, _ANSWERED, (2_880, 4_800, 48_000, 480_000)
    ),
    "LLMSlowMedian": Kind({"warning": (0.5, "2.0")}, _CALLED, (120, 600, 3_000, 12_000)),
    "LLMSlowTail": Kind({"warning": (0.05, "10.0")}, _CALLED, (240, 600, 3_000, 12_000)),
}
COUNTED: Mapping[str, Callable[[float], Levels]] = {
    "SlowResponse": answers,
    "SlowTailResponse": answers,
    "LLMSlowMedian": calls,
    "LLMSlowTail": calls,
}
"""Where a histogram is judged: what counts its events."""

Minutes = Iterator[Levels]


def _noise(name: str, severity: str, size: int, chance: Chance) -> Minutes:
    """What happens in each minute of a product."""
    kind = KINDS[name]
    limit, bound = kind.limits[severity]
    usual = kind.sizes[size] * MINUTE / HOUR
    for _ in range((BEFORE + LENGTH) // MINUTE):
        bad = chance.count(usual * limit * NOISE)
        events = bad + chance.count(usual * (1 - limit * NOISE))
        counted = COUNTED[name](events) if name in COUNTED else {}
        yield kind.levels(events, bad, bound) | counted


def _series(product: str, minutes: Minutes) -> list[dict[str, str]]:
    """Totals of what happens in each minute, as promtool reads them."""
    totals: dict[str, float] = {}
    lines: dict[str, list[str]] = {}
    for levels in minutes:
        for selector, level in levels.items():
            totals[selector] = totals.get(selector, 0) + (level or 0)
            lines.setdefault(selector, []).append(f"{totals[selector]:.10g}")
    return [
        {"series": selector.replace('product="shop"', f'product="{product}"'), "values": " ".join(line)}
        for selector, line in lines.items()
    ]


def _only(rules: Rules, alert: str, severity: str) -> Rules:
    behind = rules.behind(alert)
    return behind.only(lambda rule: "record" in rule or rule["labels"]["severity"] == severity)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_of("shop")


@pytest.fixture(scope="module")
def fired(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], list[Life]]:
    """By alert and severity, what fired; the size and the seed are the product."""
    asked = [(name, severity) for name, kind in KINDS.items() for severity in kind.limits]
    ran = [
        Run(
            _only(rules, name, severity),
            [
                series
                for size in range(len(KINDS[name].sizes))
                for seed in SEEDS
                for series in _series(f"{size} {seed}", _noise(name, severity, size, Seeded(100 * size + seed)))
            ],
            MINUTE,
            MINUTE,
            BEFORE + LENGTH,
        )
        for name, severity in asked
    ]
    lives = together(ran, tmp_path_factory.mktemp("noise"))
    return {
        (name, severity): [
            life for life in lives if (life.labels["alertname"], life.labels["severity"]) == (name, severity)
        ]
        for name, severity in asked
    }


def test_noise_pages_nobody_and_warns_of_little(fired: Mapping[tuple[str, str], list[Life]], tell: Tell) -> None:
    for (name, severity), lives in sorted(fired.items()):
        sizes = Counter(life.labels["product"].split()[0] for life in lives)
        tell(TITLE, [name, severity, *(f"{sizes[str(size)]}" for size in range(len(KINDS[name].sizes)))])
        assert max(sizes.values(), default=0) <= (0 if severity == "critical" else 1), (name, severity, sizes)
        assert all(life.last - life.first >= SHORTEST for life in lives), (name, severity)


Fault = tuple[str, str, float, float, int | None]
"""An alert with its severity, events in an hour, the share that fails, and the minutes until it is told, if it is."""

FAULTS: tuple[Fault, ...] = (
    ("HighErrorRate", "critical", 300, 1, 11),
    ("HighErrorRate", "critical", 6_000, 1, 5),
    ("JobFailures", "critical", 60, 1, 28),
    ("JobFailures", "critical", 600, 1, 7),
    ("PaymentFailures", "critical", 9, 1, 41),
    ("PaymentFailures", "critical", 12, 1, 30),
    ("PaymentFailures", "critical", 12, 0.6, None),
    ("PaymentFailures", "warning", 12, 0.6, 59),
    ("PaymentFailures", "critical", 60, 0.6, 28),
    ("PaymentFailures", "critical", 200, 0.6, 21),
    ("LLMErrors", "warning", 108, 1, 16),
    ("LLMAPIErrors", "warning", 108, 1, 20),
)
WELL, LASTS = 2 * HOUR, HOUR
PACE_TITLE = "minutes until a fault of few events is told, evenly spaced, after two hours without one"


def _evenly(name: str, hourly: float, share: float) -> Minutes:
    """Events at even distances, of which a share fails after two hours."""
    begins, happened, failed = WELL // MINUTE, 0, 0
    for minute in range(1, begins + LASTS // MINUTE + 1):
        events = int(minute * hourly / 60) - happened
        happened += events
        since = happened - int(begins * hourly / 60)
        bad = max(0, int(since * share + 1e-9)) - failed if minute > begins else 0
        failed += bad
        yield KINDS[name].levels(events, bad, "")


def test_faults_of_few_events_are_told(rules: Rules, tell: Tell, tmp_path: Path) -> None:
    ran = [
        Run(
            _only(rules, name, severity),
            _series("shop", _evenly(name, hourly, share)),
            MINUTE,
            MINUTE,
            WELL + LASTS,
        )
        for name, severity, hourly, share, _ in FAULTS
    ]
    for number, (fault, run) in enumerate(zip(FAULTS, ran, strict=True)):
        name, severity, hourly, share, minutes = fault
        lives = run.alerts(tmp_path / str(number))
        told = [round(life.first / MINUTE) - WELL // MINUTE for life in lives]
        tell(PACE_TITLE, [name, severity, f"{hourly:g}/h", f"{share:.0%}", " ".join(map(str, told)) or "never"])
        assert told == ([] if minutes is None else [minutes]), fault
