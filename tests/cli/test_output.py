"""Standard output that is closed, full or read by nobody: no traceback, and nothing else is written to."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.process import VIGIE, environment, vigie


def _shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "vigie.yaml").write_text("product: shop\n")
    script = f'set -o pipefail; vigie() {{ {VIGIE[0]} -m vigie "$@"; }}; {command}'
    return subprocess.run(  # noqa: S603 - our own
        ["/bin/bash", "-c", script],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", ["metrics", "check", "--help"])
def test_a_reader_that_has_enough_ends_it_quietly(command: str, tmp_path: Path) -> None:
    done = _shell(f"vigie {command} | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.stdout.splitlines(), done.stderr) == (["141"], "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_are_nothing(closed: str, tmp_path: Path) -> None:
    done = _shell(f"vigie metrics {closed}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    done = _shell("vigie metrics >/dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "vigie: standard output cannot be written: No space left on device\n",
    )


def test_characters_that_the_terminal_does_not_know_are_escaped(tmp_path: Path) -> None:
    name = "caf\N{LATIN SMALL LETTER E WITH ACUTE}.yaml"
    done = vigie("check", "--config", name, folder=tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert "there is no file caf\\xe9.yaml" in done.stderr
