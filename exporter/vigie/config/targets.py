"""What is asked over HTTP by others than Vigie: Prometheus by `app.metrics`, blackbox_exporter by `probes`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from vigie.config.values import FilePath, HttpUrl, Name, SecretFile
from vigie.core.settings import Settings, between


class Basic(Settings):
    """A user and a password (HTTP basic authentication)."""

    username: Annotated[str, Field(min_length=1)]
    """Who asks; it is written into the rendered configuration."""
    password_file: SecretFile
    """File with the password, as the program that asks sees it."""


class Bearer(Settings):
    """A token (`Authorization: Bearer …`)."""

    token_file: SecretFile
    """File with the token, as the program that asks sees it."""


class Target(Settings):
    """An address that is asked. With `basic` or `bearer` no redirect is followed, so that no secret goes elsewhere."""

    url: HttpUrl
    """Its URL, with a query if there must be one, and without secrets: those come from files."""
    basic: Basic | None = None
    bearer: Bearer | None = None
    ca_file: FilePath | None = None
    """File with the certificate of whoever signed the server's, where it is no public authority."""

    @model_validator(mode="after")
    def _asks_in_one_way(self) -> Target:
        if self.basic and self.bearer:
            raise ValueError("expected `basic` or `bearer`, not both, because a request takes one; leave one out")
        return self


class Probe(Target):
    """One uptime check, made by blackbox_exporter from inside the stack; files are as blackbox_exporter sees them."""

    name: Name
    """Value of the `probe` label."""
    interval: Annotated[float, between("10s", "1d", whole=True)] = 60.0
    """Time between two probes; one takes up to ten seconds."""


class AppTarget(Target):
    """Metrics of one copy or one service of the application; files are as Prometheus sees them."""


def _listed(value: Any) -> Any:
    """One URL, or one target, for a list of one."""
    listed = value if isinstance(value, list | tuple) else [value]
    return [{"url": item} if isinstance(item, str) else item for item in listed]


AppTargets = Annotated[tuple[AppTarget, ...], BeforeValidator(_listed)]
"""A URL, or a list of URLs and of targets with credentials."""
