"""Make the configuration of the other parts out of `vigie.yaml`, and the secret files that it names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.console import say
from deploy.native.errors import NativeError
from deploy.native.settings import Settings


def render(settings: Settings, config: Path, env: Mapping[str, str]) -> None:
    """
    Run `vigie render`, and pass on what it warns of.

    Raises:
        NativeError: It refused `vigie.yaml`; its own sentence says why.
    """
    _write_secrets(settings)
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "vigie",
        "render",
        "--config",
        config,
        "--output",
        settings.rendered,
    ]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise NativeError(done.stderr.strip() or f"vigie render ended with {done.returncode} and said nothing")
    for warning in done.stderr.splitlines():
        say(f"  {warning}")


def _write_secrets(settings: Settings) -> None:
    settings.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in settings.channel_files.items():
        with open(settings.secrets / name, "w", opener=_private) as file:
            file.write(content)


def _private(path: str, flags: int) -> int:
    number = os.open(path, flags, 0o600)
    os.fchmod(number, 0o600)  # also where the file was there before, or the umask is another
    return number
