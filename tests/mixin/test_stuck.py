"""Workers are stuck when the queues grow, workers are up, and nothing is finished, all of it for ten minutes."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import ended, vigie, waiting, workers
from tests.mixin.promtool import Case, Labels, Levels, Proof, Rules, Stretch, about, each_of

STUCK: Labels = {
    "component": "jobs",
    "class": "availability",
    "owner": "backend",
    "source": "celery",
    "product": "shop",
    "severity": "warning",
}
PROCESSED, PROCESSED_TOO = (vigie("vigie_celery_worker_processed_total", hostname=name) for name in ("w1", "w2"))
UP = workers(1, 1)
NOTHING_DONE = UP | ended(0, 0)
GROWS = 60
"""The step at which the queue begins to grow, after a quarter of an hour; workers can be stuck at 1500 s."""
CHANGES = 140
"""The step at which something else happens, at 2100 s."""

BESIDE: Levels = {
    **{
        selector.replace('product="shop"', 'product="other"'): level
        for selector, level in (NOTHING_DONE | waiting(5)).items()
    },
    PROCESSED.replace('job="vigie"', 'job="elsewhere"'): 1,
}
"""Another product whose workers have nothing to do, and another job that does something."""


def _growing(before: Levels, after: Levels | None = None, first: int = 1, step: int = 1) -> list[Stretch]:
    """A queue that has 5 jobs for a quarter of an hour and grows then; `after` from 2100 s on."""
    later = before if after is None else before | after
    growth = [
        Stretch({**waiting(5 + first + step * n), **(before if GROWS + n < CHANGES else later), **BESIDE}, 1)
        for n in range(120)
    ]
    return [Stretch({**waiting(5), **before, **BESIDE}, GROWS), *growth]


def _with_a_gap(stretches: list[Stretch], at: int) -> list[Stretch]:
    return [*stretches[:at], Stretch(None, 1), *stretches[at + 1 :]]


def _gone(levels: Levels) -> Levels:
    return dict.fromkeys(levels)


def _stuck(promise: str, fires: dict[int, bool], *timelines: list[Stretch]) -> Proof:
    firing = {(at, "StuckWorkers"): [STUCK] if there else [] for at, there in fires.items()}
    cases = [Case(promise, stretches, firing) for stretches in timelines]
    return Proof(f"StuckWorkers: {promise}", about("StuckWorkers"), cases)


def _growth(promise: str, stretches: list[Stretch], grown: dict[int, float | None]) -> Proof:
    series = 'product:celery_queue_growth:delta10m{product="shop"}'
    values = {(at, series): {} if number is None else {series: number} for at, number in grown.items()}
    case = Case(promise, stretches, values=values)
    return Proof(f"queue growth: {promise}", about("product:celery_queue_growth:delta10m"), [case])


NEVER = {1500: False, 2685: False}

PROOFS = [
    _growth("it is that of ten minutes", _growing({}, first=2, step=2), {885: 0, 2400: 80}),
    _growth("it is the latest", [Stretch(waiting(9), GROWS), Stretch(waiting(4), GROWS)], {915: -5, 1515: 0}),
    _growth(
        "it outlives what was there ten minutes ago by two minutes",
        [Stretch(waiting(5), 10), Stretch(None, 30), Stretch(waiting(9), 40)],
        {840: 4, 885: None},
    ),
    _stuck(
        "workers that finish nothing while the queue grows are stuck",
        {900: False, 1485: False, 1500: True, 2685: True},
        _growing(NOTHING_DONE),
        _growing(workers(1, 0) | ended(0, 0)),
    ),
    _stuck(
        "a missed scrape frees no stuck worker",
        {1485: False, 1500: True, 1800: True, 1815: True},
        _with_a_gap(_growing(NOTHING_DONE), 20),
    ),
    _stuck(
        "workers that finish something are not stuck",
        NEVER,
        _growing(UP | ended(0.01, 0)),
        _growing(UP | ended(0, 0.01)),
    ),
    _stuck("a queue that does not grow is not stuck", NEVER, _growing(NOTHING_DONE, first=0, step=0)),
    _stuck(
        "a batch that was put in at once is not stuck",
        {1485: False, 1500: False, 1515: False},
        _growing(NOTHING_DONE, first=7, step=0),
    ),
    _stuck("where no worker is up none is stuck", NEVER, _growing(workers(0, 0) | ended(0, 0))),
    _stuck(
        "without task events the heartbeats tell that nothing is done",
        {1485: False, 1500: True},
        _growing(UP | {PROCESSED: 0}),
    ),
    _stuck(
        "without task events the heartbeats tell that something is done",
        NEVER,
        _growing(UP | {PROCESSED: 0.01}),
        _growing(UP | {PROCESSED: 0, PROCESSED_TOO: 0.01}),
    ),
    _stuck(
        "what the heartbeats told counts for ten minutes",
        {2670: False, 3270: False, 3285: True},
        [*_growing(UP | {PROCESSED: 1}, {PROCESSED: 0}), Stretch({**waiting(500), **UP, PROCESSED: 0}, 40)],
    ),
    _stuck(
        "it begins as soon as a worker is up",
        {2685: False, 2700: True},
        [*_growing(workers(0, 0) | ended(0, 0), UP), Stretch({**waiting(500), **NOTHING_DONE}, 1)],
    ),
    _stuck("it ends as soon as no worker is up", {2085: True, 2100: False}, _growing(NOTHING_DONE, workers(0, 0))),
    _stuck("it outlives its workers by two minutes", {2190: True, 2205: False}, _growing(NOTHING_DONE, _gone(UP))),
    _stuck(
        # of which the growth outlives the queue, and the alert the growth
        "it outlives its queues by four minutes",
        {2295: True, 2310: False},
        _growing(NOTHING_DONE, _gone(waiting(0))),
    ),
]


@each_of(PROOFS)
def test_stuck(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
