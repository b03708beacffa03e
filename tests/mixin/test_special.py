"""Alerts whose promise is more than a boundary."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import app, vigie, workers
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, each_of, verify

SITE = {"component": "site", "class": "availability", "owner": "backend", "product": "shop", "severity": "critical"}
MONITORING = {"component": "monitoring", "class": "blindness", "owner": "platform", "severity": "warning"}
WORKER = {
    "component": "jobs",
    "class": "availability",
    "owner": "backend",
    "source": "celery",
    "product": "shop",
    "severity": "warning",
}


Probes = dict[str, list[float | None]]


def probe(name: str, interval: int, *results: int | None) -> Probes:
    """A probed page: one result for each probe, at its own pace; None is a probe that was never made."""
    between: list[float | None] = [None] * (interval // STEP - 1)
    selector = f'probe_success{{job="blackbox",product="shop",instance="https://{name}",probe="{name}",interval="{interval}s"}}'
    return {selector: [sample for result in results for sample in (result, *between)]}


def _elsewhere(probes: Probes) -> Probes:
    return {selector.replace('job="blackbox"', 'job="elsewhere"'): line for selector, line in probes.items()}


def _by_another_blackbox(probes: Probes) -> Probes:
    return {selector.replace("https://", "http://"): line for selector, line in probes.items()}


Page = tuple[str, Probes, dict[int, list[str]]]
"""What is promised, what probes see, and by seconds the pages that are down then."""


def _every(pace: int) -> tuple[Page, ...]:
    """What holds at each pace."""
    failed = probe("api", pace, 0)
    return (
        (
            f"probes of another job every {pace} s are not counted",
            probe("api", pace, None, 0) | _elsewhere(probe("api", pace, 0, 0)),
            {pace: [], 2 * pace - STEP: []},
        ),
        (
            f"first failures every {pace} s are two only if the same blackbox saw them",
            failed | _by_another_blackbox(failed),
            {0: [], 45: [], 60: []},
        ),
        (
            f"another blackbox that has just begun to probe every {pace} s ends nothing",
            probe("api", pace, 0, 0, 0) | _by_another_blackbox(probe("api", pace, None, 0, 0)),
            {pace - STEP: [], pace: ["api"], 2 * pace: ["api"]},
        ),
    )


PAGES: tuple[Page, ...] = (
    *_every(60),
    *_every(300),
    ("one failure pages nobody", probe("api", 60, 1, 1, 1, 0, 1, 0, 1), {s: [] for s in range(0, 421, 15)}),
    (
        "two failures in a row page at the second",
        probe("api", 60, 1, 1, 1, 0, 0, 1, 1),
        {180: [], 225: [], 240: ["api"], 285: ["api"]},
    ),
    (
        "it ends with the first success",
        probe("api", 60, 1, 1, 1, 0, 0, 0, 1, 1, 1),
        {240: ["api"], 345: ["api"], 360: [], 420: []},
    ),
    ("a first failure after a start pages nobody", probe("api", 60, 0, 1, 1), {0: [], 45: [], 60: []}),
    ("a site that is down at the start pages", probe("api", 60, 0, 0, 0), {0: [], 45: [], 60: ["api"]}),
    (
        "a probe that was not made does not end it",
        probe("api", 60, 1, 1, 0, 0, 0, None, 0, 0),
        {at: ["api"] for at in range(180, 465, 15)},
    ),
    (
        "a first failure after a pause pages nobody",
        probe("api", 60, 1, 1, None, None, None, 0, 1),
        {300: [], 345: [], 360: []},
    ),
    (
        "another blackbox that sees the page outvotes one that does not",
        probe("api", 60, 0, 0, 0, 0) | _by_another_blackbox(probe("api", 60, 1, 1, 1, 1)),
        {60: [], 180: []},
    ),
    (
        "at every pace",
        probe("login", 300, 0, 0, 0) | _by_another_blackbox(probe("login", 300, 1, 1, 1)),
        {300: [], 600: []},
    ),
    (
        "probes of another job hide nothing",
        probe("api", 60, 0, 0, 0, 0) | _elsewhere(probe("api", 60, 1, 1, 1, 1)),
        {60: ["api"], 180: ["api"]},
    ),
    ("probes of another job do not count", _elsewhere(probe("api", 60, 0, 0, 0, 0)), {60: [], 180: []}),
    (
        "after a pause that is as true at every pace",
        probe("login", 300, 1, 1, None, None, None, 0, 1),
        {1500: [], 1785: [], 1800: []},
    ),
    (
        "probes of another job at another pace hide nothing",
        probe("login", 300, 0, 0, 0) | _elsewhere(probe("login", 300, 1, 1, 1)),
        {285: [], 300: ["login"], 600: ["login"]},
    ),
    (
        "a probe every five minutes that was not made does not end it",
        probe("login", 300, 1, 0, 0, 0, None, 0),
        {585: [], **{at: ["login"] for at in range(600, 1785, 15)}},
    ),
    (
        "what was seen long ago does not keep it alive",
        probe("api", 60, 1, 1, 0, 0, *[None] * 8),
        {180: ["api"], 390: ["api"], 405: []},
    ),
    (
        "a page that is probed every five minutes has its own pace",
        probe("login", 300, 1, 1, 0, 1, 0, 0, 0),
        {600: [], 885: [], 1200: [], 1485: [], 1500: ["login"], 1800: ["login"]},
    ),
    (
        "a page that is up hides none that is down",
        probe("api", 60, *[1] * 20) | probe("login", 300, 1, 0, 0, 0),
        {585: [], 600: ["login"], 900: ["login"]},
    ),
)


def _site_up(pace: int) -> Proof:
    """However many see it, it is up once."""
    record, seen = "product_probe:probe_success:max", probe("api", pace, 1, 1, 1)
    values = {(2 * pace, record): {f'{record}{{product="shop", probe="api"}}': 1.0}}
    promise = f"a page that is probed every {pace} s is up"
    return Proof(promise, about(record), [Case(promise, [], values=values, samples=seen | _by_another_blackbox(seen))])


def _site_down(promise: str, probes: Probes, firing: dict[int, list[str]]) -> Proof:
    expected: dict[tuple[int, str], list[Labels]] = {
        (at, "SiteDown"): [{**SITE, "probe": name} for name in names] for at, names in firing.items()
    }
    return Proof(f"SiteDown: {promise}", about("SiteDown"), [Case(promise, [], expected, samples=probes)])


STUCK: Levels = {
    vigie("vigie_source_last_success_timestamp_seconds", source="redis"): 0,
    vigie("vigie_source_poll_interval_seconds", source="redis"): 30,
}
"""A source that gave its numbers at the start, and never again."""
FRESH: Levels = {**STUCK, vigie("vigie_source_last_success_timestamp_seconds", source="redis"): 900}
REPLACED = workers(1, 0) | {vigie("celery_worker_up", hostname="w3"): 1}
LOST = vigie("celery_worker_up", hostname="w2")
STALE: list[Labels] = [{**MONITORING, "product": "shop", "source": "redis"}]
ABSENT: list[Labels] = [{**MONITORING, "product": "shop", "job": job} for job in ("app", "vigie")]
WATCHDOG: list[Labels] = [{**MONITORING, "severity": "none"}]
DOWN: list[Labels] = [{**WORKER, "hostname": "w2"}]


def _third(up: float) -> Levels:
    return {vigie("celery_worker_up", hostname="w3"): up}


def _of_another(levels: Levels) -> Levels:
    return {selector.replace('product="shop"', 'product="other"'): level for selector, level in levels.items()}


def _proof(promise: str, alert: str, stretches: list[Stretch], fires: dict[int, list[Labels]]) -> Proof:
    case = Case(promise, stretches, {(at, alert): labels for at, labels in fires.items()})
    return Proof(f"{alert}: {promise}", about(alert), [case])


PROOFS = [
    *(_site_down(*page) for page in PAGES),
    *(_site_up(pace) for pace in (60, 300)),
    _proof(
        # 300 s are exactly ten intervals; five minutes after the first evaluation beyond them
        "numbers are stale after more than ten intervals",
        "SourceStale",
        [Stretch(STUCK, 60)],
        {600: [], 615: STALE, 885: STALE},
    ),
    _proof(
        "numbers stay stale through a missed scrape and two minutes of silence",
        "SourceStale",
        [Stretch(STUCK, 30), Stretch(None, 1), Stretch(STUCK, 29), Stretch(None, 30)],
        {600: [], 615: STALE, 990: STALE, 1005: []},
    ),
    _proof(
        "a target that is no longer configured is missed",
        "TargetAbsent",
        [Stretch({vigie("up"): 1, app("up"): 1}, 8), Stretch({vigie("up"): 1, app("up"): None}, 60)],
        {105: [], 705: [], 720: ABSENT[:1]},
    ),
    _proof("without any data it misses every job", "TargetAbsent", [], {585: [], 600: ABSENT}),
    _proof(
        "they are not stale any more at once",
        "SourceStale",
        [Stretch(STUCK, 60), Stretch(FRESH, 20)],
        {885: STALE, 900: []},
    ),
    _proof("it fires from the first evaluation", "Watchdog", [], {0: WATCHDOG}),
    _proof(
        "a replaced worker is not missed",
        "WorkerDown",
        [Stretch(workers(1, 1), 80), Stretch(REPLACED, 60)],
        {1800: [], 2000: []},
    ),
    _proof(
        "a worker that stays away is accepted after a quarter of an hour",
        "WorkerDown",
        [Stretch(workers(1, 1), 4), Stretch(workers(1, 0), 80)],
        {345: [], 360: DOWN, 930: DOWN, 945: []},
    ),
    _proof(
        "a worker that is replaced late is not missed any more at once",
        "WorkerDown",
        [Stretch(workers(1, 1), 40), Stretch(workers(1, 0), 30), Stretch(REPLACED, 20)],
        {1035: DOWN, 1050: []},
    ),
    _proof(
        "a worker that comes back is not missed any more at once",
        "WorkerDown",
        [
            Stretch(workers(1, 1) | _third(1), 40),
            Stretch(workers(1, 0) | _third(0), 30),
            Stretch(workers(1, 1) | _third(0), 9),
        ],
        {1035: [*DOWN, {**WORKER, "hostname": "w3"}], 1050: [{**WORKER, "hostname": "w3"}]},
    ),
    _proof(
        "a worker of which nothing is heard any more is missed for two minutes",
        "WorkerDown",
        [Stretch(workers(1, 1), 40), Stretch(workers(1, 0), 30), Stretch({**workers(1, 0), LOST: None}, 20)],
        {1035: DOWN, 1140: DOWN, 1155: []},
    ),
    _proof(
        "a worker is missed however short it was there",
        "WorkerDown",
        [Stretch(workers(1, 0), 60), Stretch(workers(1, 1), 4), Stretch(workers(1, 0), 30)],
        {1245: [], 1260: DOWN},
    ),
    _proof(
        "the workers of another product are not missed here",
        "WorkerDown",
        [
            Stretch(workers(1, 0) | _of_another(workers(1, 1)), 40),
            Stretch(workers(1, 0) | _of_another(workers(1, 0)), 30),
        ],
        {885: [], 900: [{**WORKER, "hostname": "w2", "product": "other"}]},
    ),
]


@each_of(PROOFS)
def test_special(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)


def test_without_any_data_only_absence_is_told(rules: Rules, tmp_path: Path) -> None:
    names = {rule["alert"] for group in rules.groups for rule in group["rules"] if "alert" in rule}
    told = {"TargetAbsent": ABSENT, "Watchdog": WATCHDOG}
    case = Case("nothing", [], {(3600, name): told.get(name, []) for name in names})
    verify(rules, [case], tmp_path)
