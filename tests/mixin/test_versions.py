"""Every rule loads and is evaluated, on the Prometheus that is pinned and on the oldest that is promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from tests.real.process import free_port, running, wait_until
from tests.real.tools import binary

VERSIONS = {"prometheus": "3.5", "prometheus-2.53": "2.53"}


def _get(port: int, path: str) -> Any:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("program", VERSIONS)
def test_every_rule_is_evaluated_without_a_complaint(program: str, rendered: Path, tmp_path: Path) -> None:
    port = free_port()
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rendered / "prometheus" / "rules" / "*.yaml")],
        "scrape_configs": [
            {
                "job_name": "vigie",
                "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"product": "shop"}}],
            }
        ],
    }
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(configuration))
    command: list[str | Path] = [
        binary(program),
        f"--config.file={tmp_path / 'prometheus.yaml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, lambda: _answers(port), tmp_path / "log"):
        assert _get(port, "/api/v1/status/buildinfo")["version"].startswith(VERSIONS[program])

        def rules() -> list[dict[str, Any]]:
            return [rule for group in _get(port, "/api/v1/rules")["groups"] for rule in group["rules"]]

        wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), "an evaluation of every rule")
        assert [(rule["name"], rule["lastError"]) for rule in rules() if rule["health"] != "ok"] == []
        firing = {rule["name"] for rule in rules() if rule.get("state") == "firing"}
        assert "Watchdog" in firing
        written = sum(
            len(group["rules"]) for path in rendered.glob("prometheus/rules/*.yaml") for group in _groups(path)
        )
        assert len(rules()) == written


def _groups(path: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(path.read_text())["groups"]
    return groups
