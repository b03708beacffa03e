"""The simulated LangSmith talks to LangSmith's own client, so that what Vigie reads is what the vendor would say."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the client's own dependencies say while they are imported
    import langsmith
    from langsmith import _exceptions as refusals

from demo.vendors.langsmith import LangSmith, Project, project_id
from tests.vendors.langsmith_desk import NOON, STILL, Desk, call, chain, child, desk
from tests.vendors.setup import SECRET


@pytest.fixture
def office() -> Iterator[Desk]:
    with desk() as made:
        parent = chain("parent", NOON - 90, seconds=3.0)
        made.happens(parent, child(parent, "child", seconds=2.0), call("pending", NOON - 5, seconds=60.0))
        yield made


@pytest.fixture
def client(office: Desk) -> Iterator[langsmith.Langsmith]:
    with langsmith.Langsmith(
        api_key=SECRET, base_url=office.url, max_retries=0, _strict_response_validation=True
    ) as made:
        yield made


def test_runs_are_typed_as_the_client_expects(client: langsmith.Langsmith) -> None:
    selects: list[Any] = [
        "ID",
        "RUN_TYPE",
        "STATUS",
        "START_TIME",
        "END_TIME",
        "TOTAL_TOKENS",
        "TOTAL_COST",
        "METADATA",
    ]
    since = datetime.fromtimestamp(NOON - 3600, UTC)
    found = client.runs.query_v2(project_ids=[project_id("chat")], min_start_time=since, selects=selects)
    runs = {(run.run_type, run.status): run for run in found}
    assert set(runs) == {("LLM", "PENDING"), ("LLM", "SUCCESS"), ("CHAIN", "SUCCESS")}
    ended = runs["LLM", "SUCCESS"]
    assert (ended.total_tokens, ended.total_cost) == (120, 0.25)
    assert ended.metadata == {"ls_model_name": "claude-sonnet-4-5", "ls_provider": "anthropic"}
    assert runs["LLM", "PENDING"].end_time is None


def test_without_selects_there_are_ids_only(client: langsmith.Langsmith) -> None:
    first = next(iter(client.runs.query_v2(project_ids=[project_id("chat")])))
    assert first.model_dump(exclude_none=True).keys() == {"id"}


def test_the_client_follows_the_cursors(office: Desk, client: langsmith.Langsmith) -> None:
    office.happens(*(call(f"run {number}", NOON - 100 + number) for number in range(25)))
    ids = [run.id for run in client.runs.query_v2(project_ids=[project_id("chat")], page_size=4)]
    assert len(ids) == len(set(ids)) == 28
    assert sum(seen.path == "/api/v2/runs/query" for seen in office.vendor.seen) == 7


def test_projects_are_typed_and_have_their_statistics(office: Desk, client: langsmith.Langsmith) -> None:
    office.vendor.world.projects += [Project(f"p{number}", pace=STILL) for number in range(5)]
    office.vendor.world.projects.append(Project("evaluation", "EXPERIMENT", STILL))
    since = datetime.fromtimestamp(NOON - 3600, UTC)
    found = list(
        client.sessions.list_v2(
            type=["PROJECT", "AGENT"],
            include_stats=True,
            stats_start_time=since,
            stats_filter='eq(run_type, "llm")',
            page_size=2,
        )
    )
    assert len(found) == 6
    assert found[0].name == "chat"
    assert (found[0].run_count, found[0].total_tokens, found[0].total_cost) == (2, 120, 0.25)


def test_what_is_deployed_is_typed(client: langsmith.Langsmith) -> None:
    info = client.info.list()
    assert info.version == "0.16.3"
    assert info.instance_flags == {"ch_query_enabled": True, "sdb_query_enabled": True}


def test_refusals_are_the_clients_own_errors(office: Desk, client: langsmith.Langsmith) -> None:
    ours = [project_id("chat")]
    with pytest.raises(refusals.BadRequestError, match="page_size"):
        client.runs.query_v2(project_ids=ours, page_size=1001)
    with pytest.raises(refusals.UnprocessableEntityError):
        client.runs.query_v2(project_ids=["chat"])
    with pytest.raises(refusals.NotFoundError):
        client.runs.query_v2(project_ids=[project_id("nobody's")])
    office.vendor.world.rights.clear()
    with pytest.raises(refusals.PermissionDeniedError):
        client.runs.query_v2(project_ids=ours)
    office.vendor.world.key = "another"
    with pytest.raises(refusals.AuthenticationError):
        client.sessions.list_v2()
    office.vendor.world.key, office.vendor.world.rights, office.vendor.world.patience = SECRET, ["runs:read"], 0.0
    with pytest.raises(refusals.RateLimitError):
        client.runs.query_v2(project_ids=ours)


def test_a_key_of_the_organisation_is_told_as_the_client_knows_it(office: Desk) -> None:
    office.vendor.world.workspace = project_id("acme")
    older = langsmith.Client(api_url=office.url + "/api/v1", api_key=SECRET, auto_batch_tracing=False)
    with pytest.raises(langsmith.utils.LangSmithUserError, match="org-scoped"):
        list(older.list_projects())
    older.cleanup()


def test_v1_answers_the_older_client(office: Desk) -> None:
    older = langsmith.Client(api_url=office.url + "/api/v1", api_key=SECRET, auto_batch_tracing=False)
    with pytest.warns(DeprecationWarning, match="list_runs"):
        runs = list(older.list_runs(project_id=project_id("chat"), filter="eq(is_root, true)", limit=10))
    assert [(run.run_type, run.status) for run in runs] == [("llm", "pending"), ("chain", "success")]
    assert [project.name for project in older.list_projects(reference_free=True)] == ["chat"]
    older.cleanup()


def test_life_goes_on_by_the_clock_alone_and_changes_leave_the_past_as_it_was() -> None:
    vendor, clock = LangSmith(), [NOON]
    vendor.now = lambda: clock[0]
    before = _traces(vendor, NOON - 3600, NOON - 60)
    vendor.change({"projects": [{"name": "assistant", "pace": {"error_ratio": 1.0}}]})
    clock[0] += 3600
    after = _traces(vendor, NOON - 3600, NOON - 60)
    later = _traces(vendor, NOON + 60, NOON + 3600)
    assert after == {run: failed for run, failed in before.items() if run in after}
    assert len(later) > 200
    assert all(later.values())


def _traces(vendor: LangSmith, start: float, end: float) -> dict[str, bool]:
    visible = vendor.visible(vendor.world.projects[:1], start)
    return {run.id: run.failed for run in visible if run.is_root and run.start < end}
