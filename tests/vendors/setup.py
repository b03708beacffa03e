"""How a test puts a vendor's simulator and its source together."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tests.vendors
from demo.vendors.framework import SimulatedVendor
from vigie.core.logs import logger
from vigie.core.source import AnySource, Context
from vigie.core.state import State
from vigie.sources import SOURCES

SECRET = "s3cr3t-of-the-vendor"
"""The credential that every simulator takes."""


@dataclass(frozen=True)
class Setup:
    """
    One vendor.

    Attributes:
        name: Key of the source.
        simulator: Makes the vendor, with a few things that happened already.
        settings: The keys under `sources.<name>`, given the simulator's base URL; credentials are `SECRET`.
    """

    name: str
    simulator: Callable[[], SimulatedVendor]
    settings: Callable[[str], Mapping[str, Any]]

    @property
    def kind(self) -> type[AnySource]:
        """The source's class."""
        return SOURCES[self.name]

    def source(self, url: str, now: Callable[[], float], state: State | None = None, **more: Any) -> AnySource:
        """The source, ready to poll the simulator at `url`; `more` are settings that differ."""
        config = self.kind.config_type.model_validate({**self.settings(url), **more})
        return self.kind(config, Context("acme", logger(), now, state=state or State.in_memory()))


def setups() -> Iterator[Setup]:
    """Every vendor that has a `setup_<name>` module, which holds it as `SETUP`."""
    for module in pkgutil.iter_modules(tests.vendors.__path__):
        if module.name.startswith("setup_"):
            yield importlib.import_module(f"tests.vendors.{module.name}").SETUP
