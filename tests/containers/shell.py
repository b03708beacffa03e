"""Run a program and have its output, or its last lines as the fault."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.containers.errors import StoryError

_LINES = 25


def run(command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """
    Run to the end and return what was printed on stdout.

    Raises:
        StoryError: The exit status is not 0.
    """
    done = attempt(command, cwd=cwd, env=env)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-_LINES:]
        words = " ".join(map(str, command))[:200]
        raise StoryError("\n".join([f"`{words}` ended with {done.returncode}:", *(f"  | {line}" for line in said)]))
    return done.stdout


def attempt(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end, whatever the exit status; `env` is added to the environment."""
    whole = {**os.environ, **(env or {})}
    return subprocess.run(command, cwd=cwd, env=whole, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - our own words
