"""LangSmith's figures: every run once, however late it ends or changes, and the right sums."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from demo.vendors import faults
from demo.vendors.langsmith import Project, project_id
from tests.vendors.langsmith_desk import NOON, STILL, Desk, call, chain, child, desk, distribution, series, value
from vigie.errors import Reason
from vigie.sources.langsmith import families as f


@pytest.fixture
def office() -> Iterator[Desk]:
    with desk() as made:
        yield made


async def test_every_counter_has_the_vendors_sum(office: Desk) -> None:
    async with office.watched() as source:
        good, bad = chain("good", NOON, seconds=4.0), chain("bad", NOON + 1, seconds=1.0, failed=True)
        office.happens(
            good,
            child(good, "first", seconds=2.0),
            child(good, "second", seconds=1.5, model="gpt-5-mini", prompt=10, completion=5, cost=0.125),
            bad,
            child(bad, "broken", seconds=0.5, failed=True, completion=0, cost=None),
        )
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 2
    assert value(seen, f.RUN_ERRORS, "chat") == 1
    assert value(seen, f.LLM_CALLS, "chat") == 3
    assert value(seen, f.LLM_CALL_ERRORS, "chat") == 1
    assert series(seen, f.TOKENS) == {("chat", "prompt"): 210.0, ("chat", "completion"): 25.0}
    assert value(seen, f.COST, "chat") == 0.375
    assert series(seen, f.MODEL_CALLS) == {("chat", "claude-sonnet-4-5"): 2.0, ("chat", "gpt-5-mini"): 1.0}
    assert series(seen, f.MODEL_ERRORS) == {("chat", "claude-sonnet-4-5"): 1.0, ("chat", "gpt-5-mini"): 0.0}
    assert value(seen, f.MODEL_TOKENS, "chat", "gpt-5-mini", "completion") == 5
    assert value(seen, f.MODEL_COST, "chat", "claude-sonnet-4-5") == 0.25
    assert distribution(seen, f.RUN_DURATION, "chat").sum == 5.0
    assert distribution(seen, f.LLM_CALL_DURATION, "chat").sum == 4.0


@pytest.mark.parametrize(
    ("error", "stopped"),
    [("GeneratorExit()", 1), ("asyncio.exceptions.CancelledError()", 1), ("AbortError: aborted", 1), ("Timeout", 0)],
)
@pytest.mark.parametrize("has_v2", [True, False])
async def test_a_stream_that_the_user_stopped_is_no_error(
    office: Desk, error: str, stopped: float, *, has_v2: bool
) -> None:
    office.vendor.world.has_v2 = has_v2
    async with office.watched() as source:
        office.happens(call("stopped", NOON, seconds=2.0, failed=True, error=error))
        seen = await office.look(source)
    assert value(seen, f.LLM_CALLS, "chat") == 1
    assert value(seen, f.LLM_CALLS_STOPPED, "chat") == value(seen, f.RUNS_STOPPED, "chat") == stopped
    assert value(seen, f.LLM_CALL_ERRORS, "chat") == value(seen, f.RUN_ERRORS, "chat") == 1 - stopped


async def test_the_cost_of_what_ended_before_the_first_start_is_no_cost_of_now(office: Desk) -> None:
    office.happens(
        call("before", NOON - 60, seconds=2.0, priced=100.0), call("after", NOON - 1, seconds=2.0, priced=100.0)
    )
    async with office.watched() as source:
        for _ in range(4):
            seen = await office.look(source)
    assert value(seen, f.COST, "chat") == 0.25
    assert value(seen, f.LLM_CALLS, "chat") == 1


@pytest.mark.parametrize("bound", [2.0, 10.0])
async def test_the_thresholds_of_the_alerts_are_exact_bounds(office: Desk, bound: float) -> None:
    async with office.watched() as source:
        office.happens(call("at", NOON, seconds=bound), call("above", NOON, seconds=bound + 0.125))
        found = distribution(await office.look(source), f.RUN_DURATION, "chat")
    assert sum(found.counts[: f.SECONDS.index(bound) + 1]) == 1
    assert sum(found.counts) == 2


async def test_what_had_ended_before_the_first_look_moves_no_counter(office: Desk) -> None:
    office.happens(call("old", NOON - 600), call("running", NOON - 30, seconds=60.0))
    async with office.watched() as source:
        assert value(await office.look(source), f.RUNS, "chat") == 1
    assert value(await office.once(), f.RUNS, "chat") == 1


async def test_a_quiet_project_has_explicit_zeros(office: Desk) -> None:
    seen = await office.once()
    for family in (f.RUNS, f.RUN_ERRORS, f.LLM_CALLS, f.LLM_CALL_ERRORS, f.COST, f.PENDING):
        assert series(seen, family) == {("chat",): 0.0}
    assert series(seen, f.TOKENS) == {("chat", "prompt"): 0.0, ("chat", "completion"): 0.0}
    assert sum(distribution(seen, f.RUN_DURATION, "chat").counts) == 0


async def test_a_run_counts_when_it_ends_and_once(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(chain("long", NOON, seconds=150.0))
        polls = [await office.look(source) for _ in range(5)]
    assert [value(seen, f.RUNS, "chat") for seen in polls] == [0, 0, 1, 1, 1]
    assert [value(seen, f.PENDING, "chat") for seen in polls] == [1, 1, 0, 0, 0]


async def test_a_cost_that_comes_late_is_added_once(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("priced later", NOON, priced=90.0))
        polls = [await office.look(source) for _ in range(4)]
    assert [value(seen, f.COST, "chat") for seen in polls] == [0, 0.25, 0.25, 0.25]
    assert [value(seen, f.RUNS, "chat") for seen in polls] == [1, 1, 1, 1]


async def test_a_run_that_is_patched_is_corrected_by_the_difference(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("patched", NOON))
        await office.look(source)
        office.vendor.world.runs[0].failed = True
        office.vendor.world.runs[0].prompt = 150
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 1
    assert value(seen, f.RUN_ERRORS, "chat") == 1
    assert value(seen, f.TOKENS, "chat", "prompt") == 150


async def test_a_run_that_arrives_late_within_the_window_is_counted(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("late", NOON - 1800, appears=NOON + 100))
        polls = [await office.look(source) for _ in range(3)]
    assert [value(seen, f.RUNS, "chat") for seen in polls] == [0, 1, 1]


@pytest.mark.parametrize("has_v2", [True, False])
async def test_a_run_that_outlasts_the_window_is_counted_when_it_ends_with_the_cost_that_follows(
    office: Desk,
    has_v2: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    office.vendor.world.has_v2 = has_v2
    async with office.watched() as source:
        office.happens(call("agent", NOON, seconds=3 * 3600.0, priced=200.0), call("dead", NOON, seconds=None))
        for office.now, outlasting in ((NOON + 600, 0), (NOON + 3650, 2), (NOON + 3720, 2), (NOON + 7200, 2)):
            running = await office.look(source)
            assert len(json.loads(office.state.items("langsmith")["waiting"])) == outlasting
    assert value(running, f.RUNS, "chat") == 0
    async with office.watched() as source:
        for office.now in (NOON + 3 * 3600 + 60, NOON + 3 * 3600 + 300, NOON + 3 * 3600 + 700, NOON + 4 * 3600):
            ended = await office.look(source)
            assert value(ended, f.RUNS, "chat") == 1
    assert value(ended, f.COST, "chat") == 0.25
    assert value(ended, f.TOKENS, "chat", "prompt") == 100
    assert list(json.loads(office.state.items("langsmith")["waiting"]).values()) == [NOON]
    office.now = NOON + 25 * 3600
    assert value(await office.once(), f.RUNS, "chat") == 1
    assert office.state.items("langsmith")["waiting"] == "{}"


async def test_a_restart_continues_the_totals(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("before", NOON + 10))
        await office.look(source)
    office.happens(call("while away", NOON + 100))
    office.now += 5 * 3600
    office.happens(call("hours later", office.now - 2 * 3600), call("just now", office.now - 5))
    async with office.watched() as source:
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 4
    assert value(seen, f.BACKLOG) == 0


async def test_pages_are_followed_to_the_end(office: Desk) -> None:
    office.vendor.world.page_limit = 3
    async with office.watched() as source:
        office.happens(*(call(f"run {number}", NOON + number) for number in range(10)))
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 10


async def test_a_list_that_does_not_end_is_no_list(office: Desk) -> None:
    endless = faults.says({"items": [], "next_cursor": "again"})
    async with office.watched() as source:
        office.vendor.fault = lambda well: endless(well) if "query" in office.vendor.seen[-1].path else well
        seen = await office.look(source)
    assert [error.reason for error in seen.errors] == [Reason.BAD_PAYLOAD]
    assert "does not end" in str(seen.errors[0])


async def test_only_the_projects_that_are_named_are_read_and_experiments_never(office: Desk) -> None:
    office.vendor.world.projects = [
        Project("chat", pace=STILL),
        Project("other", pace=STILL),
        Project("evaluation", "EXPERIMENT", STILL),
    ]
    assert set(series(await office.once(), f.RUNS)) == {("chat",), ("other",)}
    assert set(series(await office.once(projects=["chat"]), f.RUNS)) == {("chat",)}


async def test_a_project_that_is_not_there_is_a_problem_and_the_others_are_read(office: Desk) -> None:
    seen = await office.once(projects=["chat", "chatt"])
    assert [error.reason for error in seen.errors] == [Reason.NOT_FOUND]
    assert "no tracing project 'chatt'" in str(seen.errors[0])
    assert value(seen, f.RUNS, "chat") == 0


async def test_a_deleted_project_is_gone_from_the_output_and_a_workspace_may_be_empty(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("some", NOON))
        assert value(await office.look(source), f.RUNS, "chat") == 1
        office.vendor.world.projects = []
        seen = await office.look(source)
    assert seen.errors == ()
    for family in (f.RUNS, f.TOKENS, f.MODEL_CALLS, f.LAST_RUN, f.MONTH_TOKENS):
        assert series(seen, family) == {}


async def test_models_above_the_limit_are_counted_as_other_and_stay_so(office: Desk) -> None:
    async with office.watched(max_models=2) as source:
        office.happens(*(call(f"m{number}", NOON + number, model=f"model-{number}") for number in range(4)))
        office.happens(call("custom", NOON + 9, model=None))
        first = await office.look(source)
    async with office.watched(max_models=2) as source:
        again = await office.look(source)
    for seen in (first, again):
        counts = {model: count for (_, model), count in series(seen, f.MODEL_CALLS).items()}
        assert sum(counts.values()) == 5
        assert len(counts) == 3
        assert counts["other"] == 3


async def test_lag_and_last_run_are_told(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("slow to appear", NOON + 10, seconds=2.0, settles=70.0))
        await office.look(source)
        seen = await office.look(source)
    assert value(seen, f.LAST_RUN, "chat") == NOON + 10
    assert value(seen, f.INGEST_LAG, "chat") == 120 - 12


async def test_after_a_fault_the_next_poll_has_everything(office: Desk) -> None:
    async with office.watched() as source:
        office.happens(call("in the dark", NOON))
        office.vendor.fault = faults.answer(500)
        assert [error.reason for error in (await office.look(source)).errors] == [Reason.UPSTREAM]
        office.vendor.fault = None
        assert value(await office.look(source), f.RUNS, "chat") == 1


async def test_a_listing_that_breaks_off_half_way_loses_and_doubles_nothing(office: Desk) -> None:
    office.vendor.world.page_limit = 2
    async with office.watched() as source:
        office.happens(*(call(f"run {number}", NOON + number) for number in range(8)))
        asked = len(office.vendor.seen)
        office.vendor.fault = lambda well: faults.answer(500)(well) if len(office.vendor.seen) > asked + 3 else well
        assert (await office.look(source)).poll is None
        office.vendor.fault = None
        assert value(await office.look(source), f.RUNS, "chat") == 8


async def test_ids_are_not_kept_for_ever(office: Desk) -> None:
    async with office.watched() as source:
        for hour in range(5):
            office.happens(call(f"run {hour}", NOON + 3600 * hour + 120))
            office.now = NOON + 3600 * hour + 300
            await office.look(source)
        office.now += 6 * 3600
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 5
    kept = office.state._db.execute("SELECT count(*) FROM event").fetchone()[0]  # noqa: SLF001 - what the file holds
    assert kept < 5


async def test_only_what_is_needed_is_asked_for_and_nothing_that_people_wrote(office: Desk) -> None:
    office.vendor.world.workspace = project_id("acme")
    async with office.watched(workspace_id=project_id("acme")):
        request = next(seen for seen in office.vendor.seen if seen.path == "/api/v2/runs/query")
    assert request.headers["x-tenant-id"] == project_id("acme")
    assert {seen.path for seen in office.vendor.seen} == {
        "/api/v2/sessions",
        "/api/v2/runs/query",
        "/api/v1/workspaces/current/usage_limits",
    }
