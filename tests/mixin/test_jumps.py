"""Several workers that answer at one /metrics in turn are told, and fire no errors that nobody saw."""

from __future__ import annotations

from itertools import accumulate, cycle, islice
from pathlib import Path

from tests.mixin.levels import app
from tests.mixin.promtool import STEP, Case, Labels, Proof, Rules, Stretch, about, each_of

JUMP: list[Labels] = [
    {
        "component": "api",
        "class": "blindness",
        "owner": "backend",
        "product": "shop",
        "job": "app",
        "instance": "app:1",
        "severity": "warning",
    }
]
HOUR = 240
"""Steps."""
SAMPLES = list[float | None]


def _started(*times: float, steps: int = HOUR) -> SAMPLES:
    """When the process began that answers, in turn."""
    return list(islice(cycle(times), steps))


def _counted(*totals: float, growth: float, steps: int = HOUR) -> SAMPLES:
    """What workers counted, each of which answers in its turn, while each goes on counting."""
    return [total + growth * step for step, total in enumerate(islice(cycle(totals), steps))]


def _series(name: str, **labels: str) -> str:
    return app(name, instance="app:1", **labels)


def _elsewhere(selector: str) -> str:
    return selector.replace('job="app"', 'job="elsewhere"')


STARTED = _series("process_start_time_seconds")
OK = _series("http_requests_total", status="2xx", handler="/")
FAILED = _series("http_requests_total", status="5xx", handler="/")
REFUSED = _series("http_requests_total", status="4xx", handler="/")
RECORD = "product_job_instance:process_start_time_seconds:resets15m"
ERRORS = "ServerErrors", "ClientErrors"


def _case(promise: str, started: SAMPLES, fires: dict[tuple[int, str], list[Labels]]) -> Case:
    return Case(promise, [Stretch({}, 1)], fires, samples={STARTED: started})


def _slowly(turns: int, quiet: int = 60) -> SAMPLES:
    """So many times, an older process answers once in ten scrapes."""
    jumps = [*[200.0] * 9, 100.0] * turns
    return [*[200.0] * quiet, *jumps, *[200.0] * quiet]


def _rates(started: SAMPLES, *, withheld: bool) -> Case:
    """Two workers of which nothing failed lately: each step back looks like 1,500 errors."""
    samples: dict[str, SAMPLES] = {
        STARTED: started,
        OK: _counted(90_000, 80_000, growth=10),
        FAILED: _counted(1_500, 1_000, growth=0),
        REFUSED: _counted(9_000, 8_000, growth=0),
    }
    last = (HOUR - 1) * STEP
    shop = {"component": "api", "owner": "backend", "product": "shop"}
    fires: dict[tuple[int, str], list[Labels]] = {
        (last, alert): []
        if withheld
        else [shop | {"class": kind, "severity": severity} for severity in ("critical", "warning")]
        for alert, kind in zip(ERRORS, ("errors", "abuse"), strict=True)
    }
    promise = f"errors that nobody saw are {'withheld' if withheld else 'told where no process says when it began'}"
    return Case(promise, [Stretch({}, 1)], fires, samples=samples)


RESTARTS: SAMPLES = list(accumulate([*[0.0] * 9, 60.0] * 24))
"""A process that crashes and starts anew all the time."""

PROOFS = [
    Proof(
        "CountersJump",
        about("CountersJump"),
        [
            _case(
                "two workers in turn",
                _started(100, 200),
                # the fourth step back, and five minutes
                {(8 * STEP + 285, "CountersJump"): [], (8 * STEP + 300, "CountersJump"): JUMP},
            ),
            _case("one that crashes all the time", RESTARTS, {(at, "CountersJump"): [] for at in (900, 1800, 3585)}),
            _case("three steps back are few", _slowly(3), {(at, "CountersJump"): [] for at in range(900, 2250, 75)}),
            _case(
                "four are not",
                _slowly(4),
                {
                    (99 * STEP + 285, "CountersJump"): [],
                    (99 * STEP + 300, "CountersJump"): JUMP,
                },
            ),
            Case(
                "another job does not count",
                [Stretch({}, 1)],
                {(1800, "CountersJump"): []},
                samples={STARTED: _started(100), _elsewhere(STARTED): _started(100, 200)},
            ),
        ],
    ),
    Proof(
        "errors while counters jump",
        about(*ERRORS),
        [_rates(_started(100, 200), withheld=True), _rates([], withheld=False)],
    ),
]


@each_of(PROOFS)
def test_counters_that_jump(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
