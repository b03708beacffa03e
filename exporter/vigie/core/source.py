"""
What a source is: one watched system, read on its own interval.

To add a vendor, write one module in `vigie.sources` with a `Source` and its `SourceConfig`, and name it in the table of
`vigie.sources`. Inside the module the flow runs one way: fetch (I/O), parse (pure), families (pure).
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, Field, SecretStr, model_validator

from vigie.core.budget import Budget
from vigie.core.families import Families, Family
from vigie.core.logs import Logger
from vigie.core.settings import Duration, Interval, Settings, Timeout, WrongValueError, parse_duration
from vigie.core.state import State
from vigie.errors import Reason, SourceError

__all__ = ["AnySource", "Context", "Duration", "Poll", "Settings", "Source", "SourceConfig", "parse_duration"]


def _plain(value: object) -> object:
    """Settings as JSON can write them, secrets in full."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.get_secret_value() if isinstance(value, SecretStr) else value


class SourceConfig(Settings):
    """The settings that every source has."""

    enabled: bool = True
    """Off keeps the settings in the file but reads nothing."""
    interval: Interval = 15.0
    """Time between the starts of two polls."""
    timeout: Timeout = 10.0
    """Deadline of one poll; what is not there by then is an error."""
    max_age: Duration | None = None
    """How long the last good numbers are still exported while polls fail; four intervals unless set."""
    max_series: int = Field(default=1000, ge=2)
    """Series that one family may have; what is above is one series with the label value `other`: the sum of
    counts, the worst of other numbers."""

    @property
    def staleness(self) -> float:
        """Seconds after which numbers are too old to export."""
        return self.max_age if self.max_age is not None else 4 * self.interval

    @property
    def mark(self) -> str:
        """What differs when the settings do: a few bytes, which tell nothing of the secrets among them."""
        said = json.dumps(_plain(self), sort_keys=True, default=str)
        return hashlib.blake2b(said.encode(), digest_size=4).hexdigest()

    @model_validator(mode="after")
    def _numbers_outlive_an_interval(self) -> Self:
        if self.max_age is not None and self.max_age <= self.interval:
            raise WrongValueError(
                "is not longer than `interval`, so the numbers would vanish between two polls; "
                "set at least twice the interval, such as 1m for 15s, or leave it out",
                "max_age",
            )
        return self


Config = TypeVar("Config", bound=SourceConfig)


@dataclass(frozen=True, slots=True)
class Context:
    """
    What the core lends to a source.

    Attributes:
        product: Name of the product that the source belongs to.
        log: Logger that already names the product and the source.
        now: Unix time in seconds; injected, so that tests own it.
        state_dir: Folder for what must survive a restart, or None where nothing may be kept.
        budget: The requests of this source; it spends one for each round trip.
        state: The product's state file; in memory where nothing may be kept.
        remarks: What could not be read in the poll that is under way although the rest could.
    """

    product: str
    log: Logger
    now: Callable[[], float]
    state_dir: Path | None = None
    budget: Budget = field(default_factory=Budget)
    state: State = field(default_factory=State.in_memory)
    remarks: list[SourceError] = field(default_factory=list)

    def remark(self, problem: SourceError) -> None:
        """Say that something in an answer could not be read, while the rest is good; each sentence once a poll."""
        if str(problem) not in map(str, self.remarks):
            self.remarks.append(problem)


@dataclass(frozen=True, slots=True)
class Poll:
    """
    What one poll found.

    Attributes:
        families: The samples.
        problems: What could not be read although the rest could; any problem makes `vigie_source_up` 0.
    """

    families: Families
    problems: tuple[SourceError, ...] = field(default=())


class Source(ABC, Generic[Config]):
    """
    One watched system.

    A source is made without I/O, then `start`ed, polled any number of times but never twice at once, then `close`d.

    Attributes:
        config_type: The settings under `sources.<name>` in `vigie.yaml`.
        families: Every family that the source may export, for the docs and the checks of the rules.
        up: The family that is 1 when a poll reached the system and 0 when it did not (`pg_up`), where the field has
            one. The core exports it; a source must not.
    """

    config_type: ClassVar[type[SourceConfig]]
    families: ClassVar[tuple[Family, ...]]
    up: ClassVar[Family | None] = None

    def __init__(self, config: Config, context: Context) -> None:
        self.config = config
        self.context = context

    async def start(self) -> None:
        """Begin background work (a reader thread); returns at once and never fails because the system is away."""

    @abstractmethod
    async def poll(self) -> Poll:
        """
        Read the system once.

        It may be cancelled at its deadline; the next call must work all the same.

        Raises:
            SourceError: Nothing could be read.
        """

    @abstractmethod
    async def describe(self) -> str:
        """
        Say in one short line what was reached, for `vigie check`: "PostgreSQL 15.18 as vigie, 12 of 60 connections".

        Raises:
            SourceError: It could not be reached.
        """

    async def review(self) -> Sequence[SourceError]:
        """
        Say what of the settings the system does not know, for `vigie check`, after a poll that worked.

        Only what a poll cannot tell, because there it is no fault: an empty queue looks like one that does not exist.

        Raises:
            SourceError: It could not be reached.
        """
        return ()

    @property
    def receipt(self) -> Mapping[str, str]:
        """Headers of every answer to a push, good or bad, where the vendor checks that the address is ours by one."""
        return {}

    async def receive(self, headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG002 - for those that do
        """
        Take in what the vendor pushed to `/webhooks/<name>`; what was stored is not lost when this returns.

        Args:
            headers: Names in lower case.
            body: The bytes as they came, which is what signatures are made over.

        Raises:
            SourceError: `auth` when the signature is not good, `bad_payload` when the body cannot be read,
                `not_found` when this source takes no pushes.
        """
        raise SourceError(Reason.NOT_FOUND, "this source takes no webhooks")

    async def close(self) -> None:
        """Let go of connections and threads, within a second."""


AnySource = Source[Any]
