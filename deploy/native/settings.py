"""What one run is made of: its folders, ports, the team's `.env`, and the variables that `vigie.yaml` refers to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from demo.vendors.catalogue import variables as simulated_vendors
from deploy.native.errors import NativeError
from deploy.native.paths import ROOT, home
from deploy.ports import PORTS, port

OWNER_PASSWORD, VIGIE_PASSWORD = "demo", "demo-vigie"
_DEMO_KEY = "demo-routing-key-for-the-local-inbox"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    One run of the stack.

    Attributes:
        home: Folder of its logs, data and pids.
        ports: Name of a part to its port on loopback.
        team: What the team's `.env` says; empty for the demo.
        demo: Whether the demo product runs: there is no `.env`.
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
            NativeError: A port is no port.
        """
        team = read_dotenv(dotenv)
        try:
            ports = {name: port(name, environment) for name in PORTS}
        except ValueError as error:
            raise NativeError(str(error)) from None
        return cls(home(), ports, team, demo=not dotenv.is_file())

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
        """Content of the secret files: the team's keys, and for a channel without one the inbox."""
        return {
            "pagerduty_routing_key": self.team.get("PAGERDUTY_ROUTING_KEY") or _DEMO_KEY,
            "slack_webhook_url": self.team.get("SLACK_WEBHOOK_URL") or f"{self.url('inbox')}/slack/alerts",
        }

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
        if not self.team.get("PAGERDUTY_ROUTING_KEY"):
            found["PAGERDUTY_URL"] = f"{self.url('inbox')}/pagerduty/v2/enqueue"
        if self.demo:
            found |= self._application | {
                "DATABASE_URL": self.database("vigie", VIGIE_PASSWORD),
                "REDIS_URL": f"redis://{self.address('redis')}/0",
                "CELERY_BROKER_URL": f"redis://{self.address('redis')}/0",
                **simulated_vendors(self.url("vendors")),
            }
        return {**found, **{name: value for name, value in self.team.items() if value}}

    @property
    def _application(self) -> dict[str, str]:
        app = self.url("app")
        return {"APP_URL": app, "FRONTEND_URL": app, "APP_METRICS_URL": f"{app}/metrics"}

    def refuse_missing(self, config: Path) -> None:
        """
        Check that `.env` says where the team's application is, as far as `config` asks for it.

        Raises:
            NativeError: It does not, and the defaults of `config` would name the demo's.
        """
        text = config.read_text(encoding="utf-8")
        lacking = [name for name in self._application if f"${{{name}:-" in text and name not in self.variables]
        if lacking:
            raise NativeError(
                f".env does not say {lacking[0]}, which {config.name} uses; set it, or remove there what needs it"
            )


def read_dotenv(path: Path) -> dict[str, str]:
    """
    Read `KEY=VALUE` lines, with quotes, comments and `export` as shells and compose write them.

    Raises:
        NativeError: A line is none of these, or the file cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        values = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise NativeError(f"{path} cannot be read: {error}") from None
    bare = [name for name, value in values.items() if value is None]
    if bare:
        raise NativeError(f"{path}: {bare[0]!r} has no value; every line is NAME=VALUE")
    return {name: value or "" for name, value in values.items()}
