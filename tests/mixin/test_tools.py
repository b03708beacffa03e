"""What the tools of the field say about the rendered files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

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
    write(render(product(app={}, probes=[], channels={}, stack={}), ROOT).files, bare)
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


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=SiteDown product=shop severity=critical", "critical"),
        ("alertname=QueueBackup product=shop severity=warning", "warning"),
        ("alertname=DailyStats product=shop severity=info", "nowhere"),
        ("alertname=Watchdog severity=none", "deadmansswitch"),
        ("alertname=SomethingElse severity=none", "nowhere"),
        ("alertname=SomeoneElses", "warning"),
    ],
)
def test_who_is_told(labels: str, receivers: str, rendered: Path) -> None:
    config = rendered / "alertmanager" / "alertmanager.yaml"
    run(
        binary("amtool"),
        "config",
        "routes",
        "test",
        f"--config.file={config}",
        f"--verify.receivers={receivers}",
        *labels.split(),
    )


PAGERDUTY = {"pagerduty": {"routing_key_file": "/run/secrets/pagerduty"}}
SLACK = {"slack": {"webhook_url_file": "/run/secrets/slack"}}


@pytest.mark.parametrize(
    ("channels", "routes", "unreached"),
    [
        (
            {},
            {"critical": "nowhere", "warning": "nowhere", "Watchdog": "nowhere", "": "nowhere"},
            ["critical alerts", "warnings", "nobody notices"],
        ),
        (
            PAGERDUTY,
            {"critical": "critical", "warning": "nowhere", "Watchdog": "nowhere", "": "nowhere"},
            ["warnings", "nobody notices"],
        ),
        (
            SLACK,
            {"critical": "critical", "warning": "warning", "Watchdog": "nowhere", "": "warning"},
            ["nobody notices"],
        ),
        (
            PAGERDUTY | SLACK | {"deadmansswitch": "https://beats.example"},
            {"critical": "critical", "warning": "warning", "Watchdog": "deadmansswitch", "": "warning"},
            [],
        ),
    ],
    ids=["no channel", "only PagerDuty", "only Slack", "all"],
)
def test_channels_that_are_not_set_vanish_and_are_told(
    channels: dict[str, object], routes: dict[str, str], unreached: list[str], tmp_path: Path
) -> None:
    rendering = render(product(channels=channels), ROOT)
    write(rendering.files, tmp_path)
    config = tmp_path / "alertmanager" / "alertmanager.yaml"
    run(binary("amtool"), "check-config", config)
    for label, receiver in routes.items():
        labels = (
            ["alertname=Watchdog", "severity=none"] if label == "Watchdog" else ["alertname=A", f"severity={label}"]
        )
        run(
            binary("amtool"),
            "config",
            "routes",
            "test",
            f"--config.file={config}",
            f"--verify.receivers={receiver}",
            *labels,
        )
    assert [sentence[: len(start)] for sentence, start in zip(rendering.unreached, unreached, strict=True)] == unreached


def test_secrets_are_only_named(rendered: Path) -> None:
    receivers = yaml.safe_load((rendered / "alertmanager" / "alertmanager.yaml").read_text())["receivers"]
    configs = [config for receiver in receivers for key, list_ in receiver.items() if key != "name" for config in list_]
    assert {key for config in configs for key in config if "key" in key or "api_url" in key} == {
        "api_url_file",
        "routing_key_file",
    }
