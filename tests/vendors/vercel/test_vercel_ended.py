"""Vercel: deployments are counted once, when they have ended; and any answer at all is survived."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.vendors import faults
from demo.vendors.faults import Fault
from demo.vendors.vercel import BEGAN, Deployment, Vercel
from tests.vendors.mutants import mutants
from tests.vendors.polling import Clock, Series, read
from tests.vendors.vercel.world import DOCS, WEB, make
from vigie.core.exposition import encode
from vigie.core.families import Families
from vigie.core.source import AnySource
from vigie.core.state import Batch, State
from vigie.errors import SourceError
from vigie.sources.vercel import answers, ended, families, findings, vitals

HOUR = 3600.0


def _counted(seen: dict[Any, Series]) -> Series:
    return {labels: value for labels, value in seen[families.DEPLOYMENTS].items() if value}


async def test_a_build_is_counted_once_when_it_has_ended_and_history_not_at_all(
    source: AnySource, vercel: Vercel, clock: Clock
) -> None:
    vercel.world.deployments = [Deployment("history", WEB, clock.time - 900, ends="ERROR")]
    assert _counted(await read(source)) == {}
    vercel.world.deployments += [
        Deployment("failed", WEB, clock.time + 1, build=100.0, ends="ERROR"),
        Deployment("preview", WEB, clock.time + 2, target=None),
        Deployment("slow", DOCS, clock.time + 3, build=5000.0),
        Deployment("other", WEB, clock.time + 4, target="moon", ends="CANCELED"),
    ]
    for _ in range(100):
        clock.time += 60
        seen = await read(source)
    assert _counted(seen) == {
        ("acme-web", "production", "error"): 1,
        ("acme-web", "preview", "ready"): 1,
        ("acme-docs", "production", "ready"): 1,
        ("acme-web", "unknown", "canceled"): 1,
    }


async def test_earlier_deployments_that_come_into_sight_later_are_history(
    source: AnySource, vercel: Vercel, clock: Clock
) -> None:
    """Only the newest hundred are read at first, and the next reading reaches further back than they do."""
    vercel.world.deployments = [Deployment(f"d{number}", WEB, clock.time - 200 - number) for number in range(565)]
    vercel.world.deployments.append(Deployment("running", WEB, clock.time - 30))
    await read(source)
    for _ in range(5):
        clock.time += 60
        seen = await read(source)
    assert _counted(seen) == {("acme-web", "production", "ready"): 1}


async def test_a_first_deployment_ever_is_counted(source: AnySource, vercel: Vercel, clock: Clock) -> None:
    await read(source)
    vercel.world.deployments = [Deployment("first", WEB, clock.time)]
    clock.time += 600
    assert _counted(await read(source)) == {("acme-web", "production", "ready"): 1}


async def test_what_ended_while_vigie_was_away_is_counted_once_over_pages_and_restarts(
    served: tuple[Vercel, str], vercel: Vercel, clock: Clock
) -> None:
    vercel.world.page = 3
    vercel.world.projects[0].deploys_every = 3600.0
    state, totals = State.in_memory(), []
    clock.time = BEGAN + 500 * HOUR + 1800
    for _ in range(3):
        source = make(served, clock, state)
        totals.append(sum(_counted(await read(source)).values()))
        assert sum(_counted(await read(source)).values()) == totals[-1]
        await source.close()
        clock.time += 20 * HOUR
    assert totals == [0, 20, 40]


async def test_what_is_remembered_of_deployments_is_bounded(
    served: tuple[Vercel, str], vercel: Vercel, clock: Clock
) -> None:
    vercel.world.projects[0].deploys_every = 600.0
    state = State.in_memory()
    source = make(served, clock, state)
    for _ in range(5):
        await read(source)
        clock.time += 8 * HOUR
    remembered = state._db.execute("SELECT count(*) FROM event").fetchone()[0]  # noqa: SLF001 - no other way to see it
    await source.close()
    assert remembered < 10


@pytest.mark.parametrize("answered", range(1, 5))
async def test_a_poll_that_is_broken_off_anywhere_loses_and_doubles_nothing(
    source: AnySource, vercel: Vercel, clock: Clock, answered: int
) -> None:
    vercel.world.page = 2
    await read(source)
    vercel.world.deployments = [Deployment(str(number), WEB, clock.time + number) for number in range(7)]
    clock.time += 2 * HOUR
    vercel.fault = _after(answered, faults.cut())
    with contextlib.suppress(SourceError):
        await source.poll()
    vercel.fault = None
    assert sum(_counted(await read(source)).values()) == 7


def _after(answered: int, fault: Fault) -> Fault:
    """Well for so many requests, and then ill."""
    left = iter(range(answered))
    return lambda healthy: healthy if next(left, None) is not None else fault(healthy)


@given(
    st.lists(st.tuples(st.floats(0.001, 100), st.floats(0.01, 3)), max_size=20),
    st.lists(st.floats(0.01, 12), min_size=1, max_size=12),
)
def test_every_deployment_counts_once_whatever_comes_when(made: list[tuple[float, float]], gaps: list[float]) -> None:
    """Deployments after the first poll, each ending some hours after it was made; polls with absences between them."""
    state, now, cursor = State.in_memory(), 0.0, None
    for gap in (0.0, *gaps, 120.0):
        now += gap
        listed = [
            answers.Deployment(
                str(number), "p", at * 3.6e6, ready_state="READY" if at + took <= now else "BUILDING", target=None
            )
            for number, (at, took) in enumerate(made)
            if at <= now and at * 3.6e6 >= (cursor or 0)
        ]
        batch = Batch(ended.events(listed), history=cursor is None)
        cursor = ended.next_cursor(cursor, listed, now * HOUR)
        state.ingest("vercel", batch)
        state.forget("vercel", events_before=cursor / 1000 - 1, tallies_before=0)
    assert sum(state.counters("vercel").values()) == len(made)
    state.close()


def test_a_deployment_of_the_far_future_does_not_end_the_reading() -> None:
    mad = answers.Deployment("x", "p", 9e13, ready_state="READY", target=None)
    assert ended.next_cursor(5, [mad], 1_795_000_000.0) == 5


VALID: dict[type, Any] = {
    answers.Projects: {"projects": [{"id": "p", "name": "web", "accountId": "t"}], "pagination": {"next": None}},
    answers.Deployments: {
        "deployments": [
            {
                "uid": "d",
                "projectId": "p",
                "created": 1,
                "readyState": "READY",
                "buildingAt": 2,
                "ready": 3,
                "target": None,
            }
        ],
        "pagination": {"next": 5},
    },
    answers.AttackStatus: {"anomalies": [{"startTime": 1, "endTime": None}]},
    answers.Figures: {"summary": [{"vercel_speed_insights_lcp_ms_p75": 3}]},
    answers.MetricDetail: {"id": "m", "unit": "ms", "dimensions": [{"name": "environment"}]},
}


@pytest.mark.parametrize("kind", VALID, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_any_json_is_families_or_a_classified_error(kind: type, data: st.DataObject) -> None:
    body = json.dumps(data.draw(mutants(VALID[kind]))).encode()
    with contextlib.suppress(msgspec.DecodeError, SourceError):  # what `Api` turns into `bad_payload`, and classified
        answer: Any = msgspec.json.decode(body, type=kind)
        assert encode(_use(answer))


def _use(answer: Any) -> Families:
    found = findings.Findings(projects={"p": "web"}, totals={})
    vital = vitals.DEFAULTS[0]
    if isinstance(answer, answers.Deployments):
        state = State.in_memory()
        listed = [msgspec.json.decode(raw, type=answers.Deployment) for raw in answer.deployments]
        state.ingest("vercel", Batch(ended.events(listed)))
        ended.next_cursor(None, listed, 1_795_000_000.0)
        found.production = {deployment.project_id: [deployment] for deployment in listed}
        found.totals = state.counters("vercel")
        state.close()
    elif isinstance(answer, answers.AttackStatus):
        found.attacks = {"p": answer.goes_on}
    elif isinstance(answer, answers.Figures):
        value = vital.value(answer)
        found.vitals = {"p": {} if value is None else {vital.name: value}}
    elif isinstance(answer, answers.MetricDetail):
        assert vitals.detailed(vital, answer).scale in (0.001, 1.0)
    return findings.build(found)
