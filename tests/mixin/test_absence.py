"""What is down most of the time is down, and workers that nobody knows of any more are missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mixin.levels import app, ended, vigie, waiting, workers
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, each_of

MONITORING = {"component": "monitoring", "class": "blindness", "owner": "platform", "product": "shop"}
AVAILABILITY = {"class": "availability", "owner": "backend", "product": "shop", "severity": "critical"}
JOBS = AVAILABILITY | {"component": "jobs", "source": "celery"}
POLL = 20
"""Samples between two polls of a source that is read seldom."""


@dataclass(frozen=True, slots=True)
class Mostly:
    """
    An alert on what is up or down, and over what it is judged.

    Attributes:
        alert: Its name.
        labels: Its labels.
        selector: What is up or down.
        over: Samples over which it must be up for half of the time.
        lately: Samples that must all be good for it to end.
        lasting: Its `for`, in seconds.
        step: Seconds between two samples.
        soon: Samples for which a shorter window has it fire as well.
        beside: Other series.
    """

    alert: str
    labels: Labels
    selector: str
    over: int
    lately: int
    lasting: int
    step: int = STEP
    soon: int = 0
    beside: Mapping[str, float] | None = None

    def case(self, promise: str, line: list[float], fires: dict[int, bool]) -> Case:
        """A timeline, sample by sample, after as many good ones as are judged; by samples since whether it fires."""
        samples: dict[str, list[float | None]] = {self.selector: [*[1.0] * self.over, *line]}
        samples |= {selector: [value] * (self.over + len(line)) for selector, value in (self.beside or {}).items()}
        firing = {
            ((self.over + at) * self.step, self.alert): [self.labels] if there else [] for at, there in fires.items()
        }
        return Case(promise, [], firing, samples=samples, step=self.step)

    def proof(self, what: str = "") -> Proof:
        """Half of the time is not most of it; what is more is; and it lasts until all is good for a while."""
        half = self.over // 2
        judged = half + self.soon
        last = half + self.lately
        good = [1.0] * self.over
        cases = [
            self.case("down for half of the time", [*[0.0] * half, *good], {judged: False, judged + 1: False}),
            self.case(
                "down for more than that",
                [*[0.0] * (half + 1), *good],
                {half: True, half + 1: True, last - 1: True, last: False},
            ),
        ]
        return Proof(f"{self.alert}{what}: most of the time", about(self.alert), cases)


def _source(pace: float, over: int = 12 * POLL, lately: int = 50, step: int = STEP) -> Mostly:
    interval = {vigie("vigie_source_poll_interval_seconds", source="sentry"): pace}
    labels = MONITORING | {"severity": "warning", "source": "sentry"}
    soon = 8 if over > 40 and step == STEP else 0
    up = vigie("vigie_source_up", source="sentry")
    return Mostly("SourceSilent", labels, up, over, lately, 300, step, soon, interval)


FAST = (
    Mostly(
        "DatabaseDown",
        AVAILABILITY | {"component": "database", "source": "postgres"},
        vigie("pg_up"),
        20,
        8,
        lasting=60,
    ),
    Mostly("RedisDown", AVAILABILITY | {"component": "jobs", "source": "redis"}, vigie("redis_up"), 20, 8, lasting=60),
    _source(15, over=40, lately=8),
    Mostly("VigieDown", MONITORING | {"severity": "critical"}, vigie("up"), 40, 8, lasting=300),
    Mostly(
        "TargetDown",
        MONITORING | {"severity": "warning", "job": "app", "instance": "app:1"},
        app("up"),
        40,
        8,
        lasting=300,
    ),
)
SLOW = {61: 300, 300: 300, 301: 3600, 3600: 3600, 3601: 21_600, 21_600: 21_600}
"""Seconds between two polls to those by which they are judged: of so many, two and a half must be good."""


def _flapping(mostly: Mostly) -> Proof:
    """Four of five polls fail for an hour."""
    line = [0.0, 0.0, 0.0, 0.0, 1.0] * 48
    bad = next(n for n in range(mostly.over) if sum(line[: n + 1]) < n + 1 - mostly.over / 2)
    begins = max(n for n in range(bad + 1) if line[n - 1]) + mostly.lasting // STEP
    fires = {begins - 1: False} | dict.fromkeys(range(begins, 240), True)
    case = mostly.case("four of five polls fail for an hour", line, fires)
    return Proof(f"{mostly.alert}: {case.name}", about(mostly.alert), [case])


def _seldom() -> Proof:
    """What is polled every five minutes, and fails four of five times."""
    line = ([0.0] * 4 * POLL + [1.0] * POLL) * 4
    fires = {POLL: True, 4 * POLL - 1: True, 5 * POLL - 1: False} | dict.fromkeys(range(6 * POLL, 20 * POLL), True)
    case = _source(300).case("four of five polls fail that come every five minutes", line, fires)
    return Proof(f"SourceSilent: {case.name}", about("SourceSilent"), [case])


def _judged_by(pace: float) -> Proof:
    """Whoever is polled each minute, or less often than any source may be, is judged over ten minutes as ever."""
    line = [0.0] * 241 + [1.0] * 20
    case = _source(pace).case("it is well after two minutes", line, {240: True, 247: True, 248: False})
    return Proof(f"SourceSilent: polled every {pace} s {case.name}", about("SourceSilent"), [case])


COUNT = vigie("vigie_celery_workers")
CONNECTED = vigie("vigie_celery_events_connected")
READ = vigie("vigie_source_up", source="celery")
FORGOTTEN: Levels = {**dict.fromkeys(workers(0, 0)), COUNT: 0, READ: 1}


def _nobody(promise: str, stretches: list[Stretch], fires: dict[int, bool]) -> Proof:
    firing = {(at, "NoWorkers"): [JOBS] if there else [] for at, there in fires.items()}
    return Proof(f"NoWorkers: {promise}", about("NoWorkers"), [Case(promise, stretches, firing)])


def _heard(jobs: float, *, connected: float | None = 1, done: float | None = None) -> Stretch:
    """Half an hour in which no worker is known, and so many jobs wait or are done at each step."""
    finished = ended(done, done) if done is not None else {}
    elsewhere = {CONNECTED.replace('"vigie"', '"elsewhere"'): 1, COUNT.replace('"vigie"', '"elsewhere"'): 0}
    return Stretch({QUEUE: jobs, CONNECTED: connected, READ: 1, **finished, **elsewhere}, 120)


UP: Levels = {selector: level for selector, level in workers(1, 1).items() if selector != COUNT}
DOWN: Levels = dict.fromkeys(UP, 0)
QUEUE = vigie("celery_queue_length", queue_name="emails")


def _uncounted(after: Levels, *, connected: float | None = 1) -> list[Stretch]:
    """Workers that nobody counts are up for ten minutes; then this holds for two hours."""
    beside: Levels = {
        CONNECTED: connected,
        READ: 1,
        vigie("celery_worker_up", hostname="w3").replace('"vigie"', '"elsewhere"'): 1,
        QUEUE.replace('"shop"', '"other"'): 9,
    }
    return [Stretch(UP | {QUEUE: 0} | beside, 40), Stretch(after | beside, 480)]


NEVER = {300: False, 600: False, 1785: False}

PROOFS = [
    *(mostly.proof() for mostly in FAST),
    *(_flapping(mostly) for mostly in FAST),
    *(_source(pace, step=by // POLL).proof(f" polled every {pace} s") for pace, by in SLOW.items()),
    _seldom(),
    _judged_by(60),
    _judged_by(21_601),
    _nobody(
        "workers that are forgotten are missed for as long as none comes",
        [Stretch(workers(1, 1) | {READ: 1}, 40), Stretch(workers(0, 0) | {READ: 1}, 20), Stretch(FORGOTTEN, 400)],
        {885: False, 900: True, 6885: True},
    ),
    _nobody(
        "it ends as soon as one is back",
        [Stretch(FORGOTTEN, 60), Stretch(workers(0, 1) | {READ: 1}, 4)],
        {885: True, 900: False},
    ),
    _nobody("workers that nobody counts are down", _uncounted(DOWN | {QUEUE: 0}), {885: False, 900: True, 7785: True}),
    _nobody(
        "one of them is up",
        _uncounted({**DOWN, vigie("celery_worker_up", hostname="w2"): 1, QUEUE: 0}),
        {885: False, 900: False, 7785: False},
    ),
    _nobody(
        # the last sign is of 585 s; two minutes more are for missed scrapes
        "they are forgotten, and remembered for an hour",
        _uncounted({QUEUE: 0}),
        {885: False, 900: True, 4275: True, 4290: False},
    ),
    _nobody("they are forgotten and so are the queues", _uncounted({}), {900: False, 1800: False}),
    _nobody("Vigie is deaf", _uncounted(DOWN | {QUEUE: 0}, connected=0), {900: False, 1800: False}),
    _nobody("jobs wait and no worker ever showed up", [_heard(1)], {285: False, 300: True, 1785: True}),
    _nobody("no job waits and no worker ever showed up", [_heard(0)], NEVER),
    _nobody("jobs wait and Vigie hears nothing", [_heard(1, connected=0)], NEVER),
    _nobody("jobs wait and Vigie is not told", [_heard(1, connected=None)], NEVER),
    _nobody("jobs wait and some are done by workers that show no sign of life", [_heard(1, done=0.001)], NEVER),
    _nobody("jobs wait and none is done", [_heard(1, done=0)], {285: False, 300: True, 1785: True}),
    _nobody("a worker that is known does nothing", [Stretch({**waiting(9), CONNECTED: 1, COUNT: 1}, 120)], NEVER),
]


@each_of(PROOFS)
def test_absence(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
