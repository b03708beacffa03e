"""Sentry: events are counted once although only sums per hour are told, late, and rounded in two ways."""

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
from demo.vendors.sentry import Burst, Sentry
from tests.vendors.mutants import mutants
from tests.vendors.polling import Clock, Series, read
from tests.vendors.sentry.world import make
from vigie.core.exposition import encode
from vigie.core.families import Families
from vigie.core.source import AnySource
from vigie.core.state import Batch, Event, State
from vigie.errors import SourceError
from vigie.sources.sentry import answers, families, hours, parse

HOUR = 3600
EVENTS = families.EVENTS


def _accepted(seen: dict[Any, Series], project: str = "api") -> float:
    return seen[EVENTS][project, "error", "accepted"]


async def test_the_first_poll_counts_nothing_but_shows_every_outcome(source: AnySource, sentry: Sentry) -> None:
    sentry.world.bursts = [Burst("4507001", Clock().time - 100, 500)]
    seen = await read(source)
    assert {labels[2]: value for labels, value in seen[EVENTS].items() if labels[:2] == ("api", "error")} == (
        dict.fromkeys(hours.OUTCOMES, 0)
    )


async def test_an_event_counts_once_however_often_its_hour_is_read(
    source: AnySource, sentry: Sentry, clock: Clock
) -> None:
    await read(source)
    sentry.world.bursts = [Burst("4507001", clock.time + 10, 7)]
    for _ in range(8):
        clock.time += 60
        assert _accepted(await read(source)) == 7
    sentry.world.bursts.append(Burst("4507001", clock.time, 1))
    assert _accepted(await read(source)) == 8


@pytest.mark.parametrize("rounding", ["old", "new"])
async def test_hours_are_told_apart_however_sentry_rounds(
    source: AnySource, sentry: Sentry, clock: Clock, rounding: str
) -> None:
    sentry.world.old_rounding = rounding == "old"
    clock.time = clock.time // HOUR * HOUR + 3540
    await read(source)
    sentry.world.bursts = [Burst("4507001", clock.time + offset, 1) for offset in range(1, 120, 20)]
    for _ in range(4):
        clock.time += 59
        last = await read(source)
    assert _accepted(last) == 6


async def test_what_arrives_late_is_counted(source: AnySource, sentry: Sentry, clock: Clock) -> None:
    await read(source)
    sentry.world.bursts = [Burst("4507001", clock.time + 10, 5, late=2 * HOUR)]
    for _ in range(125):
        clock.time += 60
        last = await read(source)
    assert _accepted(last) == 5


@pytest.mark.parametrize("away", [HOUR, 5 * HOUR, 70 * HOUR, 20 * 24 * HOUR])
async def test_what_happened_while_vigie_was_away_is_counted_once(
    served: tuple[Sentry, str], sentry: Sentry, clock: Clock, away: int
) -> None:
    state = State.in_memory()
    first = make(served, clock, state)
    await read(first)
    start = clock.time
    sentry.world.bursts = [Burst("4507001", start + 30, 3)]
    clock.time += 60
    assert _accepted(await read(first)) == 3
    await first.close()
    clock.time += away
    sentry.world.bursts += [Burst("4507001", start + away * share, 1) for share in (0.001, 0.3, 0.5, 0.99, 1.0)]
    second = make(served, clock, state)
    before = len(sentry.seen)
    assert _accepted(await read(second)) == 8
    assert len(sentry.seen) - before < 20
    clock.time += 60
    assert _accepted(await read(second)) == 8
    await second.close()


