"""A share of failures is judged over a short window and over an hour, and only where it is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mixin.levels import answers, ended
from tests.mixin.levels_vendors import calls, payments, runs
from tests.mixin.promtool import Case, Labels, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import SHOP, Nothing, one

HOUR, MINUTE = 3600, 60
PACE = MINUTE
"""Seconds between two samples where an hour is looked at."""
KEEPS = 300
"""Seconds for which a share goes on firing."""
NOISE, DEVIATIONS, FAILURES = 0.8, 3.5, 5
"""Of the threshold, from there, and at least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One share.

    Attributes:
        alert: Its name.
        labels: Of the alert, without its name, product and severity.
        levels: What so many events in a step look like, of which so many fail.
        limits: Its thresholds by severity.
        window: Its short window and its `for`, in seconds.
        minimum: Events in the short window that are enough.
        share: What is recorded of it over the short window, and `events` the same.
    """

    alert: str
    labels: Labels
    levels: Callable[[float, float], Levels]
    limits: Mapping[str, float]
    window: int
    lasting: int
    minimum: int
    share: str
    events: str

    def over(self, seconds: int, events: float, failures: float) -> Levels:
        """So many events and failures in so many seconds."""
        return self.levels(events * PACE / seconds, failures * PACE / seconds)

    def hourly(self, record: str) -> str:
        """The name of what is recorded over an hour."""
        return f"{record.rpartition('rate')[0]}rate1h"

    def fires(self, *severities: str) -> list[Labels]:
        """The alerts of these severities, in promtool's order."""
        return [{**self.labels, "product": "shop", "severity": each} for each in severities]

    def milder(self, severity: str) -> list[str]:
        """What fires too where this one may."""
        return [each for each in self.limits if each != severity and severity == "critical"]


_LLM = {"component": "llm", "owner": "backend", "source": "langsmith", "class": "errors"}
KINDS = (
    Kind(
        "HighErrorRate",
        {"component": "api", "owner": "backend", "class": "errors"},
        lambda events, failures: answers(events - failures, error=failures),
        {"warning": 0.01, "critical": 0.05},
        300,
        300,
        30,
        "product:http_errors_per_request:ratio_rate5m",
        "product:http_requests:rate5m",
    ),
    Kind(
        "JobFailures",
        {"component": "jobs", "owner": "backend", "source": "celery", "class": "errors"},
        lambda events, failures: ended(events - failures, failures),
        {"warning": 0.05, "critical": 0.2},
        600,
        300,
        20,
        "product:celery_task_failed_per_finished:ratio_rate10m",
        "product:celery_task_finished:rate10m",
    ),
    Kind(
        "PaymentFailures",
        {"component": "payments", "owner": "backend", "source": "stripe", "class": "errors"},
        payments,
        {"warning": 0.1, "critical": 0.3},
        1800,
        120,
        5,
        "product:stripe_payment_failures_per_attempt:ratio_rate30m",
        "product:stripe_payment_attempts:rate30m",
    ),
    Kind(
        "LLMErrors",
        _LLM,
        lambda events, failures: runs(events, errors=failures),
        {"warning": 0.05},
        600,
        300,
        20,
        "product:langsmith_run_errors_per_run:ratio_rate10m",
        "product:langsmith_runs:rate10m",
    ),
    Kind(
        "LLMAPIErrors",
        _LLM,
        lambda events, failures: calls(events, errors=failures),
        {"warning": 0.1},
        600,
        300,
        20,
        "product:langsmith_llm_call_errors_per_call:ratio_rate10m",
        "product:langsmith_llm_calls:rate10m",
    ),
)


def _mean(limit: float) -> float:
    return NOISE * limit


def _variance(limit: float) -> float:
    return _mean(limit) * (1 - _mean(limit))


def _events(limit: float, share: float, deviations: float) -> float:
    """How many events make a share so many standard deviations from what chance may be."""
    return _variance(limit) * (deviations / (share - _mean(limit))) ** 2


def _case(kind: Kind, promise: str, stretches: list[Stretch], fires: Mapping[int, list[str]]) -> Case:
    return Case(
        f"{kind.alert}: {promise}",
        stretches,
        {(at, kind.alert): kind.fires(*severities) for at, severities in fires.items()},
        step=PACE,
    )


def _steps(seconds: int) -> int:
    return seconds // PACE


def _short(kind: Kind, promise: str, events: float, failures: float, fires: list[str]) -> Case:
    """So much in the short window, after an hour of so much that is well that the hour tells nothing."""
    well = kind.over(kind.window, events * 1e4, 0)
    begins = HOUR + kind.window
    at = begins + kind.window + kind.lasting
    stretches = [
        Stretch(well, _steps(begins)),
        Stretch(kind.over(kind.window, events, failures), _steps(at - begins) + 2),
    ]
    return _case(kind, f"{promise} in the short window", stretches, {at: fires})


def _hour(kind: Kind, promise: str, events: float, failures: float, fires: list[str]) -> Case:
    """So much in an hour, evenly."""
    at = HOUR + 2 * kind.window + kind.lasting
    stretches = [Stretch(kind.over(HOUR, events, failures), _steps(at) + 1)]
    return _case(kind, f"{promise} in an hour", stretches, {at: fires})


