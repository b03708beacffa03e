"""Who is told of what, as amtool reads the rendered routing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rjsonnet
import yaml

from tests.mixin.conftest import ROOT, product
from tests.real.tools import binary
from vigie.config.channels import Channels
from vigie.config.load import load
from vigie.render import render, write


def verify(config: Path, receivers: str, labels: str) -> None:
    """Ask amtool whether an alert with the labels reaches exactly the receivers, in this order."""
    question = ("config", "routes", "test", f"--config.file={config}", f"--verify.receivers={receivers}")
    command = [str(binary("amtool")), *question, *labels.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, f"{labels}: {done.stdout}{done.stderr}"


LEVELS = "escalation-tech-lead-pager,escalation-cto"
ON_CALL = f"{LEVELS},critical-pager,critical"


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ("alertname=SiteDown product=shop severity=critical", ON_CALL),
        ("alertname=QueueBackup product=shop severity=warning", "warning"),
        ("alertname=A severity=critical audience=security", f"security-critical-pager,security-critical,{ON_CALL}"),
        ("alertname=A severity=warning audience=security", "security-warning,warning"),
        ("alertname=A severity=critical audience=finance", f"finance-critical,{ON_CALL}"),
        ("alertname=A severity=warning audience=finance", "finance-warning,warning"),
        ("alertname=A severity=warning audience=somebody", "warning"),
        ("alertname=DailyStats product=shop severity=info", "nowhere"),
        ("alertname=A severity=info audience=security", "nowhere"),
        ("alertname=Watchdog severity=none", "deadmansswitch"),
        ("alertname=SomethingElse severity=none", "nowhere"),
        ("alertname=SomeoneElses", "warning"),
    ],
)
def test_who_is_told(labels: str, receivers: str, rendered: Path) -> None:
    verify(rendered / "alertmanager" / "alertmanager.yaml", receivers, labels)


PAGERDUTY = {"pagerduty": {"routing_key_file": "/run/secrets/pagerduty"}}
SLACK = {"slack": {"webhook_url_file": "/run/secrets/slack"}}
EMAIL = {"email": {"smarthost": "smtp.example:587", "sender": "vigie@shop.example", "to": ["team@shop.example"]}}
SMS = {"sms": {"region": "eu-west-3", "to": ["+33612345678"]}}
BEAT = {"deadmansswitch": "https://beats.example"}
BEAT_FILE = {"deadmansswitch_file": "/run/secrets/beat"}
TEAMS: dict[str, Any] = {"security": PAGERDUTY | SLACK, "finance": SLACK}

NO_SECURITY = "no security team is told of alerts for it: set channels.security"
NO_FINANCE = "no finance team is told of alerts for it: set channels.finance"
NO_TEAM = [NO_SECURITY, NO_FINANCE]
NO_CRITICAL = "critical alerts reach nobody: set channels.pagerduty, channels.slack, channels.sms or channels.email"
NO_WARNING = "warnings reach nobody: set channels.slack or channels.email"
NO_BEAT = "nobody notices when alerting itself stops: set channels.deadmansswitch"

CHANNELS: dict[str, tuple[dict[str, Any], str, str, str, list[str]]] = {
    "no channel": ({}, "nowhere", "nowhere", "nowhere", [*NO_TEAM, NO_CRITICAL, NO_WARNING, NO_BEAT]),
    "only PagerDuty": (PAGERDUTY, "critical-pager", "nowhere", "nowhere", [*NO_TEAM, NO_WARNING, NO_BEAT]),
    "only SMS": (SMS, "critical", "nowhere", "nowhere", [*NO_TEAM, NO_WARNING, NO_BEAT]),
    "only Slack": (SLACK, "critical", "warning", "nowhere", [*NO_TEAM, NO_BEAT]),
    "only e-mail": (EMAIL, "critical", "warning", "nowhere", [*NO_TEAM, NO_BEAT]),
    "a beat from a file": (SLACK | BEAT_FILE, "critical", "warning", "deadmansswitch", NO_TEAM),
    "all": (PAGERDUTY | SLACK | BEAT | TEAMS, "critical-pager,critical", "warning", "deadmansswitch", []),
    "a team with nothing but a pager": (
        SLACK | BEAT | TEAMS | {"security": PAGERDUTY},
        "critical",
        "warning",
        "deadmansswitch",
        ["no security team is told of warnings for it: set channels.security.slack or .email"],
    ),
}
"""Channels; then who gets critical alerts, warnings and the heartbeat, and what is said of the rest."""


@pytest.mark.parametrize("case", CHANNELS)
def test_channels_that_are_not_set_vanish_and_are_told(case: str, tmp_path: Path) -> None:
    channels, critical, warning, beat, unreached = CHANNELS[case]
    rendering = render(product(channels=channels), ROOT)
    write(rendering.files, tmp_path)
    config = tmp_path / "alertmanager" / "alertmanager.yaml"
    verify(config, critical, "alertname=A severity=critical")
    verify(config, warning, "alertname=A severity=warning")
    verify(config, warning, "alertname=A")
    verify(config, beat, "alertname=Watchdog severity=none")
    assert list(rendering.warnings) == unreached


def receivers(channels: dict[str, Any]) -> dict[str, set[str]]:
    """The kinds of channel of each receiver."""
    config = yaml.safe_load(render(product(channels=channels), ROOT).files["alertmanager/alertmanager.yaml"])
    return {receiver.pop("name"): set(receiver) for receiver in config["receivers"]}


def test_each_severity_has_its_channels() -> None:
    everybody = PAGERDUTY | SLACK | EMAIL | SMS | {"security": PAGERDUTY | SLACK | {"email": ["ciso@shop.example"]}}
    assert receivers(everybody) == {
        "nowhere": set(),
        "critical-pager": {"pagerduty_configs"},
        "critical": {"slack_configs", "sns_configs"},
        "warning": {"slack_configs", "email_configs"},
        "security-critical-pager": {"pagerduty_configs"},
        "security-critical": {"slack_configs", "email_configs"},
        "security-warning": {"slack_configs", "email_configs"},
    }


def test_critical_alerts_are_mailed_only_where_nothing_else_tells_them() -> None:
    assert receivers(EMAIL)["critical"] == {"email_configs"}
    assert receivers(EMAIL | SMS)["critical"] == {"sns_configs"}


def test_secrets_are_only_named(rendered: Path) -> None:
    listed = yaml.safe_load((rendered / "alertmanager" / "alertmanager.yaml").read_text())["receivers"]
    configs = [config for receiver in listed for key, list_ in receiver.items() if key != "name" for config in list_]
    assert {key for config in configs for key in config if "key" in key or "api_url" in key} == {
        "api_url_file",
        "routing_key_file",
    }


def test_routing_of_a_product_that_uses_everything(rendered: Path) -> None:
    """Every route in order; receivers and messages have tests of their own."""
    document = yaml.safe_load((rendered / "alertmanager" / "alertmanager.yaml").read_text())
    golden = Path(__file__).parent / "golden" / "routes.yaml"
    expected = yaml.safe_load(golden.read_text())
    for key in ("route", "time_intervals"):
        assert document[key] == expected[key]


def test_the_example_of_the_documentation_reaches_everybody(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "routing.md").read_text()
    path = tmp_path / "vigie.yaml"
    path.write_text("product: shop\n" + page.partition("```yaml\n")[2].partition("```")[0])
    shop = load(path, {}).product.model_copy(update={"sources": product().sources, "environment": "staging"})
    assert set(Channels.model_fields) - shop.channels.model_fields_set == {"deadmansswitch"}
    rendering = render(shop, ROOT)
    assert rendering.warnings == ()
    write(rendering.files, tmp_path)
    verify(
        tmp_path / "alertmanager" / "alertmanager.yaml",
        ON_CALL.replace("tech-lead-pager", "tech-lead"),
        "severity=critical",
    )


def test_every_audience_of_an_alert_has_routes(groups: list[dict[str, Any]]) -> None:
    """Whoever an alert is labelled for is a team that `channels` knows."""
    named = {
        rule["labels"]["audience"]
        for group in groups
        for rule in group["rules"]
        if "audience" in rule.get("labels", {})
    }
    assert named == {"security", "finance"}


def test_the_routing_needs_no_python() -> None:
    """As a user of jsonnet would write it: only the keys that matter."""
    program = """
      local slack = { webhook_url_file: '/run/slack', channel: '#a' };
      local sms = { region: 'eu-west-3', profile: null, role_arn: null, api_url: null, to: [] };
      local level = { name: 'cto', after: '30m', sms: ['+33612345678'] };
      local mine = { _config+:: { channels+: { sms: sms, security: { slack: slack }, escalation: [level] } } };
      ((import 'mixin.libsonnet') + mine).alertmanagerConfig
    """
    config = json.loads(rjsonnet.evaluate_snippet(str(ROOT / "mine.jsonnet"), program))
    assert [receiver["name"] for receiver in config["receivers"]] == [
        "nowhere",
        "security-critical",
        "security-warning",
        "escalation-cto",
    ]
