"""Sentry: what its answers mean, and events that are counted once although only sums per hour are told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from demo.vendors import faults
from demo.vendors.sentry import Figures, Flow, Project, Sentry
from tests.vendors.polling import Clock, read
from tests.vendors.sentry.world import make
from tests.vendors.setup import SECRET
from vigie.core.source import AnySource
from vigie.errors import Reason, SourceError
from vigie.sources.sentry import SentryConfig, SentrySource, families, requests_per_hour

HOUR = 3600
EVENTS = families.EVENTS


async def test_every_declared_family_is_exported_and_no_other(source: AnySource) -> None:
    assert set(await read(source)) == set(SentrySource.families)


async def test_figures_are_in_base_units_and_belong_to_their_project(source: AnySource, sentry: Sentry) -> None:
    figures = Figures(count=500.0, p50=12.0, p95=340.0, p99=2500.0, failure_rate=0.25, server_error_rate=0.125)
    sentry.world.projects = [Project("7", "api", 12, figures, 400, 0.99, 0.98), Project("8", "web")]
    seen = await read(source)
    found = {family.name: {k[0]: v for k, v in series.items()} for family, series in seen.items() if family != EVENTS}
    assert found["sentry_unresolved_issues"] == {"api": 12, "web": 0}
    assert found["sentry_transactions"] == {"api": 500, "web": 0}
    assert found["sentry_transaction_p50_seconds"] == {"api": 0.012}
    assert found["sentry_transaction_p95_seconds"] == {"api": 0.34}
    assert found["sentry_transaction_p99_seconds"] == {"api": 2.5}
    assert found["sentry_transaction_failure_ratio"] == {"api": 0.25}
    assert found["sentry_transaction_server_error_ratio"] == {"api": 0.125}
    assert found["sentry_sessions"] == {"api": 400, "web": 0}
    assert found["sentry_crash_free_sessions_ratio"] == {"api": 0.99}
    assert found["sentry_crash_free_users_ratio"] == {"api": 0.98}
    assert found["sentry_api_rate_limit_requests"]["stats_v2"] == 10**6
    assert found["sentry_api_rate_limit_remaining_requests"]["events"] == 10**6 - 1


async def test_windows_are_named(source: AnySource) -> None:
    seen = await read(source)
    assert {labels[1] for labels in seen[families.TRANSACTIONS]} == {"10m"}
    assert {labels[1] for labels in seen[families.SESSIONS]} == {"24h"}


async def test_a_rate_without_sessions_is_absent_and_not_zero(source: AnySource, sentry: Sentry) -> None:
    sentry.world.projects = [Project("7", "api", sessions=0, crash_free_sessions=None, crash_free_users=None)]
    seen = await read(source)
    assert seen[families.CRASH_FREE_SESSIONS] == {}
    assert seen[families.CRASH_FREE_USERS] == {}
    assert seen[families.SESSIONS] == {("api", "24h"): 0}


async def test_percentiles_that_are_null_are_absent(source: AnySource, sentry: Sentry) -> None:
    sentry.world.projects = [Project("7", "api", transactions=Figures(0.0, None, None, None, None, None))]
    seen = await read(source)
    assert seen[families.P95] == {}
    assert seen[families.FAILURES] == {}


@pytest.mark.parametrize(("unit", "seconds"), [("second", 340.0), ("microsecond", 0.00034), ("nanosecond", 3.4e-7)])
async def test_durations_are_read_in_the_unit_that_sentry_names(
    source: AnySource, sentry: Sentry, unit: str, seconds: float
) -> None:
    sentry.world.unit = unit
    assert (await read(source))[families.P95]["api", "10m"] == pytest.approx(seconds)


async def test_a_unit_that_is_not_known_is_a_problem_of_the_durations_alone(source: AnySource, sentry: Sentry) -> None:
    sentry.world.unit = "fortnight"
    poll = await source.poll()
    assert [str(problem) for problem in poll.problems] == [
        "Sentry gives p50(span.duration) in the unit 'fortnight', which is not known"
    ]
    assert poll.families.values[families.ISSUES]
    assert poll.families.values[families.P95] == {}


async def test_pages_are_followed_to_their_end(source: AnySource, sentry: Sentry) -> None:
    sentry.world.page = 2
    sentry.world.projects = [Project(str(number), f"p{number}", 1, Figures()) for number in range(5)]
    seen = await read(source)
    assert len(seen[families.ISSUES]) == 5
    assert len(seen[families.P95]) == 5


async def test_only_the_projects_that_are_named_are_exported(
    served: tuple[Sentry, str], sentry: Sentry, clock: Clock
) -> None:
    del sentry
    source = make(served, clock, projects=("api", "ghost"))
    poll = await source.poll()
    await source.close()
    assert {labels[0] for labels in poll.families.values[families.TRANSACTIONS]} == {"api"}
    assert [(problem.reason, str(problem)) for problem in poll.problems] == [
        (Reason.NOT_FOUND, "Sentry shows this token no project ghost; check `projects`")
    ]


async def test_an_environment_narrows_transactions_and_sessions(
    served: tuple[Sentry, str], sentry: Sentry, clock: Clock
) -> None:
    del sentry
    source = make(served, clock, environment="staging")
    seen = await read(source)
    await source.close()
    assert seen[families.P95] == {}
    assert seen[families.SESSIONS] == {}
    assert seen[families.ISSUES]["api",] == 12


async def test_an_environment_that_sentry_does_not_know_is_named(
    served: tuple[Sentry, str], sentry: Sentry, clock: Clock
) -> None:
    sentry.fault = lambda healthy: (
        lambda scope, receive, send: (
            faults.says({"detail": "The requested resource does not exist"}, 404)(healthy)
            if b"environment=" in scope["query_string"]
            else healthy
        )(scope, receive, send)
    )
    source = make(served, clock, environment="prdo")
    poll = await source.poll()
    await source.close()
    sentry.fault = None
    assert [problem.reason for problem in poll.problems] == [Reason.NOT_FOUND]
    assert "there is an environment 'prdo' (`environment`)" in str(poll.problems[0])


async def test_issues_are_counted_without_being_read(source: AnySource, sentry: Sentry) -> None:
    """Their number stands in a header that ends at 1000; titles are never asked for more than once, and never kept."""
    sentry.world.projects = [Project("7", "api", unresolved=4321)]
    assert (await read(source))[families.ISSUES] == {("api",): 1000}
    asked = [seen.query for seen in sentry.seen if seen.path.endswith("/issues/")]
    assert len(asked) == 1
    assert "limit=1" in asked[0]


async def test_a_missing_scope_is_named_and_the_rest_is_exported(
    source: AnySource, sentry: Sentry, clock: Clock
) -> None:
    await read(source)
    sentry.world.scopes.remove("event:read")
    clock.time += 2 * HOUR
    poll = await source.poll()
    [problem] = poll.problems
    assert problem.reason is Reason.FORBIDDEN
    assert "give the token the scope event:read in Settings > Custom Integrations" in str(problem)
    assert poll.families.values[families.ISSUES] == {}
    assert poll.families.values[families.P95]


async def test_a_token_that_may_not_even_list_projects_is_told_which_scope_it_lacks(
    source: AnySource, sentry: Sentry
) -> None:
    sentry.world.scopes.remove("org:read")
    with pytest.raises(SourceError, match="give the token the scope org:read") as refused:
        await source.poll()
    assert refused.value.reason is Reason.FORBIDDEN


async def test_a_passing_failure_leaves_slow_figures_standing(source: AnySource, sentry: Sentry, clock: Clock) -> None:
    await read(source)
    sentry.world.scopes.remove("event:read")
    clock.time += 310
    poll = await source.poll()
    assert poll.problems
    assert poll.families.values[families.ISSUES]["api",] == 12


async def test_an_organization_that_is_not_there_is_said(
    served: tuple[Sentry, str], sentry: Sentry, clock: Clock
) -> None:
    del sentry
    source = make(served, clock, organization="acne")
    with pytest.raises(SourceError, match="check `base_url` and `organization`") as missing:
        await source.poll()
    await source.close()
    assert missing.value.reason is Reason.NOT_FOUND


async def test_a_dataset_that_a_server_lacks_costs_only_the_transactions(source: AnySource, sentry: Sentry) -> None:
    sentry.world.datasets = ["errors", "transactions", "discover"]
    poll = await source.poll()
    assert [problem.reason for problem in poll.problems] == [Reason.BAD_PAYLOAD]
    assert "dataset must be one of" in str(poll.problems[0])
    assert poll.families.values[families.ISSUES]


async def test_what_was_removed_or_renamed_is_not_asked_for(source: AnySource, sentry: Sentry) -> None:
    await read(source)
    asked = {f"{seen.path}?{seen.query}" for seen in sentry.seen}
    assert not [url for url in asked if "/projects/acme/" in url or "dataset=transactions" in url or "discover" in url]
    assert not [url for url in asked if "issues-count" in url or "stats-summary" in url]


async def test_a_limit_that_is_reached_says_when_to_come_back(source: AnySource, sentry: Sentry, clock: Clock) -> None:
    await read(source)
    sentry.world.limit = 1
    clock.time += 60
    [problem] = (await source.poll()).problems
    assert problem.reason is Reason.RATE_LIMITED
    assert problem.retry_after == pytest.approx(1, abs=1)


async def test_check_says_what_was_reached_and_what_it_costs(source: AnySource) -> None:
    said = await source.describe()
    assert said.startswith("Sentry organization acme at http://127.0.0.1:")
    assert "3 projects, 999999 of 1000000 requests left in Sentry's window" in said
    assert said.endswith("Vigie sends about 294 requests an hour, 214767 a month")


async def test_an_hour_of_polls_costs_what_is_promised(source: AnySource, sentry: Sentry, clock: Clock) -> None:
    await read(source)
    sentry.seen.clear()
    for _ in range(60):
        clock.time += 60
        await read(source)
    promised = requests_per_hour(source.config.model_copy(update={"projects": ("a", "b", "c")}))
    assert len(sentry.seen) == pytest.approx(promised, rel=0.05)


@pytest.mark.parametrize("bad", [{"base_url": "us.sentry.io"}, {"organization": "a/b"}, {"token": None}])
def test_settings_that_cannot_work_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SentryConfig.model_validate({"organization": "acme", "token": SECRET, **bad})


def test_flows_of_the_simulator_add_up_over_adjoining_hours() -> None:
    flow = Flow("1", per_hour=7.3)
    start = 1_795_000_000.0
    parts = sum(flow.between(start + hour * HOUR, start + (hour + 1) * HOUR) for hour in range(24))
    assert parts == flow.between(start, start + 24 * HOUR)
