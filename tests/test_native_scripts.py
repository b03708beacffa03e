"""What the scripts say before anything is started."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.native.paths import ROOT


def _run(script: str, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(path) if path else "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
    command: list[str | Path] = [ROOT / "scripts" / script, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - ours


@pytest.mark.parametrize("script", ["up", "down"])
def test_an_unknown_option_is_one_sentence(script: str) -> None:
    done = _run(script, "--podman")
    assert done.returncode == 2
    assert done.stderr.startswith("error: unknown option --podman; see")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("script", "words"), [("up", "--native"), ("down", "--wipe")])
def test_help_says_what_the_options_do(script: str, words: str) -> None:
    done = _run(script, "--help")
    assert done.returncode == 0
    assert words in done.stdout


@pytest.fixture
def without_docker(tmp_path: Path) -> Path:
    """A search path with what the scripts need, but no Docker."""
    for name in ("bash", "dirname", "env", "sed", "timeout"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def test_docker_is_asked_for_but_not_there(without_docker: Path) -> None:
    done = _run("up", "--docker", path=without_docker)
    assert done.returncode == 1
    assert "no Docker engine with compose answers" in done.stderr
    assert "--native" in done.stderr


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(  # noqa: S603 - ours
        [ROOT / "scripts" / "venv"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{old} is not Python 3.11 or newer" in done.stderr
