"""Run the command line as a user does, with every terminal variable under the test's control."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
VIGIE = (sys.executable, "-m", "vigie")
_NOT_INHERITED = ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM", "VIGIE_CONFIG", "VIGIE_LOG_LEVEL")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command."""
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return {**inherited, **(more or {})}


def vigie(
    *arguments: str | Path, folder: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `vigie` in a folder and wait for its end."""
    return subprocess.run(  # noqa: S603 - our own
        [*VIGIE, *map(str, arguments)],
        cwd=folder,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
