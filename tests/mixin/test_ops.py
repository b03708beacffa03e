"""What the first page shows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.mixin import boards
from tests.mixin.boards import Panel
from vigie.render import Rendering


@pytest.fixture
def panels(rendering: Rendering) -> list[Panel]:
    panels: list[Panel] = boards.dashboards(rendering)["ops"]["panels"]
    return panels


@pytest.fixture
def numbers(panels: list[Panel]) -> list[Panel]:
    return [panel for panel in panels if panel["type"] == "stat"]


def steps(panel: Panel) -> list[tuple[str, float | None]]:
    """Colour and value of each threshold; backgrounds are the same colours, only darker."""
    found = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [(step["color"].removeprefix("dark-"), step["value"]) for step in found]


def above(warning: float, critical: float) -> list[tuple[str, float | None]]:
    """The steps of a number that is bad when it is large."""
    return [("green", None), ("orange", warning), ("red", critical)]


OPS = {
    "Request rate": ("suffix:/s", [("green", None)]),
    "Error rate": ("percentunit", above(0.01, 0.05)),
    "Response time": ("s", above(0.5, 2)),
    "CPU usage": ("percentunit", above(0.7, 0.9)),
    "Memory usage": ("percentunit", above(0.7, 0.85)),
    "Connections": ("percentunit", above(0.8, 0.95)),
    "Queue length": ("short", above(100, 500)),
    "Worker count": ("short", [("red", None), ("green", 1)]),
    "Job success rate": ("percentunit", [("red", None), ("orange", 0.8), ("green", 0.95)]),
}
"""The nine numbers in reading order: unit and thresholds."""
TRENDS = {name: "Active connections" if name == "Connections" else name for name in OPS}


def test_ops_shows_nine_numbers_in_three_rows_of_three(numbers: list[Panel]) -> None:
    grid = numbers[:9]
    assert [panel["title"] for panel in grid] == list(OPS)
    columns, lines = ({panel["gridPos"][axis] for panel in grid} for axis in "xy")
    assert (len(columns), len(lines)) == (3, 3)
    assert {panel["title"]: (panel["fieldConfig"]["defaults"]["unit"], steps(panel)) for panel in grid} == OPS


def test_every_number_has_its_trend_with_threshold_lines_beside_it(panels: list[Panel], numbers: list[Panel]) -> None:
    trends = {panel["title"]: panel for panel in panels if panel["type"] == "timeseries"}
    assert list(trends) == [f"{title} over time" for title in TRENDS.values()]
    for number in numbers[:9]:
        trend = trends[f"{TRENDS[number['title']]} over time"]
        assert trend["gridPos"]["y"] == number["gridPos"]["y"]
        assert trend["gridPos"]["x"] == number["gridPos"]["x"] + number["gridPos"]["w"]
        if number["title"] != "Connections":
            assert steps(trend) == steps(number)
            mode = trend["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"]
            assert mode == ("dashed" if len(steps(number)) > 1 else "off")


def test_the_limits_of_connections_move_with_the_database(panels: list[Panel]) -> None:
    (panel,) = (each for each in panels if each["title"] == "Active connections over time")
    limits = {target["legendFormat"]: target["expr"] for target in panel["targets"]}
    assert limits["warning"] == '0.8 * product:pg_settings_max_connections:max{product="$product"}'
    assert limits["critical"] == '0.95 * product:pg_settings_max_connections:max{product="$product"}'
    coloured = [each for each in panel["fieldConfig"]["overrides"] if each["properties"][0]["id"] == "color"]
    colours = {each["matcher"]["options"]: _property(each, "color")["fixedColor"] for each in coloured}
    assert colours == {"warning": "orange", "critical": "red"}


def test_thresholds_are_also_said_in_words(numbers: list[Panel]) -> None:
    by_title = {panel["title"]: panel["description"] for panel in numbers}
    assert by_title["Error rate"].endswith("Above 1% is a warning, above 5% is critical.")


def test_a_number_leads_to_its_dashboard(numbers: list[Panel]) -> None:
    leads = {
        panel["title"]: re.sub(r".*/d/(.*)\?.*", r"\1", panel["fieldConfig"]["defaults"]["links"][0]["url"])
        for panel in numbers
    }
    assert leads["Error rate"] == leads["Request rate"] == "vigie-api"
    assert leads["Queue length"] == "vigie-workers"
    assert leads["Connections"] == "vigie-database"
    assert leads["CPU usage"] == "vigie-hosting"


def test_an_alert_leads_to_its_runbook_and_to_its_dashboard(panels: list[Panel]) -> None:
    (table,) = (each for each in panels if each["title"] == "Active alerts")
    overrides = {each["matcher"]["options"]: each for each in table["fieldConfig"]["overrides"]}
    (runbook,) = _property(overrides["What is wrong"], "links")
    assert runbook["url"] == "http://localhost:9847/runbooks/${__value.text}"
    (dashboard,) = _property(overrides["Where to look"], "links")
    assert dashboard["url"].startswith("/d/${__value.raw}?")
    (query,) = table["targets"]
    assert '"dashboard", "vigie-business", "component", "payments|signups"' in query["expr"]


def _property(override: dict[str, Any], name: str) -> Any:
    (found,) = (each["value"] for each in override["properties"] if each["id"] == name)
    return found
