"""What tests of `vigie apply pagerduty` share: an account, a `vigie.yaml` that points at it, and one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from demo.vendors.pagerduty import PagerDuty
from demo.vendors.pagerduty_world import World
from vigie.apply import apply_pagerduty
from vigie.config.load import load

TOKEN = "t0ken-of-the-account"
LEVELS = """\
        - {after: 0m, schedules: [Primary on-call]}
        - {after: 15m, users: [lead@acme.example]}
        - {after: 30m, users: [cto@acme.example]}
"""


@dataclass
class Desk:
    """
    Somebody who runs the command.

    Attributes:
        slept: Seconds of every wait so far.
        said: The sentences of the last run.
    """

    account: PagerDuty
    url: str
    folder: Path
    levels: str = LEVELS
    more: str = ""
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token_file.write_text(f"{TOKEN}\n")
        self.token_file.chmod(0o600)

    @property
    def world(self) -> World:
        """What is true at PagerDuty."""
        return self.account.world

    @property
    def token_file(self) -> Path:
        """Where the REST API key is."""
        return self.folder / "token"

    @property
    def key_file(self) -> Path:
        """Where Alertmanager reads the integration key."""
        return self.folder / "key"

    @property
    def file(self) -> Path:
        """Its `vigie.yaml`, which is written anew."""
        path = self.folder / "vigie.yaml"
        path.write_text(
            "product: shop\n"
            "channels:\n"
            "  pagerduty:\n"
            f"    routing_key_file: {self.key_file}\n"
            "    policy:\n"
            f"      token_file: {self.token_file}\n"
            f"      api_url: {self.url}\n"
            f"{self.more}"
            f"      levels:\n{self.levels}"
        )
        return path

    async def apply(self, *, dry_run: bool = False) -> bool:
        """One run; `said` and `account.seen` are those of this run only."""
        self.said.clear()
        self.account.seen.clear()
        return await apply_pagerduty(load(self.file), self.said.append, dry_run=dry_run, sleep=self._sleep)

    @property
    def written(self) -> list[str]:
        """What the last run wrote: method and path."""
        return [f"{seen.method} {seen.path}" for seen in self.account.seen if seen.method != "GET"]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
