"""The formats of status pages: all mean the same, and what is unknown is not well. Nothing is served here."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from demo.vendors import statuspages as simulator
from demo.vendors.statuspages import Incident, Page
from tests import judge
from tests.vendors.mutants import mutants
from vigie.core.families import Families
from vigie.sources.statuspages.families import add_page
from vigie.sources.statuspages.formats import FORMATS, Statuspage
from vigie.sources.statuspages.instatus import Instatus
from vigie.sources.statuspages.state import STATUSES, State

BAD = ("degraded_performance", "partial_outage", "major_outage")
IMPACT = {"degraded_performance": "minor", "partial_outage": "major", "major_outage": "critical"}


def _state(page: Page) -> State:
    """What a page says, through its format alone."""
    answer = msgspec.json.encode(simulator.FORMATS[page.format](page))
    return msgspec.json.decode(answer, type=FORMATS[page.format]).state()


@pytest.mark.parametrize("status", STATUSES[:-1])
@pytest.mark.parametrize("kind", ["statuspage", "firehydrant", "pagerduty"])
def test_the_whole_is_as_bad_as_its_worst_part(kind: str, status: str) -> None:
    assert _state(Page(kind, {"API": "operational", "Web": status})).status == status


@pytest.mark.parametrize("status", BAD)
@pytest.mark.parametrize("kind", ["railway", "firehydrant", "incident_io", "instatus"])
def test_an_incident_is_as_bad_as_what_it_does(kind: str, status: str) -> None:
    state = _state(Page(kind, incidents=[Incident({"EU / API": status, "EU / Web": "operational"})]))
    assert state.status == status
    assert [(incident.impact, incident.began) for incident in state.incidents] == [(IMPACT[status], 1_794_999_000)]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_page_without_trouble_is_operational(kind: str) -> None:
    state = _state(Page(kind))
    assert (state.status, list(state.incidents), len(state.maintenances)) == ("operational", [], 0)


@pytest.mark.parametrize("kind", ["statuspage", "railway", "incident_io", "instatus"])
def test_works_in_progress_are_counted_and_announced_ones_are_not(kind: str) -> None:
    assert len(_state(Page(kind, works=2)).maintenances) == 2


@pytest.mark.parametrize("kind", ["statuspage", "railway", "firehydrant"])
def test_trouble_of_other_components_than_those_chosen_is_no_trouble(kind: str) -> None:
    parts = {"EU / API": "operational", "US / API": "major_outage"}
    page = Page(kind, parts, [Incident({"US / API": "major_outage"}, "critical")])
    calm, bad = (_state(page).narrowed(wanted) for wanted in ("EU", "US"))
    assert (calm.status, list(calm.incidents)) == ("operational", [])
    assert bad.status == "major_outage"
    assert [incident.impact for incident in bad.incidents] == ["critical"]


def test_the_trouble_of_one_service_of_stripe_is_not_that_of_another() -> None:
    page = Page("stripe", {"api": "operational", "dashboard": "degraded_performance"})
    calm, bad = (_state(page).narrowed(wanted) for wanted in ("(?i)api", "(?i)dashboard"))
    assert (calm.status, list(calm.incidents)) == ("operational", [])
    assert bad.status == "degraded_performance"
    assert len(bad.incidents) == 1


def test_an_incident_that_does_not_say_what_it_touches_counts_while_a_chosen_component_is_not_well() -> None:
    well = Page("statuspage", {"API": "operational", "Docs": "partial_outage"}, [Incident({}, "major")])
    ill = Page("statuspage", {"API": "degraded_performance"}, [Incident({}, "major")])
    assert list(_state(well).narrowed("API").incidents) == []
    assert len(_state(ill).narrowed("API").incidents) == 1


def test_a_choice_that_no_component_fits_is_unknown_and_not_well() -> None:
    assert _state(Page("statuspage", {"API": "operational"})).narrowed("Nothing").status == "unknown"
    assert _state(Page("railway")).narrowed("Nothing").status == "operational"


@pytest.mark.parametrize("kind", ["incident_io", "instatus"])
def test_a_page_that_never_names_components_cannot_be_narrowed(kind: str) -> None:
    page = Page(kind, incidents=[Incident({"API": "major_outage"})])
    assert _state(page).narrowed("Web") == _state(page)


@pytest.mark.parametrize("name", ["UptimeStatus", "uptimeStatus", "largestatus"])
def test_stripe_is_read_in_each_of_its_spellings(name: str) -> None:
    assert msgspec.convert({name: "down"}, FORMATS["stripe"]).state().status == "major_outage"


def test_a_part_of_railway_is_as_the_worst_of_its_incidents_has_it() -> None:
    incidents = [
        Incident({"us-west / Builds": "full_outage", "eu-west / Builds": "operational"}),
        Incident({"us-west / Builds": "degraded_performance"}, status="monitoring"),
        Incident({"us-west / Proxy": "major_outage"}, status="resolved"),
    ]
    state = _state(Page("railway", incidents=incidents))
    assert {part.title: part.status for part in state.components} == {
        "us-west / Builds": "major_outage",
        "eu-west / Builds": "operational",
    }
    assert [incident.impact for incident in state.incidents] == ["critical", "minor"]


@pytest.mark.parametrize("kind", ["railway", "firehydrant"])
def test_an_incident_that_says_nothing_of_its_parts_is_unknown_and_not_well(kind: str) -> None:
    state = _state(Page(kind, incidents=[Incident({})]))
    assert (state.status, [incident.impact for incident in state.incidents]) == ("unknown", ["unknown"])


def test_a_resolved_incident_of_firehydrant_is_over() -> None:
    assert (
        _state(Page("firehydrant", incidents=[Incident({"Cloud": "major_outage"}, status="resolved")])).incidents == []
    )


def test_a_headline_in_other_words_is_unknown() -> None:
    page = {"layout": {"layout_settings": {"statusPage": {"globalStatusHeadline": "We are having a day"}}}}
    assert msgspec.convert(page, FORMATS["pagerduty"]).state().status == "unknown"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("body", [{}, {"error": "not found"}, {"page": {}}, []])
def test_json_of_another_shape_is_an_error_and_never_operational(kind: str, body: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, FORMATS[kind])


@pytest.mark.parametrize("kind", FORMATS)
def test_any_answer_is_a_page_or_another_shape(kind: str) -> None:
    trouble = {"EU / API": "major_outage"}
    valid = simulator.FORMATS[kind](Page(kind, {**trouble, "Web": "operational"}, [Incident(trouble)], 1))

    @given(mutants(valid))
    def check(data: Any) -> None:
        try:
            page = msgspec.json.decode(json.dumps(data), type=FORMATS[kind])
        except msgspec.ValidationError:
            return
        families = Families()
        add_page(families, "acme", page.state(), "", 30)
        judge.text(families)

    check()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("MINOROUTAGE", "degraded_performance"),
        ("DEGRADEDPERFORMANCE", "degraded_performance"),
        ("PARTIALOUTAGE", "partial_outage"),
        ("MAJOROUTAGE", "major_outage"),
    ],
)
@pytest.mark.parametrize("head", ["HASISSUES", "HASWARNINGS", "UP", "BRANDNEW"])
def test_every_word_of_instatus_is_known_and_an_unknown_head_hides_no_incident(
    word: str, status: str, head: str
) -> None:
    issue = {"impact": word, "status": "INVESTIGATING", "started": "Wed Nov 18 2026 09:30:00 GMT+0000 (UTC)"}
    page = msgspec.convert({"page": {"status": head}, "activeIncidents": [issue]}, Instatus)
    state = page.state()
    assert state.status == status
    assert [incident.began for incident in state.incidents] == [1_794_994_200.0]


@pytest.mark.parametrize("head", ["SOMEMAJOROUTAGE", "ALLMAJOROUTAGE", "ONEMAJOROUTAGE"])
def test_a_head_of_instatus_that_says_how_much_is_hurt_is_read(head: str) -> None:
    assert msgspec.convert({"page": {"status": head}}, Instatus).state().status == "major_outage"


def test_works_that_touch_other_components_than_those_chosen_do_not_count() -> None:
    part = {"group": False, "group_id": None}
    page = {
        "status": {"indicator": "maintenance"},
        "components": [
            {"id": "a", "name": "API", "status": "under_maintenance", **part},
            {"id": "d", "name": "Docs", "status": "under_maintenance", **part},
        ],
        "incidents": [],
        "scheduled_maintenances": [
            {"status": "in_progress", "components": [{"id": identity}]} for identity in ("a", "d", "d")
        ],
    }
    state = msgspec.convert(page, Statuspage).state()
    assert (len(state.maintenances), len(state.narrowed("API").maintenances)) == (3, 1)


def test_an_incident_of_a_group_is_one_of_its_members() -> None:
    page = {
        "status": {"indicator": "major"},
        "components": [
            {"id": "g", "name": "EU", "status": "major_outage", "group": True, "group_id": None},
            {"id": "a", "name": "API", "status": "major_outage", "group": False, "group_id": "g"},
        ],
        "incidents": [
            {
                "status": "identified",
                "impact": "major",
                "started_at": "2026-11-18T10:00:00Z",
                "components": [{"id": "g"}],
            }
        ],
        "scheduled_maintenances": [],
    }
    assert len(msgspec.convert(page, Statuspage).state().narrowed("API").incidents) == 1
