"""The same rules, targets and dashboards for the Prometheus operator and for a ruler such as Mimir's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cloudcoil.models.prometheus_operator.v1 import PrometheusRule
from cloudcoil.models.prometheus_operator.v1alpha1 import ScrapeConfig

from tests.mixin.conftest import ROOT, product
from tests.real.tools import binary
from vigie.render import Rendering, render

Document = dict[str, Any]
KINDS = {"PrometheusRule": PrometheusRule, "ScrapeConfig": ScrapeConfig}


@pytest.fixture(scope="module")
def objects(rendering: Rendering) -> dict[str, Document]:
    """What is rendered for Kubernetes, by file name."""
    return {
        path.removeprefix("kubernetes/"): yaml.safe_load(text)
        for path, text in rendering.files.items()
        if path.startswith("kubernetes/")
    }


@pytest.fixture(scope="module")
def jobs(rendering: Rendering) -> dict[str, Document]:
    """The jobs of Prometheus's own configuration, by name."""
    document = yaml.safe_load(rendering.files["prometheus/prometheus.yaml"])
    return {job["job_name"]: job for job in document["scrape_configs"]}


def test_the_operator_knows_every_key_and_value(objects: dict[str, Document]) -> None:
    """By the operator's own schemas: what comes back from them is what went in, so no key was unknown."""
    checked = [each for each in objects.values() if each["kind"] in KINDS]
    assert {each["kind"] for each in checked} == set(KINDS)
    for each in checked:
        model = KINDS[each["kind"]].model_validate(each)
        assert model.model_dump(mode="json", by_alias=True, exclude_unset=True) == each


def test_objects_are_named_and_selected_as_the_product_says(objects: dict[str, Document]) -> None:
    for file, each in objects.items():
        metadata = each["metadata"]
        assert file == f"{each['kind'].lower()}-{metadata['name']}.yaml"
        assert metadata["namespace"] == "monitoring"
        assert metadata["labels"]["release"] == "kube-prometheus-stack"
    bare = render(product(kubernetes={}), ROOT).files
    assert "namespace" not in yaml.safe_load(bare["kubernetes/prometheusrule-vigie.yaml"])["metadata"]


def test_targets_are_the_same_for_the_operator(objects: dict[str, Document], jobs: dict[str, Document]) -> None:
    scraped = {each["metadata"]["name"]: each["spec"] for each in objects.values() if each["kind"] == "ScrapeConfig"}
    assert scraped.keys() == {name if name == "vigie" else f"vigie-{name}" for name in jobs}
    for name, job in jobs.items():
        spec = scraped[name if name == "vigie" else f"vigie-{name}"]
        assert spec["staticConfigs"] == job["static_configs"]
        assert spec["relabelings"][0] == {"targetLabel": "job", "replacement": name}, "the rules select by it"
        assert len(spec["relabelings"]) == 1 + len(job.get("relabel_configs", ()))
        assert spec.get("metricsPath") == job.get("metrics_path")
        assert spec.get("scheme", "").lower() == job.get("scheme", "")
        assert spec["scrapeInterval"] == job.get("scrape_interval", "15s")


def test_a_password_is_a_secret_of_the_cluster(objects: dict[str, Document]) -> None:
    spec = objects["scrapeconfig-vigie-supabase.yaml"]["spec"]
    assert spec["basicAuth"] == {key: {"name": "vigie-supabase", "key": key} for key in ("username", "password")}
    assert "/run/secrets" not in json.dumps(spec)


def test_the_sidecar_of_grafana_finds_every_dashboard(objects: dict[str, Document], rendering: Rendering) -> None:
    boards = {path.removeprefix("dashboards/"): text for path, text in rendering.files.items() if "dashboards/" in path}
    found: dict[str, Document] = {}
    for each in (each for each in objects.values() if each["kind"] == "ConfigMap"):
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        found |= {name.removeprefix("vigie-"): json.loads(text) for name, text in each["data"].items()}
    assert found == {name: json.loads(text) for name, text in boards.items()}


def test_rules_are_the_same_everywhere(
    objects: dict[str, Document], rendering: Rendering, groups: list[Document], tmp_path: Path
) -> None:
    """At the pace for which they were written, for the server's default is somebody else's."""
    paced = [{"interval": "15s", **group} for group in groups if group["rules"]]
    assert objects["prometheusrule-vigie.yaml"]["spec"]["groups"] == paced
    ruler = yaml.safe_load(rendering.files["mimir/vigie.yaml"])
    assert ruler == {"namespace": "vigie", "groups": paced}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": ruler["groups"]}))
    check = [str(binary("promtool")), "check", "rules", "--lint=all", "--lint-fatal", str(tmp_path / "rules.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_ruler_takes_every_group(groups: list[Document]) -> None:
    """Mimir's default limits for a tenant: 20 rules in a group and 70 groups."""
    assert all(len(group["rules"]) <= 20 for group in groups)
    assert len(groups) <= 70


def test_nobody_gets_objects_who_did_not_ask() -> None:
    files = render(product(kubernetes=None, mimir=None), ROOT).files
    assert not [path for path in files if path.startswith(("kubernetes/", "mimir/"))]
