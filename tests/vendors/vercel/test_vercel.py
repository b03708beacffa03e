"""Vercel by pull: what its answers mean, and deployments that are counted once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from demo.vendors.vercel import OWNER, Deployment, Project, Vercel
from tests.vendors.polling import Clock, on, read
from tests.vendors.setup import SECRET
from tests.vendors.vercel.world import DOCS, WEB, make
from vigie.core.source import AnySource
from vigie.errors import Reason, SourceError
from vigie.sources.vercel import (
    VercelConfig,
    VercelSource,
    families,
    findings,
    requests_per_hour,
    vitals,
)

HOUR = 3600.0


async def test_every_declared_family_is_exported_and_no_other(source: AnySource) -> None:
    poll = await source.poll()
    assert {*poll.families.values, *poll.families.distributions} == set(VercelSource.families)


async def test_the_last_production_deployment_is_what_counts(source: AnySource, vercel: Vercel, clock: Clock) -> None:
    now = clock.time
    vercel.world.deployments = [
        Deployment("old", WEB, now - 9000, build=10.0),
        Deployment("last", WEB, now - 5000, build=42.5),
        Deployment("preview", WEB, now - 1000, target=None, build=10.0, ends="ERROR"),
    ]
    seen = await read(source)
    assert on(seen[families.STATUS]) == {("acme-web", "ready")}
    assert seen[families.CREATED] == {("acme-web",): now - 5000}
    assert seen[families.BUILD] == {("acme-web",): 42.5}


@pytest.mark.parametrize("later", ["CANCELED", "BLOCKED", "DELETED", "ON_HOLD", "BUILDING"])
async def test_a_failed_deployment_is_not_hidden_by_one_that_nothing_came_of(
    source: AnySource, vercel: Vercel, clock: Clock, later: str
) -> None:
    now = clock.time
    vercel.world.deployments = [
        Deployment("good", WEB, now - 9000),
        Deployment("bad", WEB, now - 5000, ends="ERROR"),
        *(Deployment(f"called off {number}", WEB, now - 900 + number, ends="CANCELED") for number in range(3)),
        Deployment("last", WEB, now - 800, ends=later),
    ]
    seen = await read(source)
    assert on(seen[families.STATUS]) == {("acme-web", later.lower() if later != "ON_HOLD" else "unknown")}
    assert on(seen[families.RESULT]) == {("acme-web", "error")}
    vercel.world.deployments.append(Deployment("mended", WEB, now - 700))
    assert on((await read(source))[families.RESULT]) == {("acme-web", "ready")}


@pytest.mark.parametrize(
    ("age", "ends", "status"),
    [
        (3, "READY", "queued"),
        (5, "READY", "initializing"),
        (20, "READY", "building"),
        (900, "READY", "ready"),
        (900, "ERROR", "error"),
        (900, "CANCELED", "canceled"),
        (900, "BLOCKED", "blocked"),
        (900, "DELETED", "deleted"),
        (900, "ON_HOLD", "unknown"),
    ],
)
async def test_a_deployment_is_in_exactly_one_state(  # noqa: PLR0913, PLR0917 - fixtures and cases
    source: AnySource, vercel: Vercel, clock: Clock, age: float, ends: str, status: str
) -> None:
    vercel.world.deployments = [Deployment("dpl_1", WEB, clock.time - age, ends=ends)]
    seen = await read(source)
    assert on(seen[families.STATUS]) == {("acme-web", status)}
    assert len(seen[families.STATUS]) == len(findings.STATES) + 1
    assert bool(seen[families.BUILD]) == (status == "ready")


async def test_a_project_that_was_never_deployed_has_no_deployment(source: AnySource) -> None:
    seen = await read(source)
    assert seen[families.STATUS] == {}
    assert seen[families.CREATED] == {}
    assert set(seen[families.DEPLOYMENTS].values()) == {0}
    assert ("acme-web", "production", "error") in seen[families.DEPLOYMENTS]


async def test_a_deployment_or_a_project_that_is_deleted_is_gone(
    source: AnySource, vercel: Vercel, clock: Clock
) -> None:
    vercel.world.deployments = [Deployment("a", WEB, clock.time - 900), Deployment("b", DOCS, clock.time - 900)]
    await read(source)
    vercel.world.deleted = ["a"]
    clock.time += 60
    assert on((await read(source))[families.STATUS]) == {("acme-docs", "ready")}
    del vercel.world.projects[1]
    clock.time += 700
    seen = await read(source)
    assert {labels[0] for series in seen.values() for labels in series} & {"acme-docs"} == set()


async def test_web_vitals_are_in_seconds_but_for_layout_shift(source: AnySource) -> None:
    assert (await read(source))[families.VITALS_P75] == {
        ("acme-web", "lcp"): pytest.approx(2.14),
        ("acme-web", "inp"): pytest.approx(0.128),
        ("acme-web", "fcp"): pytest.approx(1.31),
        ("acme-web", "ttfb"): pytest.approx(0.42),
        ("acme-web", "cls"): 0.07,
    }


@pytest.mark.parametrize(("dimension", "sent"), [("environment", "environment eq 'production'"), ("", None)])
async def test_previews_are_left_out_where_the_catalogue_says_how(
    source: AnySource, vercel: Vercel, dimension: str, sent: str | None
) -> None:
    vercel.world.environment = dimension
    await read(source)
    assert {query.get("filter") for query in vercel.queries} == {sent}
    assert {query["aggregation"] for query in vercel.queries} == {"p75"}


async def test_without_a_catalogue_the_usual_metrics_are_asked_for(source: AnySource, vercel: Vercel) -> None:
    vercel.world.catalogue = False
    assert len((await read(source))[families.VITALS_P75]) == len(vitals.DEFAULTS)


@pytest.mark.parametrize("feature", ["web_vitals", "firewall"])
async def test_what_must_be_paid_for_is_said_once_and_fails_nothing(
    source: AnySource, vercel: Vercel, clock: Clock, feature: str
) -> None:
    vercel.world.entitled, vercel.world.firewall = feature != "web_vitals", feature != "firewall"
    vercel.world.deployments = [Deployment("a", WEB, clock.time - 900)]
    with capture_logs() as logged:
        for _ in range(20):
            seen = await read(source)
            clock.time += 60
    assert [entry["feature"] for entry in logged if entry["event"] == "feature_not_in_plan"] == [feature]
    family = families.VITALS_P75 if feature == "web_vitals" else families.UNDER_ATTACK
    path = "/v2/observability/query" if feature == "web_vitals" else "/v1/security/firewall/attack-status"
    assert seen[family] == {}
    assert seen[families.AVAILABLE][feature,] == 0
    assert on(seen[families.STATUS]) == {("acme-web", "ready")}
    assert len([asked for asked in vercel.seen if asked.path == path]) == 1
    assert f"not in the plan: {feature}" in await source.describe()
    vercel.world.entitled = vercel.world.firewall = True
    clock.time += 6 * HOUR
    seen = await read(source)
    assert seen[families.AVAILABLE][feature,] == 1
    assert seen[family]


async def test_features_can_be_switched_off(served: tuple[Vercel, str], vercel: Vercel, clock: Clock) -> None:
    source = make(served, clock, web_vitals=False, firewall=False)
    await read(source)
    await source.close()
    assert not [asked for asked in vercel.seen if "observability" in asked.path or "firewall" in asked.path]


async def test_an_attack_shows_while_it_goes_on(source: AnySource, vercel: Vercel, clock: Clock) -> None:
    vercel.world.projects[1].attacked = True
    assert (await read(source))[families.UNDER_ATTACK] == {("acme-web",): 0, ("acme-docs",): 1}
    vercel.world.projects[1].attacked = False
    clock.time += 600
    assert (await read(source))[families.UNDER_ATTACK] == {("acme-web",): 0, ("acme-docs",): 0}


async def test_pages_of_projects_are_followed(source: AnySource, vercel: Vercel) -> None:
    vercel.world.page = 2
    vercel.world.projects = [Project(f"prj_{number}", f"p{number}") for number in range(5)]
    assert len((await read(source))[families.UNDER_ATTACK]) == 5


@pytest.mark.parametrize("team", [{"team_id": OWNER}, {"team_id": "", "slug": "acme"}])
async def test_the_team_goes_with_every_request(
    served: tuple[Vercel, str], vercel: Vercel, clock: Clock, team: dict[str, Any]
) -> None:
    source = make(served, clock, **team)
    await read(source)
    await source.close()
    assert all("teamId=" in asked.query or "slug=acme" in asked.query for asked in vercel.seen)


@pytest.mark.parametrize("wrong", [{"token": "another-secret"}, {"team_id": "team_other"}])
async def test_a_token_that_may_not_is_told_what_to_check(
    served: tuple[Vercel, str], vercel: Vercel, clock: Clock, wrong: dict[str, Any]
) -> None:
    del vercel
    source = make(served, clock, **wrong)
    with pytest.raises(SourceError, match="its scope is the team that `team_id` or `slug` names") as refused:
        await source.poll()
    await source.close()
    assert refused.value.reason is Reason.FORBIDDEN
    assert "another-secret" not in str(refused.value)


async def test_only_the_projects_that_are_named_are_exported(
    served: tuple[Vercel, str], vercel: Vercel, clock: Clock
) -> None:
    del vercel
    source = make(served, clock, projects=("acme-docs", "ghost"))
    poll = await source.poll()
    await source.close()
    assert set(poll.families.values[families.UNDER_ATTACK]) == {("acme-docs",)}
    assert [(problem.reason, str(problem)) for problem in poll.problems] == [
        (Reason.NOT_FOUND, "Vercel shows this token no project ghost; check `projects`")
    ]


async def test_check_says_what_was_reached_and_what_it_costs(source: AnySource) -> None:
    said = await source.describe()
    assert said.startswith(f"Vercel, {OWNER}, 2 projects, ")
    assert "of 1000000 requests left in Vercel's window" in said
    assert said.endswith("Vigie sends about 251 requests an hour, 183356 a month")


async def test_an_hour_of_polls_costs_what_is_promised(source: AnySource, vercel: Vercel, clock: Clock) -> None:
    await read(source)
    vercel.seen.clear()
    for _ in range(60):
        clock.time += 60
        await read(source)
    promised = requests_per_hour(source.config.model_copy(update={"projects": ("a", "b")}))
    assert len(vercel.seen) == pytest.approx(promised, rel=0.05)


@pytest.mark.parametrize("bad", [{"team_id": "a", "slug": "b"}, {"base_url": "vercel.com"}, {"drain": {}}])
def test_settings_that_cannot_work_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VercelConfig.model_validate({"token": SECRET, **bad})
