"""Dashboards against the types and the lists of names of Grafana's own libraries."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.native import preview
from tests.mixin import boards
from vigie.render import Rendering

Board = dict[str, Any]


def _check(dashboards: dict[str, Board], folder: Path) -> tuple[int, list[str]]:
    for name, board in dashboards.items():
        (folder / f"{name}.json").write_text(json.dumps(board))
    preview.make(tests=True)
    command: list[str | Path] = ["node", preview.FOLDER / "check" / "check.mjs", *sorted(folder.glob("*.json"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_grafana_s_libraries_find_no_fault_in_any_dashboard(rendering: Rendering, tmp_path: Path) -> None:
    dashboards = boards.dashboards(rendering)
    assert _check(dashboards, tmp_path) == (0, [f"{len(dashboards)} dashboards, 0 faults"])


def _panel(board: Board, title: str) -> Any:
    return next(panel for panel in board["panels"] if panel["title"] == title)


def _field(board: Board) -> Any:
    return _panel(board, "Error rate over time")["fieldConfig"]["defaults"]


def _overridden(board: Board, key: str, value: object, matcher: str = "byName") -> None:
    override = {"matcher": {"id": matcher, "options": "x"}, "properties": [{"id": key, "value": value}]}
    _panel(board, "Routes")["fieldConfig"]["overrides"].append(override)


FAULTS: dict[str, Callable[[Board], object]] = {
    "key-of-dashboard": lambda board: board.update(editible=False),
    "type-of-link": lambda board: board["links"][0].update(type="dashboard"),
    "key-of-annotation": lambda board: board["annotations"]["list"][0].update(iconcolor="red"),
    "key-of-panel": lambda board: _panel(board, "Routes").update(transparant=True),
    "key-of-place": lambda board: _panel(board, "Routes")["gridPos"].update(width=4),
    "key-of-row": lambda board: board["panels"][0].update(repeated="x"),
    "key-of-query": lambda board: _panel(board, "Routes")["targets"][0].update(formt="table"),
    "format-of-query": lambda board: _panel(board, "Routes")["targets"][0].update(format="tabel"),
    "key-of-options": lambda board: _panel(board, "Request rate")["options"].update(graphmode="area"),
    "value-of-option": lambda board: _panel(board, "Request rate")["options"].update(graphMode="blob"),
    "key-of-field": lambda board: _field(board).update(no_value="x"),
    "key-of-custom": lambda board: _field(board)["custom"].update(lineWeight=2),
    "type-of-custom": lambda board: _field(board)["custom"].update(lineWidth="2"),
    "key-of-override": lambda board: _overridden(board, "custom.widht", 3),
    "type-of-override": lambda board: _overridden(board, "decimals", "3"),
    "unit": lambda board: _field(board).update(unit="percents"),
    "unit-of-override": lambda board: _overridden(board, "unit", "percents"),
    "colour": lambda board: _field(board).update(color={"mode": "fixed", "fixedColor": "bleu"}),
    "colour-of-threshold": lambda board: _field(board)["thresholds"]["steps"][0].update(color="gren"),
    "colour-of-word": lambda board: _field(board).update(
        mappings=[{"type": "value", "options": {"1": {"text": "up", "color": "gren"}}}]
    ),
    "reducer": lambda board: _panel(board, "Request rate")["options"]["reduceOptions"].update(calcs=["latest"]),
    "matcher": lambda board: _overridden(board, "unit", "s", matcher="byNaem"),
    "transformation": lambda board: _panel(board, "Routes")["transformations"].append(
        {"id": "organise", "options": {}}
    ),
}
"""By name, what somebody might get wrong on the API dashboard."""


@pytest.fixture(scope="module")
def found(rendering: Rendering, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the check says of a dashboard with each fault, all in one run because the compiler is slow to start."""
    wrong = {}
    for name, spoil in FAULTS.items():
        board = copy.deepcopy(boards.dashboards(rendering)["api"])
        spoil(board)
        wrong[name] = board
    status, lines = _check(wrong, tmp_path_factory.mktemp("wrong"))
    assert status == 1
    return lines


@pytest.mark.parametrize("fault", FAULTS)
def test_what_somebody_might_get_wrong_is_found(fault: str, found: list[str]) -> None:
    assert [line for line in found if line.startswith(f"{fault}.json: ")]
