"""What every dashboard must be like, and what the Ops dashboard shows."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest

from vigie.render import Rendering

Panel = dict[str, Any]
GRAFANA_UNITS = {"percentunit", "s", "reqps", "cpm", "short", "bool_yes_no"}
"""Ids of @grafana/data 13.2 that signals use."""


@pytest.fixture
def dashboards(rendering: Rendering) -> dict[str, dict[str, Any]]:
    return {
        path.removeprefix("dashboards/"): json.loads(text)
        for path, text in rendering.files.items()
        if path.startswith("dashboards/")
    }


@pytest.fixture
def panels(dashboards: dict[str, dict[str, Any]]) -> list[Panel]:
    """Every panel that shows something."""
    return [panel for each in dashboards.values() for panel in each["panels"] if panel["type"] != "row"]


def test_dashboards_have_a_name_for_people_and_one_for_links(dashboards: dict[str, dict[str, Any]]) -> None:
    uids = [each["uid"] for each in dashboards.values()]
    assert len(set(uids)) == len(uids)
    for each in dashboards.values():
        assert each["title"]
        assert each["description"].endswith(".")
        assert 3 <= len(each["uid"]) <= 40
        assert each["editable"] is False
        assert each["schemaVersion"] == 42


def test_links_between_dashboards_keep_time_and_variables(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        (link,) = each["links"]
        assert link["keepTime"]
        assert link["includeVars"]
        assert set(link["tags"]) <= set(each["tags"])


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


def test_panels_explain_themselves(panels: list[Panel]) -> None:
    for panel in panels:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"] in GRAFANA_UNITS
    titles = [panel["title"] for panel in panels]
    assert len(set(titles)) == len(titles)


def test_panels_ask_the_chosen_data_source_about_the_chosen_product(panels: list[Panel]) -> None:
    for panel in panels:
        assert panel["targets"], panel["title"]
        for target in (panel, *panel["targets"]):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            assert 'product="$product"' in target["expr"]
            assert "rate(" not in target["expr"], "panels show what is recorded, so that the graph shows what paged"
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_nothing_overlaps_or_leaves_the_screen(dashboards: dict[str, dict[str, Any]]) -> None:
    for each in dashboards.values():
        places = [panel["gridPos"] for panel in each["panels"]]
        assert all(place["x"] + place["w"] <= 24 for place in places)
        for one, other in combinations(places, 2):
            beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert [panel["id"] for panel in each["panels"]] == list(range(1, len(places) + 1))


def steps(panel: Panel) -> list[tuple[str, float | None]]:
    """Colour and value of each threshold."""
    return [(step["color"], step["value"]) for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]


def above(warning: float, critical: float) -> list[tuple[str, float | None]]:
    """The steps of a number that is bad when it is large."""
    return [("green", None), ("orange", warning), ("red", critical)]


OPS = {
    "Request rate": ("reqps", [("green", None)]),
    "Error rate": ("percentunit", above(0.01, 0.05)),
    "Response time": ("s", above(0.5, 2)),
    "CPU usage": ("percentunit", above(0.7, 0.9)),
    "Memory usage": ("percentunit", above(0.7, 0.85)),
    "Active connections": ("percentunit", above(0.8, 0.95)),
    "Queue length": ("short", above(100, 500)),
    "Worker count": ("short", [("red", None), ("green", 1)]),
    "Job success rate": ("percentunit", [("red", None), ("orange", 0.8), ("green", 0.95)]),
}
"""The nine numbers in reading order: unit and thresholds."""


def test_ops_shows_nine_numbers_in_three_rows_of_three(dashboards: dict[str, dict[str, Any]]) -> None:
    stats = [panel for panel in dashboards["ops.json"]["panels"] if panel["type"] == "stat"]
    assert [panel["title"] for panel in stats] == list(OPS)
    assert [(panel["gridPos"]["x"] // 8, panel["gridPos"]["y"] // 8) for panel in stats] == [
        (x, y) for y in range(3) for x in range(3)
    ]
    assert {panel["title"]: (panel["fieldConfig"]["defaults"]["unit"], steps(panel)) for panel in stats} == OPS


def test_every_number_has_its_trend_with_threshold_lines(dashboards: dict[str, dict[str, Any]]) -> None:
    trends = {panel["title"]: panel for panel in dashboards["ops.json"]["panels"] if panel["type"] == "timeseries"}
    assert list(trends) == [f"{title} over time" for title in OPS]
    for title, (_, expected) in OPS.items():
        panel = trends[f"{title} over time"]
        if title == "Active connections":
            limits = {
                target["legendFormat"]: target["expr"].partition(" * ")[0]
                for target in panel["targets"]
                if " * " in target["expr"]
            }
            assert limits == {"warning": "0.8", "critical": "0.95"}
            colours = [
                override["properties"][0]["value"]["fixedColor"] for override in panel["fieldConfig"]["overrides"]
            ]
            assert colours == ["orange", "red"]
        else:
            assert steps(panel) == expected
            mode = panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"]
            assert mode == ("dashed" if len(expected) > 1 else "off")
