"""Status pages: every format means the same, one page that fails leaves the others, and what is unknown is not well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from demo.vendors import faults
from demo.vendors import statuspages as simulator
from demo.vendors.statuspages import Episode, Incident, Page, StatusPages, World
from tests.real.process import free_port
from tests.real.vendor import serving
from tests.vendors.polling import Clock, last_outcome, on, read, survives_any_answer
from tests.vendors.setup import Setup
from tests.vendors.setup_statuspages import SETUP
from vigie.core.poller import delay, poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources.statuspages import StatusPagesConfig, requests_per_hour
from vigie.sources.statuspages.config import CATALOGUE, STACK
from vigie.sources.statuspages.families import (
    BEGAN,
    COMPONENT,
    FAMILIES,
    INCIDENTS,
    LEFT_OUT,
    MAINTENANCES,
    OVERALL,
    READ,
)
from vigie.sources.statuspages.state import IMPACTS, STATUSES


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[StatusPages, str]]:
    vendor = StatusPages()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(served: tuple[StatusPages, str], clock: Clock) -> dict[str, Page]:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = World(), None, clock
    for page in vendor.world.pages.values():
        page.episode = None
    return vendor.world.pages


@pytest.fixture
async def source(served: tuple[StatusPages, str], pages: dict[str, Page], clock: Clock) -> AsyncIterator[AnySource]:
    del pages
    source = SETUP.source(served[1], clock)
    yield source
    await source.close()


def _one(url: str, vendor: str, clock: Clock, **settings: Any) -> AnySource:
    """A source of one page; `settings` are those of the page."""
    page = {"url": f"{url}/{vendor}", **settings}
    alone = Setup("statuspages", StatusPages, lambda _url: {"vendors": [vendor], "pages": {vendor: page}})
    return alone.source(url, clock)


async def test_every_declared_family_is_exported(source: AnySource, pages: dict[str, Page]) -> None:
    pages["github"].incidents = [Incident({"Actions": "major_outage"})]
    assert set(await read(source)) == set(FAMILIES)


async def test_every_state_of_a_component_is_told_apart(source: AnySource, pages: dict[str, Page]) -> None:
    said = [*STATUSES[:-1], "on_fire"]
    pages["github"].components = {f"part {number}": status for number, status in enumerate(said)}
    found = (await read(source))[COMPONENT]
    assert {labels[1:] for labels in on(found) if labels[0] == "github"} == {
        (f"part {number}", status) for number, status in enumerate(STATUSES)
    }


async def test_incidents_are_counted_by_impact_with_the_oldest(source: AnySource, pages: dict[str, Page]) -> None:
    pages["supabase"].incidents = [
        Incident({}, "major", 1_794_000_000),
        Incident({}, "major", 1_793_000_000, "monitoring"),
        Incident({}, "surprising"),
        Incident({}, "critical", 1_700_000_000, "postmortem"),
    ]
    found = await read(source)
    counts = {labels[1]: count for labels, count in found[INCIDENTS].items() if labels[0] == "supabase"}
    assert counts == {**dict.fromkeys(IMPACTS, 0), "major": 2, "unknown": 1}
    assert found[BEGAN] == {("supabase",): 1_793_000_000}
    assert found[MAINTENANCES]["supabase",] == 0


async def test_heads_of_groups_only_name_their_members(source: AnySource, pages: dict[str, Page]) -> None:
    pages["sentry"].components = {"US / API": "operational", "EU / API": "major_outage", "Docs": "operational"}
    found = {labels[1:] for labels in on((await read(source))[COMPONENT]) if labels[0] == "sentry"}
    assert found == {("US / API", "operational"), ("EU / API", "major_outage"), ("Docs", "operational")}


async def test_stripe_warns_by_service(source: AnySource, pages: dict[str, Page]) -> None:
    pages["stripe"].components = {"api": "operational", "webhooks": "degraded_performance"}
    found = await read(source)
    assert {labels[1:] for labels in on(found[COMPONENT]) if labels[0] == "stripe"} == {
        ("Api", "operational"),
        ("Webhooks", "degraded_performance"),
    }
    assert ("stripe", "degraded_performance") in on(found[OVERALL])
    assert found[INCIDENTS]["stripe", "minor"] == 1


@pytest.mark.parametrize(
    ("broken", "reason", "words"),
    [
        ("html", Reason.BAD_PAYLOAD, "The status page of vercel answered with a web page instead of JSON"),
        ("302", Reason.BAD_PAYLOAD, "redirects elsewhere, status 302"),
        ("401", Reason.AUTH, "is not public, status 401"),
        ("404", Reason.NOT_FOUND, "has nothing at this address"),
        ("503", Reason.UPSTREAM, "is in error itself"),
    ],
)
async def test_one_page_that_fails_is_a_problem_and_the_others_stay(
    source: AnySource, pages: dict[str, Page], broken: str, reason: Reason, words: str
) -> None:
    pages["vercel"].broken = broken
    poll = await source.poll()
    assert [problem.reason for problem in poll.problems] == [reason]
    assert words in str(poll.problems[0])
    assert "`pages.vercel.url`" in str(poll.problems[0]) or reason is Reason.UPSTREAM
    values = poll.families.values
    assert {labels[0] for labels, value in values[READ].items() if not value} == {"vercel"}
    assert {labels[0] for labels in values[OVERALL]} == set(STACK) - {"vercel"}
    pages["vercel"].broken = ""
    assert set((await read(source))[READ].values()) == {1}


async def test_what_a_page_said_last_stays_until_it_is_too_old(
    source: AnySource, pages: dict[str, Page], clock: Clock
) -> None:
    pages["vercel"].components = {"Builds": "partial_outage"}
    await read(source)
    pages["vercel"].broken = "500"
    clock.time += 240
    kept = (await source.poll()).families.values
    assert ("vercel", "Builds", "partial_outage") in on(kept[COMPONENT])
    assert kept[READ]["vercel",] == 0
    clock.time += 1
    gone = (await source.poll()).families.values
    assert "vercel" not in {labels[0] for labels in gone[COMPONENT]}


async def test_components_can_be_chosen_and_are_bounded(
    served: tuple[StatusPages, str], pages: dict[str, Page], clock: Clock
) -> None:
    pages["supabase"].components = {f"{zone} / part {number}": "operational" for zone in "ab" for number in range(40)}
    source = _one(served[1], "supabase", clock, components="^a /")
    found = await read(source)
    await source.close()
    names = {labels[1] for labels in found[COMPONENT]}
    assert len(names) == 30
    assert all(name.startswith("a / ") for name in names)
    assert found[LEFT_OUT] == {("supabase",): 10}


async def test_a_page_that_vigie_does_not_know_is_watched_when_it_is_described(
    served: tuple[StatusPages, str], pages: dict[str, Page], clock: Clock
) -> None:
    pages["mailer"] = Page("instatus", incidents=[Incident({"API": "major_outage"})])
    source = _one(served[1], "mailer", clock, format="instatus")
    assert on((await read(source))[OVERALL]) == {("mailer", "major_outage")}
    await source.close()


async def test_two_components_of_one_name_stay_two(source: AnySource, pages: dict[str, Page]) -> None:
    pages["github"].components = {"API": "operational", "API\n": "operational"}
    names = {labels[1] for labels in (await read(source))[COMPONENT] if labels[0] == "github"}
    assert names == {"API (c-0)", "API (c-1)"}


async def test_a_page_that_cannot_be_reached_at_all_fails_the_poll(clock: Clock) -> None:
    outcome = await last_outcome(_one(f"http://127.0.0.1:{free_port()}", "github", clock))
    assert outcome.poll is None
    assert [error.reason for error in outcome.errors] == [Reason.NETWORK]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"vendors": ["acme"]}, "expected one of anthropic, github"),
        ({"vendors": ["github"], "pages": {"redis": {}}}, "does not name this vendor"),
        ({"pages": {"github": {"components": "("}}}, "expected a regular expression"),
        ({"pages": {"github": {"format": "html"}}}, "format"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        StatusPagesConfig.model_validate(settings)


def test_all_pages_of_the_stack_are_known_and_an_hour_costs_what_is_said() -> None:
    assert set(STACK) <= set(CATALOGUE)
    assert requests_per_hour(StatusPagesConfig()) == 540


async def test_the_check_says_what_each_page_says(source: AnySource, pages: dict[str, Page]) -> None:
    pages["github"].components = {"Actions": "major_outage"}
    pages["stripe"].broken = "500"
    said = await source.describe()
    assert said.startswith("anthropic operational, github major_outage, langsmith operational")
    assert "stripe not read" in said
    assert "540 requests an hour (388,800 a month)" in said


async def test_the_simulator_has_trouble_when_it_is_the_time_for_it(
    source: AnySource, pages: dict[str, Page], clock: Clock
) -> None:
    pages["anthropic"].episode = Episode("Claude Code", every=600, lasts=60)
    clock.time = 1_795_000_200.0
    assert ("anthropic", "degraded_performance") in on((await read(source))[OVERALL])
    clock.time += 60
    assert ("anthropic", "operational") in on((await read(source))[OVERALL])


def test_any_answer_is_families_or_a_classified_error(
    served: tuple[StatusPages, str], pages: dict[str, Page], clock: Clock
) -> None:
    valid = simulator.FORMATS["statuspage"](pages["github"])
    survives_any_answer(_one(served[1], "github", clock), served[0], clock, iter([valid]))


async def test_a_page_that_asks_to_wait_waits_alone(
    served: tuple[StatusPages, str], source: AnySource, clock: Clock
) -> None:
    vendor, _ = served
    limited = faults.answer(429, retry_after="600")
    vendor.fault = lambda healthy: (
        lambda scope, receive, send: (limited(healthy) if scope["path"] == "/github" else healthy)(scope, receive, send)
    )
    vendor.seen.clear()
    for _ in range(10):
        outcome = await poll_once(source)
        assert outcome.poll is not None
        assert [error.reason for error in outcome.errors] == [Reason.RATE_LIMITED]
        assert delay(source.config, outcome, 0, 0) <= 60
        clock.time += 60
    asked = [seen.path for seen in vendor.seen]
    assert (asked.count("/github"), asked.count("/vercel")) == (1, 10)
    vendor.fault = None
    assert (await poll_once(source)).errors == ()
