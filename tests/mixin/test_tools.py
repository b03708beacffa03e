"""What the tools of the field say about the rendered files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.mixin.conftest import ROOT, product
from tests.real.tools import binary
from vigie.render import render, write


def run(*command: str | Path) -> None:
    """Run a program that must end well."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session", params=["everything", "nothing"])
def folder(request: pytest.FixtureRequest, rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendering of a product that uses everything, and one of a product that only has a name."""
    if request.param == "everything":
        return rendered
    bare = tmp_path_factory.mktemp("bare")
    write(render(product(sources={}, app={}, probes=[], channels={}, stack={}), ROOT).files, bare)
    return bare


def test_promtool_accepts_the_rules(folder: Path) -> None:
    rules = sorted((folder / "prometheus" / "rules").glob("*.yaml"))
    assert len(rules) == 2
    run(binary("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *rules)


def test_promtool_accepts_the_configuration(folder: Path) -> None:
    run(binary("promtool"), "check", "config", "--lint=all", "--lint-fatal", folder / "prometheus" / "prometheus.yaml")


def test_blackbox_exporter_accepts_its_configuration(folder: Path) -> None:
    run(binary("blackbox_exporter"), "--config.check", f"--config.file={folder / 'blackbox' / 'blackbox.yaml'}")


def test_amtool_accepts_the_routing(folder: Path) -> None:
    run(binary("amtool"), "check-config", folder / "alertmanager" / "alertmanager.yaml")