def _chance(kind: Kind) -> Iterator[Case]:
    for severity, limit in kind.limits.items():
        share, milder = 1.5 * limit, kind.milder(severity)
        for deviations, fires in ((3.49, milder), (3.51, [severity, *milder])):
            events = _events(limit, share, deviations)
            promise = f"{severity} at {deviations} deviations"
            yield _short(kind, promise, events, share * events, fires)
            yield _hour(kind, promise, events, share * events, fires)


def _few(kind: Kind) -> Iterator[Case]:
    severities = list(kind.limits)
    for failures, fires in ((4.49, []), (4.51, severities)):
        yield _hour(kind, f"{failures} failures and nothing else", failures, failures, fires)
        if kind.minimum < FAILURES * 2:
            yield _short(kind, f"{failures} failures and nothing else", failures, failures, fires)
        elif not _binds(kind, min(kind.limits.values())):
            continue
        else:
            rest = [each for each in fires if each == "warning"]
            yield _short(kind, f"{failures} failures of few events", kind.minimum, failures, rest)


def _binds(kind: Kind, limit: float) -> bool:
    """Whether chance alone lets fewer failures fire."""
    most = _mean(limit) * kind.minimum + DEVIATIONS * (_variance(limit) * kind.minimum) ** 0.5
    return bool(most < FAILURES + 0.5)


def _boundary(kind: Kind) -> Iterator[Case]:
    """Where the short window is not certain, and the hour is."""
    for severity, limit in kind.limits.items():
        milder = kind.milder(severity)
        events = _events(limit, limit, 4.6)
        yield _hour(kind, f"exactly at the {severity} threshold", events, limit * events, milder)
        yield _hour(kind, f"beyond the {severity} threshold", events, 1.002 * limit * events, [severity, *milder])


def _over(kind: Kind) -> Iterator[Case]:
    """Few events fail, and then more of them come, of which fewer do."""
    for severity, limit in kind.limits.items():
        milder = kind.milder(severity)
        bad = Stretch(kind.over(HOUR, 40, 40), _steps(HOUR))
        later = HOUR + kind.window + KEEPS + 60
        nothing = Stretch(kind.over(HOUR, 0, 0), _steps(kind.window + KEEPS) + 8)
        yield _case(kind, "without events nothing is over", [bad, nothing], {later: list(kind.limits)})
        for share, fires in ((limit, milder), (1.002 * limit, [severity, *milder])):
            after = Stretch(kind.over(HOUR, 80, 80 * share), nothing.steps)
            yield _case(kind, f"{share:.3%} after it: {severity}", [bad, after], {later: fires})


def _record(kind: Kind) -> dict[str, tuple[Levels, dict[str, float]]]:
    """What 20 minutes come to in an hour: the short window fills bit by bit, and each minute counts."""
    minutes = kind.window // MINUTE
    whole = sum(min(minute / minutes, 1) for minute in range(1, 21)) / 60
    levels = kind.levels(30, 10)
    return {
        kind.hourly(kind.events): (levels, {SHOP: round(2 * whole, 6)}),
        kind.hourly(kind.share): (levels, {one(kind.hourly(kind.share)): 0.333333}),
    }


RATES = {kind.hourly(kind.events) for kind in KINDS}
RECORDED = {name: what for kind in KINDS for name, what in _record(kind).items()}
NOTHING: tuple[Nothing, ...] = (
    *((f"no event is no share: {kind.alert}", kind.levels(0, 0), kind.hourly(kind.share), None) for kind in KINDS),
    *(
        (f"one event in a minute has a share: {kind.alert}", kind.levels(0.25, 0.125), kind.hourly(kind.share), 0.5)
        for kind in KINDS
    ),
)


def _window(kind: Kind) -> Proof:
    """An hour is sixty minutes: what was before counts no more."""
    events, share = kind.hourly(kind.events), kind.hourly(kind.share)
    half = HOUR // 2 + kind.window
    stretches = [
        Stretch(kind.levels(240, 120), _steps(2 * HOUR)),
        Stretch(kind.levels(120, 0), _steps(HOUR + kind.window) + 1),
    ]
    end = 2 * HOUR + HOUR + kind.window
    values = {
        (2 * HOUR, f"round({events}, 1e-6)"): {SHOP: 4.0},
        (2 * HOUR, share): {one(share): 0.5},
        (end - 3 * MINUTE, f"{share} > bool 0"): {SHOP: 1.0},
        (end, f"round({events}, 1e-6)"): {SHOP: 2.0},
        (end, share): {one(share): 0.0},
        (2 * HOUR + half, f"{events} > bool 2"): {SHOP: 1.0},
    }
    return Proof(
        f"the hour of {kind.alert}", about(events, share), [Case(kind.alert, stretches, values=values, step=PACE)]
    )


PROOFS = [
    *(
        Proof(f"{kind.alert}: {what}", about(kind.alert), list(cases(kind)))
        for kind in KINDS
        for what, cases in (
            ("chance tells nothing", _chance),
            ("few failures say nothing", _few),
            ("the boundary of the hour", _boundary),
            ("the hour ends with the short window", _over),
        )
    ),
    *map(_window, KINDS),
]


@each_of(PROOFS)
def test_shares(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
