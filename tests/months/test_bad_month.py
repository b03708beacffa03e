"""
A month of incidents pages for each of them exactly what is promised, once and in time, and tells the right people.

The days run side by side as products, each with one incident, every fifteen seconds as in production. The budgets of
the objectives, which look back for days, see three quiet days before each incident, every five minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.mixin.alertmanager import alert
from tests.months.engine import Life, Run, parts, rules_of, together
from tests.months.events import Event, shaped
from tests.months.incidents import INCIDENTS, Incident
from tests.months.people import LEVELS, audience, by_topic, office, promised
from tests.months.rhythm import DAY, HOUR, MINUTE, Average
from tests.months.series import Timeline, timeline
from tests.months.state import usual
from tests.months.table import Tell
from tests.real.process import wait_until

TITLE = "a bad month: incident, page, due and paged after seconds, who is told"

BEGINS = DAY + 13 * HOUR
"""When the trouble starts: a Tuesday, an hour after noon."""
STEP = 15
BEFORE, AFTER = 90 * MINUTE, 150 * MINUTE
BURN_STEP = 5 * MINUTE
BURN_INTERVAL = 100
"""Three samples in each window."""
BURN_BEFORE, BURN_AFTER = 3 * DAY, 12 * HOUR
LATE = 2 * STEP
"""Two evaluations."""


def _of_app(selector: str) -> bool:
    return selector.startswith("http_")


def _timeline(incident: Incident, before: int, after: int, step: int, *, whole: bool) -> Timeline:
    moments = range(BEGINS - before, BEGINS + after, step)
    states = (usual(at, step, Average()) for at in moments)
    trouble = Event(BEGINS, incident.lasting, incident.change)
    return timeline(shaped(states, [trouble]), step, (lambda _: True) if whole else _of_app)


def _series(before: int, after: int, step: int, *, whole: bool) -> list[dict[str, str]]:
    return [
        series
        for incident in INCIDENTS
        for series in _timeline(incident, before, after, step, whole=whole).input(
            incident.name, BEGINS - before, BEGINS + after
        )
    ]


def _runs() -> list[Run]:
    rules = rules_of(INCIDENTS[0].name)
    groups = {group["name"].split("-")[1] for group in rules.groups}
    short, long = parts(rules, (tuple(groups - {"slo"}), ("slo",)))
    days = _series(BEFORE, AFTER, STEP, whole=True)
    budgets = _series(BURN_BEFORE, BURN_AFTER, BURN_INTERVAL, whole=False)
    return [
        Run(long, budgets, BURN_INTERVAL, BURN_STEP, BURN_BEFORE + BURN_AFTER),
        Run(short, days, STEP, STEP, BEFORE + AFTER),
    ]


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Life]]:
    """What fired, by incident."""
    lives: dict[str, list[Life]] = {incident.name: [] for incident in INCIDENTS}
    for life in together(_runs(), tmp_path_factory.mktemp("bad")):
        lives[life.labels["product"]].append(life)
    return lives


@pytest.fixture(params=INCIDENTS, ids=lambda incident: incident.name)
def incident(request: pytest.FixtureRequest) -> Incident:
    """Each in its turn."""
    one: Incident = request.param
    return one


def _names(lives: list[Life], severity: str) -> list[str]:
    return sorted(life.name for life in lives if life.labels["severity"] == severity)


def test_it_pages_what_is_promised_once_and_in_time(
    incident: Incident, fired: dict[str, list[Life]], tell: Tell
) -> None:
    pages = [life for life in fired[incident.name] if life.labels["severity"] == "critical"]
    assert _names(pages, "critical") == sorted(incident.pages)
    for page in sorted(pages, key=lambda page: page.first):
        delay, due = page.first - BEFORE, incident.pages[page.name]
        tell(TITLE, [incident.name, page.name, f"{due:.0f}", f"{delay:.0f}", _people(audience(page.name, "Critical"))])
        assert page.once
        # extrapolation may see it a little before arithmetic does
        assert due - 2 * LATE <= delay <= due + LATE


def test_it_tells_the_warnings_that_belong_to_it_and_no_others(
    incident: Incident, fired: dict[str, list[Life]], tell: Tell
) -> None:
    warnings = set(_names(fired[incident.name], "warning"))
    for name in sorted(incident.warnings) if not incident.pages else ():
        tell(TITLE, [incident.name, f"none; {name} warns", "", "", _people(audience(name, "Warning"))])
    assert warnings == incident.warnings | incident.muted


def test_every_alert_that_pages_has_its_incident() -> None:
    groups = rules_of("shop").groups
    pages = [
        rule["labels"] | {"alertname": rule["alert"]} for group in groups for rule in group["rules"] if "alert" in rule
    ]
    critical = {Life(each, 0, 0, 0, 0).name for each in pages if each["severity"] == "critical"}
    paged = {name for incident in INCIDENTS for name in incident.pages}
    # its pages are told apart by the probe, which only a firing alert has
    assert critical - {"SiteDown"} == {name for name in paged if not name.startswith("SiteDown")}


def test_the_right_people_are_told_once(fired: dict[str, list[Life]], tmp_path: Path) -> None:
    """At the height of every incident, nobody answers."""
    # what began a while ago would be told at once, before others of its group have come
    started = datetime.now(UTC) + timedelta(minutes=1)
    alerts = [
        alert(life.labels["alertname"], life.labels["severity"], life.labels, started=started)
        for lives in fired.values()
        for life in lives
    ]
    expected = promised(INCIDENTS, fired)
    with office(tmp_path) as people:
        people.alertmanager.push(*alerts)
        # the highest level is told last, so that by then all others have been
        wait_until(lambda: people.told().total() >= expected.total(), "every message", seconds=30)
        assert by_topic(people.told(), fired) == expected
        muted = people.alertmanager.muted()
    assert muted == {
        (name.partition(" (")[0], "warning", incident.name) for incident in INCIDENTS for name in incident.muted
    }


def _people(receivers: frozenset[str]) -> str:
    return ", ".join(sorted(receivers - LEVELS.keys()))
