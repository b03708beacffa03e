"""`docker-compose.yml` is whole, careful, and the same stack as the native one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.compose import main
from deploy.native.paths import ROOT
from deploy.native.services import parts
from deploy.native.settings import Settings
from deploy.ports import PORTS
from tests.real.tools import binary

DEMO = ("--env-file", "demo/compose.env")
_ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
_EXACT = {
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "blackbox": "blackbox_exporter",
    "node": "node_exporter",
}
_NATIVE_ONLY = {"initdb", "preview"}
"""Steps that the images have behind them."""
_MAJOR = {"redis": "redis-server", "postgres": "postgres"}


def _compose(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [binary("docker-compose"), *arguments],
        cwd=ROOT,
        env={**_ENV, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def _services(*options: str) -> dict[str, Any]:
    done = _compose("--env-file", os.devnull, *options, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


def _all() -> dict[str, Any]:
    return _services(*DEMO)


@pytest.mark.parametrize("options", [("--env-file", os.devnull), DEMO], ids=["product", "demo"])
def test_the_file_is_clean(options: tuple[str, ...]) -> None:
    done = _compose(*options, "config", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_demo_has_the_parts_of_the_native_stack() -> None:
    native = {part.name for part in parts(Settings(Path("/h"), PORTS, team={}, demo=True))} - _NATIVE_ONLY
    assert _all().keys() == native


def test_a_product_of_ones_own_runs_without_the_demos_parts() -> None:
    native = {part.name for part in parts(Settings(Path("/h"), PORTS, team={}, demo=False))} - _NATIVE_ONLY
    assert _services().keys() == native


def _tag(service: str) -> str:
    image: str = _all()[service]["image"]
    return image.rpartition(":")[2]


def _native_version(program: str) -> str:
    text = subprocess.run([binary(program), "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    found = re.search(r"(?:version |v=|\) )(\d+(?:\.\d+)+)", text.stdout + text.stderr)
    assert found, text
    return found[1]


@pytest.mark.parametrize(("service", "program"), _EXACT.items())
def test_the_versions_are_those_that_the_tests_run(service: str, program: str) -> None:
    assert _tag(service) == f"v{_native_version(program)}"


@pytest.mark.parametrize(("service", "program"), _MAJOR.items())
def test_servers_have_the_major_version_that_the_tests_run(service: str, program: str) -> None:
    assert re.split(r"[.-]", _tag(service))[0] == _native_version(program).split(".")[0]


@pytest.mark.parametrize("service", sorted(_EXACT.keys() | _MAJOR.keys() | {"grafana"}))
def test_every_foreign_image_is_pinned(service: str) -> None:
    assert re.fullmatch(r"v?\d+[.\w-]*", _tag(service))


def test_every_service_is_hardened() -> None:
    for name, service in _all().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name


def test_no_service_runs_as_root() -> None:
    """By the file, by its Dockerfile, or, for Grafana, by the image (user 472)."""
    for name, service in _all().items():
        if "build" in service:
            dockerfile = (Path(service["build"]["context"]) / "Dockerfile").read_text()
            assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", dockerfile, re.MULTILINE), name
        else:
            assert name == "grafana" or not service["user"].startswith("0"), name


def test_ports_are_published_on_loopback_only() -> None:
    published = [(name, port) for name, service in _all().items() for port in service.get("ports", [])]
    assert published
    assert [name for name, port in published if port["host_ip"] != "127.0.0.1"] == []
    assert {name: int(port["published"]) for name, port in published}.items() <= PORTS.items()


def test_services_that_stay_say_whether_they_are_healthy() -> None:
    silent = {name for name, service in _all().items() if "healthcheck" not in service}
    assert silent == {
        "vigie",
        "database",
        "traffic",
    }  # the exporter's check is in its image; the others end or serve nobody


def test_every_variable_of_the_example_reaches_the_containers() -> None:
    text = (ROOT / "vigie.yaml").read_text()
    with_container_default = set(re.findall(r"\$\{([A-Z_]+):-(?:/|[a-z]+:\d)", text))
    used = set(re.findall(r"\$\{([A-Z_]+)", text)) - with_container_default - {"NAME"}
    assert used <= _all()["vigie"]["environment"].keys()
    assert used <= _all()["render"]["environment"].keys()


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, ""),
        ({"PAGERDUTY_ROUTING_KEY": "k"}, "https://events.pagerduty.com/v2/enqueue"),
        ({"PAGERDUTY_ROUTING_KEY": "k", "PAGERDUTY_URL": "https://eu"}, "https://eu"),
    ],
    ids=["inbox", "pagerduty", "europe"],
)
def test_pages_leave_the_machine_only_with_a_key(environment: dict[str, str], url: str) -> None:
    done = _compose("--env-file", os.devnull, "config", "--format", "json", **environment)
    assert json.loads(done.stdout)["services"]["render"]["environment"]["PAGERDUTY_URL"] == url


def test_render_finds_everything_that_it_needs_in_its_mounts(tmp_path: Path) -> None:
    render = _all()["render"]
    for mount in render["volumes"]:
        if mount["target"].startswith("/mixin/"):
            assert Path(mount["source"]).exists()
            (tmp_path / mount["target"].removeprefix("/mixin/")).symlink_to(mount["source"])
    [script] = render["command"]
    assert "vigie render --config /mixin/vigie.yaml --output /rendered" in script
    done = subprocess.run(  # noqa: S603 - ours
        [
            sys.executable,
            "-m",
            "vigie",
            "render",
            "--config",
            tmp_path / "vigie.yaml",
            "--output",
            tmp_path / "rendered",
        ],
        env={
            "PYTHONPATH": str(ROOT / "exporter"),
            **{name: value or "" for name, value in render["environment"].items()},
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "vigie:9847" in (tmp_path / "rendered" / "prometheus" / "prometheus.yaml").read_text()


@pytest.mark.parametrize("folder", ["exporter", "demo"])
def test_dockerfiles_need_no_other_frontend_and_install_only_what_the_lock_names(folder: str) -> None:
    text = (ROOT / folder / "Dockerfile").read_text()
    assert "syntax=" not in text
    assert "--require-hashes -r requirements.txt" in text


def test_the_urls_of_a_stack_in_containers_are_written_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_PORT_PROMETHEUS", "19090")
    assert main(["render", "prometheus", "grafana"]) == 0
    urls = json.loads((tmp_path / ".vigie" / "urls.json").read_text())
    assert urls == {"prometheus": "http://127.0.0.1:19090", "grafana": "http://127.0.0.1:3000"}
    assert "http://127.0.0.1:19090" in capsys.readouterr().out
    monkeypatch.setenv("VIGIE_PORT_PROMETHEUS", "x")
    assert main(["prometheus"]) == 1
    assert "VIGIE_PORT_PROMETHEUS is 'x'" in capsys.readouterr().err
