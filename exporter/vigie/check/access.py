"""The credentials of a page, from the files that `vigie.yaml` names for Prometheus and blackbox_exporter."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vigie.config.expand import LARGEST_SECRET
from vigie.config.targets import Target
from vigie.core.files import UnreadableError, read_small


@dataclass(frozen=True, slots=True)
class Access:
    """What a request to a target carries: a user and password or headers, and whom to trust."""

    auth: tuple[str, str] | None
    headers: Mapping[str, str]
    authorities: ssl.SSLContext | bool

    @property
    def has_credentials(self) -> bool:
        """Whether a secret goes along."""
        return self.auth is not None or bool(self.headers)

    @classmethod
    def of(cls, target: Target) -> Access:
        """
        Read the files that a target names.

        Raises:
            UnreadableError: One cannot be read here; `str()` names it.
        """
        basic, bearer, authority = target.basic, target.bearer, target.ca_file
        return cls(
            auth=(basic.username, _content(basic.password_file)) if basic else None,
            headers={"authorization": f"Bearer {_content(bearer.token_file)}"} if bearer else {},
            authorities=_trusting(authority) if authority else True,
        )


def _content(path: Path) -> str:
    try:
        return read_small(path, LARGEST_SECRET).strip()
    except FileNotFoundError:
        raise UnreadableError(f"{path} cannot be read here: no such file") from None
    except UnreadableError as problem:
        raise UnreadableError(f"{path} {problem}") from None


def _trusting(authority: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=_content(authority))
    except ssl.SSLError:
        raise UnreadableError(f"{authority} holds no certificate") from None