async def test_outcomes_and_categories_are_a_closed_set(source: AnySource, sentry: Sentry, clock: Clock) -> None:
    await read(source)
    at = clock.time + 1
    sentry.world.bursts = [
        Burst("4507001", at, 2, "default"),
        Burst("4507001", at, 3, "security"),
        Burst("4507001", at, 4, "error"),
        Burst("4507001", at, 5, "error", "eaten"),
        Burst("4507001", at, 10**9, "attachment"),
        Burst("4507001", at, 10**9, "brand_new"),
        Burst("4507001", at, 6, "span", "rate_limited"),
    ]
    clock.time += 60
    counted = {labels: value for labels, value in (await read(source))[EVENTS].items() if value}
    assert counted == {
        ("api", "error", "accepted"): 9,
        ("api", "error", "unknown"): 5,
        ("api", "span", "rate_limited"): 6,
    }


async def test_a_project_that_is_gone_is_gone_and_a_renamed_one_keeps_its_count(
    source: AnySource, sentry: Sentry, clock: Clock
) -> None:
    await read(source)
    sentry.world.bursts = [Burst(project.id, clock.time + 1, 3) for project in sentry.world.projects]
    clock.time += 60
    await read(source)
    del sentry.world.projects[2]
    sentry.world.projects[0].slug = "backend"
    clock.time += 700
    seen = await read(source)
    slugs = {labels[0] for series in seen.values() for labels in series if len(labels) > 1}
    assert slugs == {"backend", "web"}
    assert set(seen[families.ISSUES]) == {("backend",), ("web",)}
    assert _accepted(seen, "backend") == 3


@pytest.mark.parametrize("answered", range(8))
async def test_a_poll_that_is_broken_off_anywhere_loses_and_doubles_nothing(
    source: AnySource, sentry: Sentry, clock: Clock, answered: int
) -> None:
    await read(source)
    sentry.world.bursts = [Burst("4507001", clock.time + offset, 1) for offset in (10, HOUR, 2 * HOUR, 5 * HOUR)]
    clock.time += 5 * HOUR
    sentry.fault = _after(answered, faults.cut())
    with contextlib.suppress(SourceError):
        await source.poll()
    sentry.fault = None
    assert _accepted(await read(source)) == 4


def _after(answered: int, fault: Fault) -> Fault:
    """Well for so many requests, and then ill."""
    left = iter(range(answered))
    return lambda healthy: healthy if next(left, None) is not None else fault(healthy)


