"""A checkout of its own, and the stack that scripts/up starts from it: what the story does and sees."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.native.paths import ROOT
from deploy.native.ready import get
from deploy.ports import PORTS
from tests.containers.errors import StoryError
from tests.containers.shell import attempt, run

PROJECT = "vigie-story"
_LABEL = f"label=com.docker.compose.project={PROJECT}"
_SECONDS = 420.0
"""Long for a machine that is busy; nothing waits longer than it has to."""


def checkout(folder: Path) -> Path:
    """Copy what git has or would have of this checkout, as a user would have cloned it."""
    clone = folder / "vigie"
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT)
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    return clone


class Stack:
    """The stack of one checkout, under a project name of its own and on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: _free_port() for name in PORTS}
        ports = {f"VIGIE_PORT_{name.upper()}": str(port) for name, port in self.ports.items()}
        self.totals: dict[str, float] = {}
        self.environment = {"COMPOSE_PROJECT_NAME": PROJECT, **ports}

    def up(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Type ./scripts/up."""
        command = ["./scripts/up", "--docker"]
        return attempt(command, cwd=self.folder, env={**self.environment, **environment})

    def start(self) -> None:
        """
        Type ./scripts/up, which has to succeed.

        Raises:
            StoryError: It did not.
        """
        run(["./scripts/up", "--docker"], cwd=self.folder, env=self.environment)

    def refused(self, sentence: str, **environment: str) -> None:
        """
        Type ./scripts/up, which has to say `sentence` as an error, whole and once.

        Raises:
            StoryError: It started, or said something else.
        """
        done = self.up(**environment)
        if not done.returncode or sentence not in done.stderr:
            raise StoryError(
                f"expected ./scripts/up to say {sentence!r}; it ended with {done.returncode}:\n{done.stderr[-1500:]}"
            )

    def down(self, *arguments: str) -> None:
        """Type ./scripts/down."""
        run(["./scripts/down", *arguments], cwd=self.folder, env=self.environment)

    def compose(self, *arguments: str) -> str:
        """Type docker compose."""
        return run(["docker", "compose", *arguments], cwd=self.folder, env=self.environment)

    def containers(self) -> dict[str, str]:
        """Id of every container, ended ones too, by the name of its service."""
        shown = '{{.Label "com.docker.compose.service"}} {{.ID}}'
        lines = run(["docker", "ps", "--all", "--no-trunc", "--filter", _LABEL, "--format", shown]).splitlines()
        return dict(line.split() for line in lines)

    def leftovers(self) -> list[str]:
        """What the engine still has of this project."""
        found = list(self.containers())
        for kind in ("volume", "network"):
            found += run(["docker", kind, "ls", "--quiet", "--filter", _LABEL]).split()
        return found

    def url(self, part: str) -> str:
        """Where a part is published."""
        return f"http://127.0.0.1:{self.ports[part]}"

    def text(self, part: str, path: str) -> str:
        """What a part answers, or nothing while it does not."""
        try:
            status, body = get(self.url(part) + path, seconds=20.0)
        except (OSError, http.client.HTTPException):
            return ""
        return body.decode() if status == http.HTTPStatus.OK else ""

    def json(self, part: str, path: str) -> Any:
        """The same, decoded; None while there is no answer."""
        text = self.text(part, path)
        return json.loads(text) if text else None

    def messages(self) -> list[Mapping[str, Any]]:
        """What the inbox holds."""
        found: list[Mapping[str, Any]] = self.json("inbox", "/messages.json") or []
        return found

    def pages(self, action: str, words: str) -> int:
        """How often PagerDuty would have been told."""
        return sum(
            each["channel"] == "pagerduty" and each["action"] == action and words in json.dumps(each["raw"])
            for each in self.messages()
        )

    def counter(self, family: str) -> float:
        """The total of a counter over its series."""
        found = re.findall(rf"^{family}(?:{{.*}})? (\S+)", self.text("vigie", "/metrics"), re.MULTILINE)
        return sum(map(float, found))

    def unhealthy(self) -> list[str]:
        """Targets that Prometheus does not reach; one that it has not come to yet is asked the same question here."""
        answer = self.json("prometheus", "/api/v1/targets?state=active")
        targets = answer["data"]["activeTargets"] if answer else []
        return [target["scrapeUrl"] for target in targets if not self._well(target)] if targets else ["no target"]

    def _well(self, target: Mapping[str, Any]) -> bool:
        if target["health"] != "unknown":
            return bool(target["health"] == "up")
        url = urlsplit(target["scrapeUrl"])
        return url.hostname == "blackbox" and "probe_success 1" in self.text("blackbox", f"{url.path}?{url.query}")

    def save(self, name: str, text: str) -> None:
        """Save a file as editors do: another one in its place."""
        fresh = self.folder / f"{name}.swp"
        fresh.write_text(text)
        fresh.replace(self.folder / name)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a text that is there once."""
        text = (self.folder / name).read_text()
        if text.count(old) != 1:
            raise StoryError(f"{name} does not hold {old!r} once, so the story cannot edit it")
        self.save(name, text.replace(old, new))


def wait(promise: str, kept: Callable[[], object]) -> None:
    """
    Wait until a promise is kept.

    Raises:
        StoryError: It was not, for long.
    """
    deadline = time.monotonic() + _SECONDS
    while not kept():
        if time.monotonic() > deadline:
            raise StoryError(f"not so after {_SECONDS:.0f} s: {promise}")
        time.sleep(0.5)


def expect(promise: str, kept: object) -> None:
    """
    See that a promise is kept now.

    Raises:
        StoryError: It is not.
    """
    if not kept:
        raise StoryError(f"not so: {promise}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
