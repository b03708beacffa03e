"""While runs in LangSmith are too many to list, its statistics stand in for what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.mixin.levels import vigie
from tests.mixin.levels_vendors import answered, runs
from tests.mixin.promtool import Case, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import SHOP, one
from tests.mixin.test_recorded import asked

STAND_IN = {
    "product:langsmith_runs:rate10m": 2.0,
    "product:langsmith_llm_calls:rate10m": 4.0,
    "product:langsmith_run_errors_per_run:ratio_rate10m": 0.25,
    "product:langsmith_llm_call_errors_per_call:ratio_rate10m": 0.25,
    "product:langsmith_cost_dollars_per_run:ratio_rate10m": 0.1,
    "product:langsmith_llm_call_duration_seconds:p50_rate10m": 1.234568,
}
"""By recorded series: what `_statistics` come to."""


COUNTED = {
    "product:langsmith_runs:rate10m": 1.0,
    "product:langsmith_llm_calls:rate10m": 6.666667,
    "product:langsmith_run_errors_per_run:ratio_rate10m": 0.066667,
    "product:langsmith_llm_call_errors_per_call:ratio_rate10m": 0.0,
    "product:langsmith_cost_dollars_per_run:ratio_rate10m": 0.066667,
    "product:langsmith_llm_call_duration_seconds:p50_rate10m": 3.5,
}
"""By recorded series: what `COUNTERS` come to."""


def _statistics(scale: float = 1) -> Levels:
    """What LangSmith's statistics say of ten minutes in two projects."""
    levels: Levels = {}
    for project, part, errors, median in (("chat", 0.75, 0.2, 1.2345678), ("mail", 0.25, 0.4, 0.5)):
        for kind, number, slower in (("run", 1200, 5), ("llm", 2400, 1)):
            labels = {"project": project, "kind": kind}
            levels[vigie("langsmith_stats_runs", **labels)] = number * part * scale
            levels[vigie("langsmith_stats_error_ratio", **labels)] = errors * scale
            levels[vigie("langsmith_stats_duration_p50_seconds", **labels)] = median * scale * slower
        levels[vigie("langsmith_stats_cost_dollars", project=project)] = 120 * part * scale
    return levels


def _seen(promise: str, at: tuple[int, ...], *stretches: Stretch, recorded: Mapping[str, float] = STAND_IN) -> Proof:
    values = {
        (moment, query): {one(name) if query == name else SHOP: value}
        for name, value in recorded.items()
        for moment in at
        for query in [asked(name)]
    }
    return Proof(promise, about(*STAND_IN), [Case(promise, stretches, values=values)])


def _elsewhere(levels: Levels) -> Levels:
    """The same with more of everything, by another job."""
    return {each.replace('job="vigie"', 'job="elsewhere"'): 10 * (level or 0) for each, level in levels.items()}


COUNTERS: Levels = {**answered(s1=0, s5=100), **runs(15, errors=1, dollars=1)}
TWIN: Levels = {each.replace("vigie:1", "vigie:2"): level for each, level in _statistics(0.5).items()}

PROOFS = [
    # at once, though counters that are withheld now still fill a part of the window
    _seen("statistics stand in", (1200, 1800), Stretch(COUNTERS, 80), Stretch(_statistics(), 60)),
    _seen(
        "statistics outlive a missed scrape",
        (600, 690),
        Stretch(_statistics(), 40),
        Stretch(None, 1),
        Stretch(_statistics(), 1),
        Stretch(None, 7),
    ),
    _seen("the newest statistics count, when fewer", (600,), Stretch(_statistics(2), 40), Stretch(_statistics(), 1)),
    _seen("the newest statistics count, when more", (600,), Stretch(_statistics(0.5), 40), Stretch(_statistics(), 1)),
    _seen(
        "after two minutes without statistics what is counted is all",
        (735, 750),
        Stretch({**COUNTERS, **_statistics()}, 41),
        Stretch(COUNTERS, 20),
        recorded=COUNTED,
    ),
    _seen("statistics of two that watch the same count once", (600,), Stretch(_statistics() | TWIN, 60)),
    _seen("statistics of another job do not count", (600,), Stretch(_statistics() | _elsewhere(_statistics()), 60)),
]


@each_of(PROOFS)
def test_statistics(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
