"""What every dashboard must be like: among others the rules of Grafana's dashboard-linter."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from tests.mixin import boards
from tests.mixin.boards import RATE_INTERVAL, Panel
from tests.mixin.queries import calls, uses
from vigie.render import Rendering

COUNTED = {"rate", "increase", "irate"}
FOLD = 20
"""Grid rows that a screen of 1600 by 900 shows without scrolling."""
MOST = 11
"""Panels that answer the first question: numbers in one line, and how they came to be so."""
WHOLE_TIME = {"business/Money"}
"""Panels that add up over the time shown, as their descriptions say; everything else follows the zoom."""
WITHOUT_JOB = {"ALERTS", "ALERTS_FOR_STATE"}
"""Series of Prometheus itself, which no job has. What is recorded (its name has a colon) has none either: one product
may be watched by several."""


@pytest.fixture
def dashboards(rendering: Rendering) -> dict[str, dict[str, Any]]:
    return boards.dashboards(rendering)


@pytest.fixture
def panels(rendering: Rendering) -> list[tuple[str, Panel]]:
    return boards.panels(rendering)


def test_dashboards_have_a_name_for_people_and_one_for_links(dashboards: dict[str, dict[str, Any]]) -> None:
    for key in ("uid", "title"):
        assert len({each[key] for each in dashboards.values()}) == len(dashboards)
    for each in dashboards.values():
        assert each["description"].endswith(".")
        assert 3 <= len(each["uid"]) <= 40
        assert each["schemaVersion"] == 42


def test_nobody_edits_by_hand_what_is_generated(dashboards: dict[str, dict[str, Any]]) -> None:
    assert all(each["editable"] is False for each in dashboards.values())


def test_links_between_dashboards_keep_time_and_variables(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        to_others, runbooks, alerts = each["links"]
        assert to_others["keepTime"]
        assert to_others["includeVars"]
        assert set(to_others["tags"]) <= set(each["tags"])
        assert runbooks["url"] == "http://localhost:9847/runbooks/"
        assert alerts["url"] == "http://localhost:9093/#/alerts"


def test_variables_choose_data_source_and_product(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        datasource, product = each["templating"]["list"]
        assert (datasource["name"], datasource["label"], datasource["type"]) == (
            "datasource",
            "Data source",
            "datasource",
        )
        assert product["name"] == "product"
        assert product["refresh"] == 2, "the list follows the time range"
        assert product["query"]["query"] == 'label_values(up{job="vigie"}, product)'


def test_every_row_is_a_question(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        first, *_ = each["panels"]
        assert first["type"] == "row"
        assert all(panel["title"].endswith("?") for panel in each["panels"] if panel["type"] == "row")


def test_what_matters_first_is_seen_without_scrolling(dashboards: dict[str, dict[str, Any]]) -> None:
    """The first question is answered, and not with more than people take in."""
    for name, each in dashboards.items():
        rows = [panel["gridPos"]["y"] for panel in each["panels"] if panel["type"] == "row"]
        assert rows[1] <= FOLD, name
        shown = [panel for panel in each["panels"] if panel["type"] != "row" and panel["gridPos"]["y"] < rows[1]]
        assert len(shown) <= MOST, name


def test_panels_explain_themselves(panels: list[tuple[str, Panel]]) -> None:
    for place, panel in panels:
        assert panel["description"].endswith("."), place
        assert panel["description"][0] == panel["description"][0].upper(), place
        assert panel["fieldConfig"]["defaults"]["noValue"], place


def test_titles_on_one_dashboard_differ(panels: list[tuple[str, Panel]]) -> None:
    places = [place for place, _ in panels]
    assert [place for place in places if places.count(place) > 1] == []


def test_numbers_have_a_unit(panels: list[tuple[str, Panel]]) -> None:
    assert [place for place, panel in panels if not panel["fieldConfig"]["defaults"]["unit"]] == []


def test_numbers_are_of_now_and_graphs_of_the_time_shown(panels: list[tuple[str, Panel]]) -> None:
    """A number that is gone must not stand there as if it were still so."""
    for place, panel in panels:
        instant = panel["type"] in {"stat", "bargauge", "table"}
        assert {target.get("instant", False) for target in panel["targets"]} == {instant}, place


def test_panels_ask_the_chosen_data_source(panels: list[tuple[str, Panel]]) -> None:
    for place, panel in panels:
        assert panel["targets"], place
        for target in (panel, *panel["targets"]):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_queries_are_of_the_chosen_product_and_of_one_job(rendering: Rendering) -> None:
    for query in boards.queries(rendering, "shop"):
        for use in uses(query.text):
            assert "product" in use.matched, query
            assert ":" in use.metric or use.metric in WITHOUT_JOB or "job" in use.matched, query


def test_rates_follow_the_zoom(rendering: Rendering) -> None:
    for query in boards.queries(rendering, "shop"):
        for call in calls(query.text):
            if call.function in COUNTED and query.place not in WHOLE_TIME:
                assert call.window == timedelta(seconds=int(RATE_INTERVAL.removesuffix("s"))), query


def test_counters_are_never_shown_as_they_are(rendering: Rendering) -> None:
    for query in boards.queries(rendering, "shop"):
        counted = [call.metric for call in calls(query.text) if call.function in COUNTED]
        plain = [use.metric for use in uses(query.text) if use.metric.endswith("_total")]
        assert sorted(plain) == sorted(metric for metric in counted if metric.endswith("_total")), query


def test_nothing_overlaps_or_leaves_the_screen(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        places = [panel["gridPos"] for panel in each["panels"]]
        assert all(place["x"] + place["w"] <= 24 for place in places)
        for one, other in combinations(places, 2):
            beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert [panel["id"] for panel in each["panels"]] == list(range(1, len(places) + 1))


def test_lines_are_full(dashboards: dict[str, dict[str, Any]]) -> None:
    """No holes beside panels."""
    for each in dashboards.values():
        lines: dict[int, int] = {}
        for place in (panel["gridPos"] for panel in each["panels"]):
            lines[place["y"]] = lines.get(place["y"], 0) + place["w"]
        assert set(lines.values()) == {24}


def test_deployments_and_pages_are_marked_in_every_graph(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        pages, deployments = each["annotations"]["list"]
        assert pages["target"]["expr"] == 'ALERTS{alertstate="firing",severity="critical",product="$product"}'
        assert deployments["useValueForTime"], "a deployment is marked when it began, not when it was read"
        for vendor in ("railway", "vercel"):
            assert f"{vendor}_deployment_created_timestamp_seconds" in deployments["target"]["expr"]


def test_links_on_panels_keep_time_and_variables_and_lead_to_dashboards(
    panels: list[tuple[str, Panel]], dashboards: dict[str, dict[str, Any]]
) -> None:
    links = [link["url"] for _, panel in panels for link in panel["fieldConfig"]["defaults"].get("links", [])]
    assert links
    uids = {each["uid"] for each in dashboards.values()}
    for link in links:
        path, _, query = link.partition("?")
        assert path.removeprefix("/d/") in uids
        assert query == "${__url_time_range}&${__all_variables}"
