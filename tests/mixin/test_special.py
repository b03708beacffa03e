"""Alerts whose promise is more than a boundary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mixin.levels import app, vigie, workers
from tests.mixin.promtool import STEP, Case, Labels, Levels, Rules, Stretch, verify

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


@pytest.mark.parametrize(
    ("promise", "probes", "firing"),
    [
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
    ],
)
def test_site_down(promise: str, probes: Probes, firing: dict[int, list[str]], rules: Rules, tmp_path: Path) -> None:
    expected: dict[tuple[int, str], list[Labels]] = {
        (at, "SiteDown"): [{**SITE, "probe": name} for name in names] for at, names in firing.items()
    }
    verify(rules.behind("SiteDown"), [Case(promise, [], expected, samples=probes)], tmp_path)


def test_source_is_stale_after_more_than_ten_intervals(rules: Rules, tmp_path: Path) -> None:
    stuck: Levels = {
        vigie("vigie_source_last_success_timestamp_seconds", source="redis"): 0,
        vigie("vigie_source_poll_interval_seconds", source="redis"): 30,
    }
    stale = [{**MONITORING, "product": "shop", "source": "redis"}]
    # 300 s are exactly ten intervals; five minutes after the first evaluation beyond them
    case = Case(
        "stale",
        [Stretch(stuck, 60)],
        {(600, "SourceStale"): [], (615, "SourceStale"): stale, (885, "SourceStale"): stale},
    )
    verify(rules.behind("SourceStale"), [case], tmp_path)


def test_stale_source_stays_stale_through_a_missed_scrape_and_two_minutes_of_silence(
    rules: Rules, tmp_path: Path
) -> None:
    stuck: Levels = {
        vigie("vigie_source_last_success_timestamp_seconds", source="redis"): 0,
        vigie("vigie_source_poll_interval_seconds", source="redis"): 30,
    }
    stale = [{**MONITORING, "product": "shop", "source": "redis"}]
    case = Case(
        "stale, seen through gaps",
        [Stretch(stuck, 30), Stretch(None, 1), Stretch(stuck, 29), Stretch(None, 30)],
        {
            (600, "SourceStale"): [],
            (615, "SourceStale"): stale,
            (990, "SourceStale"): stale,
            (1005, "SourceStale"): [],
        },
    )
    verify(rules.behind("SourceStale"), [case], tmp_path)


def test_target_that_is_no_longer_configured_is_missed(rules: Rules, tmp_path: Path) -> None:
    gone = [Stretch({vigie("up"): 1, app("up"): 1}, 8), Stretch({vigie("up"): 1, app("up"): None}, 60)]
    absent = [{**MONITORING, "product": "shop", "job": "app"}]
    case = Case("absent", gone, {(105, "TargetAbsent"): [], (705, "TargetAbsent"): [], (720, "TargetAbsent"): absent})
    verify(rules.behind("TargetAbsent"), [case], tmp_path)


def test_without_any_data_only_absence_is_told(rules: Rules, tmp_path: Path) -> None:
    names = {rule["alert"] for group in rules.groups for rule in group["rules"] if "alert" in rule}
    absent = [{**MONITORING, "product": "shop", "job": job} for job in ("app", "vigie")]
    watchdog = [{**MONITORING, "severity": "none"}]
    told = {"TargetAbsent": absent, "Watchdog": watchdog}
    case = Case("nothing", [], {(3600, name): told.get(name, []) for name in names})
    verify(rules, [case], tmp_path)


def test_watchdog_fires_from_the_first_evaluation(rules: Rules, tmp_path: Path) -> None:
    watchdog = [{**MONITORING, "severity": "none"}]
    verify(rules.behind("Watchdog"), [Case("watchdog", [], {(0, "Watchdog"): watchdog})], tmp_path)


def test_replaced_worker_is_not_missed(rules: Rules, tmp_path: Path) -> None:
    replaced = workers(1, 0) | {vigie("celery_worker_up", hostname="w3"): 1}
    case = Case(
        "a deployment",
        [Stretch(workers(1, 1), 80), Stretch(replaced, 60)],
        {(1800, "WorkerDown"): [], (2000, "WorkerDown"): []},
    )
    verify(rules.behind("WorkerDown"), [case], tmp_path)


def test_worker_that_stays_away_is_accepted_after_a_quarter_of_an_hour(rules: Rules, tmp_path: Path) -> None:
    down = [{**WORKER, "hostname": "w2"}]
    case = Case(
        "fewer workers",
        [Stretch(workers(1, 1), 4), Stretch(workers(1, 0), 80)],
        {(345, "WorkerDown"): [], (360, "WorkerDown"): down, (930, "WorkerDown"): down, (945, "WorkerDown"): []},
    )
    verify(rules.behind("WorkerDown"), [case], tmp_path)
