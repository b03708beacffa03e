"""A percentile of few events fires only where so many of them are slow that it is no chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mixin.levels import answers, app, vigie
from tests.mixin.levels_vendors import calls
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, each_of

BEYOND = 1.001
"""A little more than exactly so many."""


def _requests(events: float, slow: float, limit: str, above: str) -> Levels:
    """Requests in a step, of which so many take longer than a bound, and all of them less than the next."""
    bucket = "http_request_duration_highr_seconds_bucket"
    bounds = {limit: events - slow, above: events, "+Inf": events}
    return answers(events) | {app(bucket, le=bound): level for bound, level in bounds.items()}


def _calls(events: float, slow: float, limit: str, above: str) -> Levels:
    bucket = "langsmith_llm_call_duration_seconds_bucket"
    bounds = {limit: events - slow, above: events, "+Inf": events}
    return calls(events) | {vigie(bucket, project="chat", le=bound): level for bound, level in bounds.items()}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One percentile.

    Attributes:
        alert: Its name.
        labels: Of the alert, without its name, product and severity.
        levels: What so many events in a step look like, of which so many are slower than a bound of the histogram.
        limits: The bound that is the threshold, and the next, by severity.
        window: Seconds over which events are counted.
        tiers: Events from which on so large a share of them must be slow.
    """

    alert: str
    labels: Labels
    levels: Callable[[float, float, str, str], Levels]
    limits: dict[str, tuple[str, str]]
    window: int
    tiers: tuple[tuple[int, float], ...]


_API = {"component": "api", "owner": "backend", "class": "latency"}
_LLM = {"component": "llm", "owner": "backend", "class": "latency", "source": "langsmith"}
KINDS = (
    Kind(
        "SlowResponse",
        _API,
        _requests,
        {"warning": ("0.5", "1.0"), "critical": ("2.0", "5.0")},
        300,
        ((30, 0.2), (131, 0.1), (4704, 0.05)),
    ),
    Kind(
        "SlowTailResponse",
        _API,
        _requests,
        {"warning": ("1.0", "2.0"), "critical": ("5.0", "10.0")},
        300,
        ((200, 0.04), (676, 0.02), (24_304, 0.01)),
    ),
    Kind("LLMSlowMedian", _LLM, _calls, {"warning": ("2.0", "5.0")}, 600, ((20, 0.8), (74, 0.6), (295, 0.5))),
    Kind("LLMSlowTail", _LLM, _calls, {"warning": ("10.0", "15.0")}, 600, ((40, 0.2), (131, 0.1), (4704, 0.05))),
)


def _cases(kind: Kind) -> Iterator[Case]:
    """At each number of events, and one fewer: just enough of them are slow, and exactly what must be exceeded."""
    least = kind.tiers[0][0]
    for severity, (limit, above) in kind.limits.items():
        # what nearly is critical is a warning
        milder = [each for each in kind.limits if each != severity and severity == "critical"]
        for events, share in kind.tiers:
            for number, slow, fires in (
                (events, share * BEYOND, [severity, *milder]),
                (events, share, milder),
                (events - 1, share * BEYOND, milder if events > least else []),
            ):
                each = number * STEP / kind.window
                yield _case(kind, kind.levels(each, each * slow, limit, above), fires)


def _case(kind: Kind, levels: Levels, fires: list[str]) -> Case:
    at = kind.window + 330
    expected = [{**kind.labels, "product": "shop", "severity": severity} for severity in fires]
    promise = f"{kind.alert}: {' and '.join(fires) or 'nothing'}"
    return Case(promise, [Stretch(levels, at // STEP + 1)], {(at, kind.alert): expected})


PROOFS = [Proof(f"{kind.alert}: of few events", about(kind.alert), list(_cases(kind))) for kind in KINDS]


@each_of(PROOFS)
def test_steady(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
