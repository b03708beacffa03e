"""What scripts/up says with Docker before anything is started: with the real compose, where no engine has to answer."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from deploy.native.paths import ROOT
from deploy.ports import PORTS
from tests.real.tools import binary

_FILES = ("docker-compose.yml", "deploy/compose", "demo/compose.env", "scripts/up", "scripts/down", "vigie.yaml")
_PROGRAMS = ("awk", "bash", "cat", "date", "dirname", "env", "mkdir", "mktemp", "rm", "sed", "timeout", "tr")
"""What a host with Docker has; no Python."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout, and beside it the programs of a host whose engine has no container."""
    clone = tmp_path / "vigie"
    for name in _FILES:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, clone / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in _PROGRAMS:
        found = shutil.which(name)
        assert found, name
        (programs / name).symlink_to(found)
    docker = programs / "docker"
    docker.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '    "version "*) echo 1.51; exit ;;\n'
        '    "compose ps "*) exit ;;\n'
        '    "compose up "*) echo started; exit ;;\n'
        "esac\n"
        f'[ "$1" = compose ] && shift && exec {binary("docker-compose")} "$@"\n'
    )
    docker.chmod(0o755)
    return clone


def _up(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    free = {f"VIGIE_PORT_{name.upper()}": str(_free()) for name in PORTS}
    env = {"PATH": str(clone.parent / "bin"), "HOME": "/nonexistent", **free, **environment}
    command: list[str | Path] = [clone / "scripts" / "up", "--docker"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "started" not in done.stdout
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_host_with_docker_needs_no_python(clone: Path) -> None:
    done = _up(clone, VIGIE_PORT_GRAFANA="23456")
    assert (done.returncode, done.stderr) == (0, "")
    assert "grafana       http://127.0.0.1:23456" in done.stdout
    assert '"grafana": "http://127.0.0.1:23456"' in (clone / ".vigie" / "urls.json").read_text()


def test_the_demos_parts_are_not_shown_for_a_product_of_ones_own(clone: Path) -> None:
    (clone / ".env").write_text("VIGIE_PRODUCT=shop\nGRAFANA_PASSWORD=of-ours\n")
    done = _up(clone)
    assert done.returncode == 0
    assert "  app " not in done.stdout
    assert "  prometheus " in done.stdout


def test_a_taken_port_is_one_sentence_that_names_part_and_variable(clone: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = _sentence(_up(clone, VIGIE_PORT_INBOX=str(port)))
    assert f"port {port} for inbox is taken by another program" in said
    assert "VIGIE_PORT_INBOX" in said


@pytest.mark.parametrize("port", ["grafana", "70000"])
def test_a_port_that_is_none_is_one_sentence(clone: Path, port: str) -> None:
    assert f"is {port}; expected a port number from 1 to 65535" in _sentence(_up(clone, VIGIE_PORT_GRAFANA=port))


def test_a_product_of_ones_own_asks_for_a_password_first(clone: Path) -> None:
    (clone / ".env").write_text("VIGIE_PRODUCT=shop\n")
    assert _sentence(_up(clone)).startswith("error: .env does not say GRAFANA_PASSWORD")


@pytest.mark.parametrize(
    "line", ["PASSWORD=p$w", 'export PASSWORD="p$w"', "PASSWORD=pw$", "PASSWORD=p$$w", "PASSWORD=$w"]
)
def test_a_value_that_compose_would_change_is_refused_without_showing_it(clone: Path, line: str) -> None:
    (clone / ".env").write_text(f"# a comment with a $\nA=b\n{line}\n")
    assert _sentence(_up(clone)) == ("error: .env:3: the value of PASSWORD holds a $; put it between single quotes\n")


@pytest.mark.parametrize("line", ["PASSWORD='p$w'", "URL=${APP_URL}/metrics", "A=b # costs $5"])
def test_a_value_that_compose_leaves_or_is_meant_to_change_is_taken(clone: Path, line: str) -> None:
    (clone / ".env").write_text(f"{line}\n")
    assert _up(clone).returncode == 0


@pytest.mark.parametrize(("compose", "engine"), [("2.20.3", "1.51"), ("v2.40.3-3", "1.41"), ("1.29.2", "1.51")])
def test_an_old_docker_is_told_what_is_needed(clone: Path, compose: str, engine: str) -> None:
    answers = f'[ "$1" = compose ] && echo {compose} || echo {engine}'
    (clone.parent / "bin" / "docker").write_text(f"#!/bin/sh\n{answers}\n")
    assert "Docker 25 and compose 2.24, or newer" in _sentence(_up(clone))
