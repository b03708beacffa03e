"""What one run is made of: its folders, ports, the team's `.env`, and the variables that `vigie.yaml` refers to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.vendors.catalogue import variables as simulated_vendors
from deploy.native.errors import NativeError
from deploy.native.paths import ROOT, home
from deploy.ports import PORTS, port
from deploy.product import APPLICATION, channel_files, is_demo, pagerduty_url, refusal
from vigie.config.dotenv import variables
from vigie.errors import ConfigError

OWNER_PASSWORD, VIGIE_PASSWORD = "demo", "demo-vigie"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    One run of the stack.

    Attributes:
        home: Folder of its logs, data and pids.
        ports: Name of a part to its port on loopback.
        team: What the team's `.env` says; empty for the demo.
        demo: Whether the demo product runs: `.env` names no product.
    """

    home: Path
    ports: Mapping[str, int]
    team: Mapping[str, str]
    demo: bool

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, dotenv: Path = ROOT / ".env") -> Settings:
        """
        Read the environment and the team's `.env`.

        Raises:
            NativeError: A port is no port, or `.env` cannot be read.
        """
        team = read_dotenv(dotenv, environment)
        try:
            ports = {name: port(name, environment) for name in PORTS}
        except ValueError as error:
            raise NativeError(str(error)) from None
        return cls(home(), ports, team, demo=is_demo(team))

    def address(self, name: str) -> str:
        """`host:port` of a part."""
        return f"127.0.0.1:{self.ports[name]}"

    def url(self, name: str) -> str:
        """URL of a part."""
        return f"http://{self.address(name)}"

    @property
    def rendered(self) -> Path:
        """Folder of what `vigie render` makes of `vigie.yaml`."""
        return self.home / "rendered"

    @property
    def secrets(self) -> Path:
        """Folder of the files that Alertmanager reads its secrets from."""
        return self.home / "data" / "secrets"

    def database(self, role: str, password: str) -> str:
        """DSN of the demo's database for a role."""
        return f"postgresql://{role}:{password}@{self.address('postgres')}/postgres"

    @property
    def channel_files(self) -> dict[str, str]:
        """Content of the secret files by name."""
        return channel_files(self.team, self.url("inbox"))

    @property
    def variables(self) -> dict[str, str]:
        """The variables that `vigie.yaml` refers to; what `.env` says stands above all."""
        found = {
            "VIGIE_STATE": str(self.home / "data" / "vigie"),
            "PAGERDUTY_ROUTING_KEY_FILE": str(self.secrets / "pagerduty_routing_key"),
            "SLACK_WEBHOOK_URL_FILE": str(self.secrets / "slack_webhook_url"),
        }
        for name in ("vigie", "prometheus", "alertmanager", "blackbox", "node"):
            found[f"VIGIE_STACK_{name.upper()}"] = self.address(name)
        for name in ("vigie", "prometheus", "alertmanager"):
            found[f"VIGIE_LINK_{name.upper()}"] = self.url(name)
        found["VIGIE_LINK_DASHBOARDS"] = self.url("grafana")
        found["PAGERDUTY_URL"] = pagerduty_url(self.team, self.url("inbox"))
        if self.demo:
            found |= self._of_demo
        return {**found, **{name: value for name, value in self.team.items() if value}}

    @property
    def _of_demo(self) -> dict[str, str]:
        app = self.url("app")
        return {
            **dict.fromkeys(APPLICATION, app),
            "APP_METRICS_URL": f"{app}/metrics",
            "DATABASE_URL": self.database("vigie", VIGIE_PASSWORD),
            "REDIS_URL": f"redis://{self.address('redis')}/0",
            "CELERY_BROKER_URL": f"redis://{self.address('redis')}/0",
            **simulated_vendors(self.url("vendors")),
        }

    def refuse_mixture(self, config: Path) -> None:
        """
        Check that `.env` and `config` speak of the same product.

        Raises:
            NativeError: They do not, or one of them leaves out what the other needs.
        """
        try:
            text = config.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise NativeError(f"{config} cannot be read: {error.strerror}") from None
        reason = refusal(self.team, text, self._of_demo)
        if reason:
            raise NativeError(reason)


def read_dotenv(path: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """
    Every variable of a `.env`, read as `vigie` and Docker Compose read it: `${NAME}` is another variable.

    Raises:
        NativeError: A line cannot be understood, or the file cannot be read.
    """
    try:
        return variables(path, environment)
    except ConfigError as error:
        raise NativeError(str(error)) from None
