"""What Grafana finds under compose: its data source, the dashboards, the first page, and who may look."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.native.paths import ROOT
from scripts.generate_mixin import outputs
from tests.real.tools import binary

_PROVISIONING = ROOT / "deploy" / "grafana" / "provisioning"


def _compose(**environment: str) -> dict[str, Any]:
    """The services of the compose file."""
    done = subprocess.run(  # noqa: S603 - ours
        [binary("docker-compose"), "--env-file", os.devnull, "config", "--format", "json"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return _compose()


def _rendered(services: dict[str, Any], path: str) -> str:
    """A path in Grafana's container as one of the folder that `render` fills."""
    grafana, render = (services[name]["volumes"] for name in ("grafana", "render"))
    (mount,) = (each for each in grafana if PurePosixPath(path).is_relative_to(each["target"]))
    assert mount["source"] in {each["source"] for each in render}
    return str(PurePosixPath(path).relative_to(mount["target"]))


def test_the_data_source_is_the_prometheus_of_the_stack(services: dict[str, Any]) -> None:
    (source,) = yaml.safe_load((_PROVISIONING / "datasources" / "prometheus.yaml").read_text())["datasources"]
    url = urlsplit(source["url"])
    assert url.hostname in services
    assert {port["target"] for port in services[str(url.hostname)]["ports"]} == {url.port}
    assert source["isDefault"]


def test_the_data_source_knows_how_often_is_scraped() -> None:
    """Or `$__rate_interval` would be too short, and graphs full of holes."""
    (source,) = yaml.safe_load((_PROVISIONING / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert f"scrapeInterval: '{source['jsonData']['timeInterval']}'" in (ROOT / "config.libsonnet").read_text()


def test_the_folder_holds_what_is_rendered(services: dict[str, Any]) -> None:
    (provider,) = yaml.safe_load((_PROVISIONING / "dashboards" / "vigie.yaml").read_text())["providers"]
    assert _rendered(services, provider["options"]["path"]) == "dashboards"
    assert provider["allowUiUpdates"] is False, "a change by hand would be lost with the next rendering"


def test_ops_is_the_first_page(services: dict[str, Any]) -> None:
    path = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert _rendered(services, path) == "dashboards/ops.json"
    assert ROOT / "dashboards" / "out" / "ops.json" in outputs()


def test_the_configuration_is_mounted_where_grafana_looks_for_it(services: dict[str, Any]) -> None:
    mounts = {mount["target"]: mount["source"] for mount in services["grafana"]["volumes"]}
    assert mounts["/etc/grafana/provisioning"] == str(_PROVISIONING)


def test_nobody_looks_at_a_product_without_signing_in_unless_asked_for() -> None:
    def grafana(**environment: str) -> dict[str, str]:
        found: dict[str, str] = _compose(**environment)["grafana"]["environment"]
        assert found["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
        return found

    own = {"VIGIE_PRODUCT": "shop", "GRAFANA_PASSWORD": "of-ours"}
    assert grafana(**own)["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert grafana(**own)["GF_SECURITY_ADMIN_PASSWORD"] == "of-ours"
    assert grafana(**own, GRAFANA_ANONYMOUS="true")["GF_AUTH_ANONYMOUS_ENABLED"] == "true"
    assert grafana()["GF_AUTH_ANONYMOUS_ENABLED"] == "true", "nothing in the demo is a secret"


def test_grafana_keeps_its_prometheus_plug_in_on_a_read_only_root(services: dict[str, Any]) -> None:
    """Grafana 13.2 unloads it otherwise, and every panel is empty: grafana/grafana issue 132528."""
    assert services["grafana"]["read_only"]
    assert services["grafana"]["environment"]["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"


def test_grafana_asks_nobody_outside_for_updates(services: dict[str, Any]) -> None:
    environment = services["grafana"]["environment"]
    for name in ("CHECK_FOR_UPDATES", "CHECK_FOR_PLUGIN_UPDATES", "REPORTING_ENABLED"):
        assert environment[f"GF_ANALYTICS_{name}"] == "false", name
