"""`docker-compose.yml` is whole, careful, and the same stack as the native one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deploy.native.paths import ROOT
from deploy.native.services import parts
from deploy.native.settings import Settings
from deploy.ports import PORTS
from tests.real.tools import binary

OWN = (("GRAFANA_PASSWORD", "of-ours"), ("VIGIE_PRODUCT", "shop"))
_EXACT = {
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "blackbox": "blackbox_exporter",
    "node": "node_exporter",
}
_NATIVE_ONLY = {"initdb", "preview"}
"""Steps that the images have behind them."""
_MAJOR = {"redis": "redis-server", "postgres": "postgres"}
_ENDING = {"render", "database"}
"""Services that do their work and end."""
_FILES = ("docker-compose.yml", "deploy/compose/demo.yaml", "deploy/compose/demo-off.yaml", "demo/compose.env")


def _compose(*arguments: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [binary("docker-compose"), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _config(folder: Path = ROOT, /, **environment: str) -> dict[str, Any]:
    done = _compose("config", "--format", "json", folder=folder, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    project: dict[str, Any] = json.loads(done.stdout)
    return project


@cache
def _project(environment: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return _config(**dict(environment))


def _all() -> dict[str, Any]:
    services: dict[str, Any] = _project()["services"]
    return services


def _running(environment: tuple[tuple[str, str], ...] = ()) -> set[str]:
    services = _project(environment)["services"]
    return {name for name, service in services.items() if service.get("scale") != 0}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of compose alone, so that a test has a `.env` of its own."""
    for name in _FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_demo_has_the_parts_of_the_native_stack() -> None:
    native = {part.name for part in parts(Settings(Path("/h"), PORTS, team={}, demo=True))} - _NATIVE_ONLY
    assert _running() == native == _all().keys()


def test_a_product_of_ones_own_runs_without_the_demos_parts() -> None:
    native = {part.name for part in parts(Settings(Path("/h"), PORTS, team={}, demo=False))} - _NATIVE_ONLY
    assert _running(OWN) == native


def test_no_image_is_fetched_for_a_part_that_does_not_run() -> None:
    services = _project(OWN)["services"]
    assert {services[name]["pull_policy"] for name in services.keys() - _running(OWN)} == {"never"}


def test_the_demo_and_a_product_of_ones_own_share_no_history_and_no_password() -> None:
    demo, own = _project()["volumes"], _project(OWN)["volumes"]
    for name in ("alertmanager", "grafana", "prometheus", "state"):
        assert demo[name]["name"] != own[name]["name"], name


def test_a_password_for_grafana_is_asked_for_before_a_product_of_ones_own_is_watched() -> None:
    done = _compose("config", VIGIE_PRODUCT="shop")
    assert done.returncode != 0
    assert ".env does not say GRAFANA_PASSWORD; write there the password" in done.stderr
    assert done.stderr.count("\n") <= 1


@pytest.mark.parametrize("own", ["", "VIGIE_PRODUCT=shop\nGRAFANA_PASSWORD=of-ours\n"], ids=["demo", "own"])
def test_any_variable_of_the_env_file_reaches_what_reads_vigie_yaml(clone: Path, own: str) -> None:
    (clone / ".env").write_text(f"{own}A_NAME_OF_OURS=value\nSENTRY_ORGANIZATION=ours\nQUOTED='p$w#d'\n")
    services = _config(clone)["services"]
    for name in ("render", "vigie"):
        environment = services[name]["environment"]
        assert environment["A_NAME_OF_OURS"] == "value"
        assert environment["SENTRY_ORGANIZATION"] == "ours"
        assert environment["QUOTED"] == "p$$w#d"  # as compose writes one dollar sign


def test_no_other_service_is_given_the_variables_of_the_env_file(clone: Path) -> None:
    (clone / ".env").write_text("A_NAME_OF_OURS=value\n")
    given = {
        name for name, each in _config(clone)["services"].items() if "A_NAME_OF_OURS" in each.get("environment", {})
    }
    assert given == {"render", "vigie"}


def test_links_follow_the_ports_until_the_env_file_says_otherwise(clone: Path) -> None:
    (clone / ".env").write_text("VIGIE_PORT_PROMETHEUS=19090\nVIGIE_LINK_DASHBOARDS=https://grafana.shop.example\n")
    environment = _config(clone)["services"]["render"]["environment"]
    assert environment["VIGIE_LINK_PROMETHEUS"] == "http://localhost:19090"
    assert environment["VIGIE_LINK_DASHBOARDS"] == "https://grafana.shop.example"


def test_the_example_of_an_env_file_is_a_product_of_ones_own(clone: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    (clone / ".env").write_text(text.replace("GRAFANA_PASSWORD=", "GRAFANA_PASSWORD=of-ours"))
    assert {name for name, each in _config(clone)["services"].items() if each.get("scale") != 0} == _running(OWN)


def test_the_page_about_secrets_as_files_says_what_compose_takes(clone: Path) -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "containers.md").read_text(), re.DOTALL)
    (clone / "docker-compose.override.yml").write_text(block)
    project = _config(clone)
    given = {
        name: [each["source"] for each in service.get("secrets", [])] for name, service in project["services"].items()
    }
    assert {name: found for name, found in given.items() if found} == {
        "render": ["database"],
        "vigie": ["database"],
        "alertmanager": ["slack"],
    }
    assert project["secrets"]["database"]["file"] == str(clone / "secrets" / "database")


def test_every_image_of_ours_is_built_by_one_service_alone() -> None:
    """Or its tag would end on either of two builds, and each start would recreate the containers of the other."""
    builds = [service["image"] for service in _all().values() if "build" in service]
    assert sorted(builds) == ["vigie-demo", "vigie-exporter"]
    ours = {service["image"] for service in _all().values() if service["image"].startswith("vigie")}
    assert ours == set(builds)


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


