"""
The viewer of dashboards: its own checks, and pictures of every rendered dashboard, with data from a real Prometheus.

Each picture comes with what the page says of itself, so that a query that fails, a panel that is empty and one that
nobody draws are seen without an eye. The pictures stay in the test's folder.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.native import preview
from deploy.native.paths import ROOT
from tests.preview.made_up import read, write_history
from tests.real.process import answers, free_port, running
from tests.real.tools import binary

PRODUCT = "shop"
RENDERED = sorted((ROOT / "dashboards" / "out").glob("*.json"))
OWN = Path(__file__).parent / "dashboards"
THEMES = ("dark", "light")
_NODE_ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}

Report = dict[str, Any]


@pytest.fixture(scope="module")
def built() -> Path:
    """Folder of the built viewer, with what its tests need."""
    preview.make(tests=True)
    return preview.FOLDER


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]


def test_its_types_are_right(built: Path) -> None:
    _run(built, "node", "node_modules/typescript/bin/tsc", "--noEmit")


def test_its_own_tests_pass(built: Path) -> None:
    _run(built, "node", "build.mjs", "--tests")
    _run(built, "node", "--test", "dist/tests/")


@dataclass(frozen=True)
class Pictures:
    """What the page said of each dashboard, and the files beside."""

    folder: Path

    def report(self, uid: str, theme: str = "dark") -> Report:
        """What the page said when its picture was taken."""
        return read(self.folder / f"{uid}-{theme}.json")

    def panel(self, uid: str, title: str) -> Report:
        """The same of one panel."""
        (found,) = [panel for panel in self.report(uid)["panels"] if panel["title"] == title]
        return dict(found)


@pytest.fixture(scope="module")
def pictures(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pictures]:
    """Every dashboard in both themes, by one browser."""
    folder = tmp_path_factory.mktemp("pictures")
    dashboards = [read(path) for path in (*RENDERED, *OWN.glob("*.json"))]
    (folder / "dashboards").mkdir()
    for each in dashboards:
        (folder / "dashboards" / f"{each['uid']}.json").write_text(json.dumps(each))
    write_history(dashboards, PRODUCT, folder / "history")
    (folder / "prometheus.yaml").write_text("global: {}\n")
    port, shown = free_port(), free_port()
    prometheus: list[str | Path] = [
        binary("prometheus"),
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'history'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    server: list[str | Path] = [
        *("node", preview.server(built), "--dashboards", folder / "dashboards", "--scrape-interval", "1m"),
        *("--prometheus", f"http://127.0.0.1:{port}", "--listen", f"127.0.0.1:{shown}"),
    ]
    camera: list[str | Path] = [
        *("node", built / "dist" / "shots.mjs", "--url", f"http://127.0.0.1:{shown}", "--output", folder),
        *("--chromium", binary("chromium"), "--query", f"var-product={PRODUCT}"),
    ]
    with (
        running(prometheus, lambda: answers(port), folder / "prometheus.log"),
        running(server, lambda: answers(shown), folder / "server.log", env=_NODE_ENV),
    ):
        _run(built, *camera)
        yield Pictures(folder)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", RENDERED, ids=lambda path: path.stem)
def test_every_panel_of_a_rendered_dashboard_shows_something(pictures: Pictures, path: Path, theme: str) -> None:
    report = pictures.report(read(path)["uid"], theme)
    assert report["drawn"]
    assert (report["errors"], report["faults"], report["blank"], report["undrawn"]) == ([], [], [], [])
    for panel in report["panels"]:
        assert panel["drawnBy"] != "nobody", panel
        assert panel["errors"] == [], panel
        assert all("error" not in query for query in panel["queries"]), panel
        assert panel["shows"] in ("data", "no value"), panel
        assert panel.get("text") != "No data", f"{panel['title']} is empty and has no text for that"
    silent = [panel["title"] for panel in report["panels"] if panel["shows"] == "no value"]
    if silent:
        print(f"{path.name}: only their text for no data show {', '.join(silent)}")  # noqa: T201 - to be read with -rP


@pytest.mark.parametrize("theme", THEMES)
def test_every_kind_of_panel_is_drawn(pictures: Pictures, theme: str) -> None:
    report = pictures.report("every-kind", theme)
    assert report["drawn"]
    assert (report["errors"], report["faults"], report["blank"], report["undrawn"]) == ([], [], [], [])
    kinds = {panel["kind"]: panel["drawnBy"] for panel in report["panels"] if panel["shows"] == "data"}
    assert kinds == {
        "text": "grafana",
        "timeseries": "grafana",
        "stat": "grafana",
        "bargauge": "grafana",
        "table": "grafana",
        "gauge": "look-alike",
        "piechart": "look-alike",
        "state-timeline": "look-alike",
        "status-history": "look-alike",
    }


def test_a_panel_without_data_shows_the_text_that_the_dashboard_has_for_it(pictures: Pictures) -> None:
    texts = {panel["title"]: panel["text"] for panel in pictures.report("every-kind")["panels"] if "text" in panel}
    assert texts == {
        "Firing alerts": "No alert is firing",
        "Nothing to count": "none yet",
        "Nothing to draw": "No data",
    }


def test_queries_are_filled_in_with_variables_and_durations(pictures: Pictures) -> None:
    (query,) = pictures.panel("every-kind", "Jobs per second")["queries"]
    assert query["expr"] == f'sum by (state) (rate(jobs_total{{product="{PRODUCT}"}}[240s]))'
    assert query["step"] == 60
    assert query["series"] == 2


def test_annotations_are_marked_on_time_series(pictures: Pictures) -> None:
    assert pictures.panel("every-kind", "Queue length")["marks"] > 0
    assert {each["name"] for each in pictures.report("every-kind")["annotations"]} == {"Deployments", "Incidents"}


def test_what_goes_wrong_is_reported_and_leaves_the_rest_alone(pictures: Pictures) -> None:
    refused = pictures.panel("other", "Refused")
    assert refused["shows"] == "error"
    assert "parse error" in refused["errors"][0]
    assert pictures.panel("other", "Good")["shows"] == "data"


def test_what_is_not_drawn_is_said(pictures: Pictures) -> None:
    assert pictures.panel("other", "Not drawn")["drawnBy"] == "nobody"
    assert sorted(pictures.report("other")["undrawn"]) == [
        "panel kind heatmap is not drawn by the preview",
        'repeat of panel "Good" is not drawn by the preview',
    ]