class TestHours:
    """How hours become a counter, without a server."""

    def test_the_smallest_window_that_sentry_knows_is_asked_for_in_a_way_that_both_roundings_take_alike(self) -> None:
        query = hours.Window(7200).query
        assert (query["start"], query["end"], query["interval"]) == (7200, 10799, "1h")

    def test_an_absence_is_one_request_and_its_ends_are_read_by_the_hour(self) -> None:
        read = hours.windows(settled=0, current=100 * HOUR, turn=0)
        assert [(window.start // HOUR, window.hours) for window in read] == [
            (4, 93), (0, 1), (1, 1), (2, 1), (3, 1), (97, 1), (98, 1), (99, 1), (100, 1),
        ]  # fmt: skip

    def test_what_the_smallest_plan_no_longer_keeps_is_not_asked_for(self) -> None:
        read = hours.windows(settled=0, current=2000 * HOUR, turn=0)
        assert min(window.start for window in read) == (2000 - hours.LONGEST) * HOUR

    @pytest.mark.parametrize("end", ["", "soon", "1999-01-01T00:00:00Z", "2031-01-01T00:00:00Z"])
    def test_a_clock_that_cannot_be_is_refused(self, end: str) -> None:
        with pytest.raises(SourceError, match="far from our own clock"):
            hours.current_hour(answers.Span("", end), None, 1_795_000_000.0)

    def test_a_clock_that_goes_back_behind_settled_hours_is_refused(self) -> None:
        with pytest.raises(SourceError, match="went back"):
            hours.current_hour(answers.Span("", "2026-11-18T10:00:00Z"), 1_795_000_000, 1_795_000_000.0)

    def test_sums_of_other_hours_than_asked_for_are_refused(self) -> None:
        two_hours = answers.Statistics("1970-01-01T01:00:00Z", "1970-01-01T03:00:00Z", [])
        with pytest.raises(SourceError, match="other hours"):
            hours.event(hours.Window(HOUR), two_hours)

    @given(
        st.lists(st.tuples(st.floats(0, 40), st.floats(0, 2.5)), max_size=30),
        st.lists(st.floats(0.01, 12), min_size=1, max_size=12),
    )
    def test_totals_are_the_vendor_s_whatever_comes_when(
        self, happened: list[tuple[float, float]], gaps: list[float]
    ) -> None:
        """Events up to 2.5 hours late, polls at any time (in hours after the first): nothing is lost or doubled."""
        state, begin, now, settled = State.in_memory(), 1000.5, 1000.5, None
        for turn, gap in enumerate([0.0, *gaps, *[0.0] * hours.LATE]):
            now += gap
            current = int(now) * HOUR
            batch = []
            for window in hours.windows(settled, current, turn):
                first, last = window.start / HOUR, window.start / HOUR + window.hours
                number = sum(first <= begin + at < last and begin + at + late <= now for at, late in happened)
                group = answers.Group(answers.Key(1, "accepted", "error"), answers.Quantity(number))
                batch.append(Event(f"{window.start}+{window.hours}", window.start, hours.amounts([group])))
            upto = hours.next_settled(settled, current)
            state.ingest("sentry", Batch(batch, history=settled is None))
            state.forget("sentry", events_before=upto, tallies_before=upto)
            settled = upto
        new = sum(begin < begin + at + late <= now for at, late in happened)
        assert sum(state.counters("sentry").values()) == new
        state.close()


VALID: dict[type, Any] = {
    list[answers.Project]: [{"id": "1", "slug": "api"}],
    answers.Span: {"start": "2026-11-18T10:00:00Z", "end": "2026-11-18T11:00:00Z"},
    answers.Statistics: {
        "start": "2026-11-18T10:00:00Z",
        "end": "2026-11-18T11:00:00Z",
        "groups": [
            {
                "by": {"project": 1, "outcome": "accepted", "category": "error"},
                "totals": {"sum(quantity)": 3},
            }
        ],
    },
    answers.Sessions: {
        "groups": [
            {
                "by": {"project": 1},
                "totals": {"sum(session)": 1, "crash_free_rate(session)": None, "crash_free_rate(user)": 1},
            }
        ],
    },
    answers.Table: {
        "data": [
            {
                "project": "api",
                "p50(span.duration)": 1.5,
                "p95(span.duration)": 3.5,
                "p99(span.duration)": None,
                "failure_rate()": 0.5,
                "http_response_rate(5)": 0.1,
                "count(span.duration)": 2,
            }
        ],
        "meta": {"units": {f"p{share}(span.duration)": "millisecond" for share in (50, 95, 99)}},
    },
}


@pytest.mark.parametrize("kind", VALID, ids=str)
@given(data=st.data())
def test_any_json_is_families_or_a_classified_error(kind: type, data: st.DataObject) -> None:
    body = json.dumps(data.draw(mutants(VALID[kind]))).encode()
    with contextlib.suppress(msgspec.DecodeError, SourceError):  # what `Api` turns into `bad_payload`, and classified
        answer: Any = msgspec.json.decode(body, type=kind)
        assert encode(_use(answer))


def _use(answer: Any) -> Families:
    findings = parse.Findings(projects={"1": "api"}, totals={})
    if isinstance(answer, list):
        findings.projects = {project.id: project.slug for project in answer}
    elif isinstance(answer, answers.Span):
        hours.windows(None, hours.current_hour(answer, None, 1_795_000_000.0), 0)
    elif isinstance(answer, answers.Statistics):
        findings.totals = hours.event(hours.Window(1_795_000_000 // HOUR * HOUR), answer).amounts
    elif isinstance(answer, answers.Sessions):
        findings.sessions = answer
    else:
        findings.transactions = answer
    return parse.build(findings)