def test_every_service_can_be_stopped_while_it_starts() -> None:
    """The first process of a container ignores SIGTERM until it has a handler; Docker's init passes it on at once."""
    assert all(service["init"] is True for service in _all().values())


def test_no_service_runs_as_root() -> None:
    """By the file, by the Dockerfile of its image, or, for Grafana, by the image (user 472)."""
    dockerfiles = {each["image"]: each["build"] for each in _all().values() if "build" in each}
    for name, service in _all().items():
        if service["image"] in dockerfiles:
            build = dockerfiles[service["image"]]
            dockerfile = (Path(build["context"]) / build["dockerfile"]).read_text()
            assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", dockerfile, re.MULTILINE), name
        else:
            assert name == "grafana" or not service["user"].startswith("0"), name


def test_no_service_can_take_all_memory_or_processes() -> None:
    for name, service in _all().items():
        assert 0 < int(service["mem_limit"]) <= 1 << 30, name
        assert 0 < service["pids_limit"] <= 256, name
        assert all("size=" in mount or not mount.startswith("/tmp") for mount in service["tmpfs"]), name


def test_the_keys_of_pagerduty_and_slack_are_where_they_are_used_and_nowhere_else() -> None:
    mounts = {
        name: [each for each in service.get("volumes", []) if each["source"] == "secrets"]
        for name, service in _all().items()
    }
    assert {name for name, found in mounts.items() if found} == {"render", "alertmanager"}
    assert mounts["alertmanager"][0]["read_only"]


def test_who_meets_whom() -> None:
    """A part that was broken into reaches what its work needs, and not, say, the database from the prober of pages."""
    networks = {name: set(service["networks"]) for name, service in _all().items()}
    meet = {
        name: {other for other in networks if other != name and networks[name] & networks[other]} for name in networks
    }
    assert meet["grafana"] == {"prometheus"}
    assert meet["inbox"] == {"alertmanager"}
    assert meet["alertmanager"] == {"prometheus", "render", "inbox"}
    assert meet["blackbox"] == {"prometheus", "render", "vigie", "node", "app", "traffic"}
    readers = {"app", "database", "vendors", "vigie", "worker"}
    assert meet["postgres"] == readers | {"redis"}
    assert meet["redis"] == readers | {"postgres"}


def test_the_machine_itself_can_be_reached_by_what_reads_servers() -> None:
    for name in ("vigie", "prometheus", "blackbox", "alertmanager"):
        assert [re.split("[=:]", each, maxsplit=1) for each in _all()[name]["extra_hosts"]] == [
            ["host.docker.internal", "host-gateway"]
        ], name


def test_the_machines_files_are_mounted_where_mounts_are_private_too() -> None:
    """Docker refuses `rslave` where / is no shared mount: WSL2, Synology."""
    (mount,) = _all()["node"]["volumes"]
    assert (mount["source"], mount["read_only"]) == ("/", True)
    assert not mount.get("bind", {}).get("propagation")


@pytest.mark.parametrize(("service", "path"), [("redis", "/data"), ("postgres", "/var/lib/postgresql/data")])
def test_no_image_leaves_a_volume_without_a_name_behind(service: str, path: str) -> None:
    """The images declare these volumes; what is mounted there instead is removed with `down`, or has a name."""
    mounts = {each.split(":")[0] for each in _all()[service]["tmpfs"]}
    assert path in mounts | {each["target"] for each in _all()[service].get("volumes", [])}


def test_the_exporter_serves_the_file_that_the_rules_were_made_from() -> None:
    """A file that is mounted alone stays the old one when an editor puts a new one in its place."""
    vigie = _all()["vigie"]
    config = vigie["command"][vigie["command"].index("--config") + 1]
    assert {each["source"] for each in vigie["volumes"] if config.startswith(each["target"] + "/")} == {"rendered"}
    assert vigie["depends_on"]["render"]["condition"] == "service_completed_successfully"


def test_ports_are_published_on_loopback_only() -> None:
    published = [(name, port) for name, service in _all().items() for port in service.get("ports", [])]
    assert published
    assert [name for name, port in published if port["host_ip"] != "127.0.0.1"] == []
    assert {name: int(port["published"]) for name, port in published}.items() <= PORTS.items()


def test_services_that_stay_say_whether_they_are_healthy() -> None:
    """The exporter's check is in its image; nobody asks for the demo's customers."""
    assert {name for name, service in _all().items() if "healthcheck" not in service} == {
        "vigie",
        "database",
        "traffic",
    }


def test_a_busy_machine_is_given_time_before_a_part_counts_as_unhealthy() -> None:
    checks = {name: each["healthcheck"] for name, each in _all().items() if "test" in each.get("healthcheck", {})}
    assert {check["start_period"] for check in checks.values()} == {"30s"}
    for name, check in checks.items():
        assert check["timeout"] == "10s", name
        assert check["retries"] * int(check["interval"].removesuffix("s")) >= 60, name


def test_a_part_is_not_unhealthy_for_the_fault_of_another() -> None:
    """`up` ends at once when what others depend on is unhealthy, and a stopped database would stay away."""
    assert _all()["app"]["healthcheck"]["test"][-1] == "http://127.0.0.1:8000/", "/health asks the database and Redis"


@pytest.mark.parametrize("folder", ["exporter", "demo"])
def test_dockerfiles_need_no_other_frontend_and_install_only_what_the_lock_names(folder: str) -> None:
    text = (ROOT / folder / "Dockerfile").read_text()
    assert "syntax=" not in text
    assert "--require-hashes -r requirements.txt" in text
