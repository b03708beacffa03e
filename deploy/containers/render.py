"""From `vigie.yaml` and the variables of `.env` to the volumes that the other containers read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.containers.errors import SetupError
from deploy.product import channel_files, is_demo, pagerduty_url, refusal

INBOX = "http://inbox:8025"
CONFIG = "vigie.yaml"
DEMO_ENV = Path("demo") / "compose.env"


@dataclass(frozen=True, slots=True)
class Folders:
    """
    Where things lie.

    Attributes:
        mixin: `vigie.yaml` and the mixin, from the user's folder.
        rendered: What every part may read.
        secrets: What only Alertmanager reads.
    """

    mixin: Path
    rendered: Path
    secrets: Path


def render(folders: Folders, environment: Mapping[str, str]) -> None:
    """
    Render, and leave beside it the `vigie.yaml` that it was made from, for the exporter.

    Raises:
        SetupError: A file cannot be read, `.env` and `vigie.yaml` do not go together, or `vigie render` refused.
    """
    refuse_unreadable(folders.mixin)
    config = folders.mixin / CONFIG
    text = config.read_bytes()
    team = _team(environment, folders.mixin / DEMO_ENV)
    reason = refusal(team, text.decode(errors="replace"), _demo(folders.mixin / DEMO_ENV))
    if reason:
        raise SetupError(reason)
    for name, content in channel_files(team, INBOX).items():
        _write(folders.secrets / name, content.encode(), mode=0o600)
    _vigie_render(folders, {**environment, "PAGERDUTY_URL": pagerduty_url(team, INBOX)})
    if config.read_bytes() != text:
        return render(folders, environment)  # it was saved meanwhile: rules and exporter are to have the same
    return _write(folders.rendered / CONFIG, text, mode=0o644)


def refuse_unreadable(folder: Path) -> None:
    """
    Look whether every file can be read by this container's user, who is neither root nor the files' owner.

    Raises:
        SetupError: Some cannot; the message says what to type.
    """
    closed = {path.relative_to(folder).parts[0] for path in _below(folder) if not _readable(path)}
    if closed:
        names = " ".join(sorted(closed))
        raise SetupError(f"user {os.geteuid()} of the containers cannot read {names}; run: chmod -R a+rX {names}")


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK, effective_ids=True)


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        yield from (Path(root) / name for name in sorted([*folders, *files]))


def _demo(path: Path) -> dict[str, str]:
    """The variables that the demo sets."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _team(environment: Mapping[str, str], demo_env: Path) -> dict[str, str]:
    """What the team says itself: in the demo, without what the demo sets."""
    if not is_demo(environment):
        return dict(environment)
    demo = _demo(demo_env)
    return {name: value for name, value in environment.items() if demo.get(name) != value}


def _vigie_render(folders: Folders, environment: Mapping[str, str]) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "vigie",
        "render",
        "--config",
        CONFIG,
        "--output",
        folders.rendered.absolute(),
    ]
    done = subprocess.run(command, cwd=folders.mixin, env=environment, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise SetupError(f"{CONFIG} was refused for the reason above; nothing has changed")


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in the place of the old one, so that nobody reads half of it."""
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
    fresh.replace(path)
