"""
An answer that is half there never makes a number that is wrong.

Over every source, and every field of what its vendor answers: left out under that name, or null, in all members of a
list or in one alone. Each number is then what it is undisturbed, or absent, or the poll says that the answer is bad.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec import Struct
from starlette.responses import Response

from demo.vendors.framework import SimulatedVendor
from tests.real.vendor import serving
from tests.vendors.busy import BUSY, Busy
from tests.vendors.disturbance import HOW, WHERE, Disturbance, Field, fields, json_rewritten, remembered
from tests.vendors.polling import Clock
from vigie.core.families import Families
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources.vercel.vitals import AGGREGATION, DEFAULTS

Numbers = Mapping[tuple[str, tuple[str, ...]], object]


def _numbers(outcome: Outcome) -> Numbers:
    if outcome.poll is None:
        return {}
    families: Families = outcome.poll.families
    kinds = (families.values, families.distributions)
    return {
        (family.name, labels): value
        for kind in kinds
        for family, series in kind.items()
        for labels, value in series.items()
        if family.name not in OWN
    }


OWN = ("stripe_api_reads", "railway_api_requests_remaining", "sentry_api_rate_limit_remaining_requests")
"""Families that count Vigie's own requests."""
UNREADABLE = {("stripe_events_skipped_total", ("unreadable",))}
"""Series that say that something could not be read."""


@dataclass
class Life:
    """The polls of one source: one before, and one while the vendor is disturbed."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def ill(self) -> Numbers:
        """What was exported meanwhile."""
        return _numbers(self.outcomes[1])

    @property
    def said(self) -> bool:
        """Whether it was said that an answer is bad."""
        reasons = {error.reason for error in self.outcomes[1].errors}
        grown = any(self.ill.get(series) != _numbers(self.outcomes[0]).get(series) for series in UNREADABLE)
        return bool(reasons & {Reason.BAD_PAYLOAD, Reason.NOT_FOUND}) or grown


class Theatre:
    """A vendor that is served once, for many lives of its source."""

    def __init__(self, busy: Busy, url: str, vendor: SimulatedVendor) -> None:
        self._busy, self._url, self._vendor = busy, url, vendor
        self.answers: list[object] = []
        self._memory: tuple[dict[tuple[str, bytes], Response], ...] = ({}, {})

    def _source(self, clock: Clock) -> AnySource:
        source = self._busy.setup.source(self._url, clock, timeout=60.0, **self._busy.settings(self._url))
        source.context.budget.limit = None
        return source

    async def live(self, change: Callable[[Any], Any] | None = None) -> Life:
        """Poll twice, the second time with the vendor so; without a change, note what is answered."""
        clock = Clock()
        self._vendor.now = clock
        source, life = self._source(clock), Life()
        before, meanwhile = (remembered(memory) for memory in self._memory)
        self._vendor.fault = before
        life.outcomes.append(await poll_once(source))
        clock.time += self._busy.pause
        disturbed = json_rewritten(change or self._note)
        self._vendor.fault = lambda healthy: disturbed(meanwhile(healthy))
        life.outcomes.append(await poll_once(source))
        self._vendor.fault = None
        await source.close()
        return life

    def _note(self, answer: object) -> object:
        self.answers.append(answer)
        return answer

    def read(self) -> tuple[list[Field], list[Field]]:
        """The fields of its answers that have a name that the source reads, and the others."""
        ways: dict[Field, None] = dict.fromkeys(way for answer in self.answers for way in fields(answer))
        names = _names(self._busy.setup.kind.__module__)
        return [way for way in ways if way[-1] in names], [way for way in ways if way[-1] not in names]


def _names(module: str) -> set[str]:
    """What the structs of a source call the fields that they read, and the keys that it looks up in answers."""
    package = module.removesuffix(".source")
    found = (sys.modules[name] for name in sys.modules if name.startswith(package))
    structs = (value for place in found for value in vars(place).values() if isinstance(value, type))
    return {name for kind in structs if issubclass(kind, Struct) for name in kind.__struct_encode_fields__} | LOOKED_UP


LOOKED_UP = {"d0", "c0", *(f"{vital.id.replace('.', '_')}_{AGGREGATION}" for vital in DEFAULTS)}
"""Keys that sources look up in objects whose keys are data."""


def _disturbances(ways: Iterable[Field]) -> Iterator[Disturbance]:
    for way in ways:
        for how in HOW:
            yield from (Disturbance(way, how, where) for where in (WHERE if "*" in way else ["everywhere"]))


@pytest.mark.parametrize("name", BUSY)
async def test_what_is_missing_renamed_or_null_makes_no_wrong_number(name: str) -> None:
    busy = BUSY[name]
    vendor = busy.vendor()
    wrong = []
    with serving(vendor) as url:
        theatre = Theatre(busy, url, vendor)
        healthy = await theatre.live()
        assert [str(error) for outcome in healthy.outcomes for error in outcome.errors] == []
        for disturbance in _disturbances(theatre.read()[0]):
            if busy.means_something(disturbance):
                continue
            life = await theatre.live(disturbance.applied)
            assert Reason.INTERNAL not in {error.reason for error in life.outcomes[1].errors}, str(disturbance)
            differ = {series for series, value in life.ill.items() if healthy.ill.get(series) != value}
            if differ and not life.said:
                wrong.append(f"{disturbance}: {sorted(differ)[:3]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", BUSY)
async def test_what_is_not_read_never_matters(name: str) -> None:
    """Fields that a vendor adds, changes or takes away, and text that is no text."""
    busy = BUSY[name]
    vendor = busy.vendor()
    with serving(vendor) as url:
        theatre = Theatre(busy, url, vendor)
        healthy = await theatre.live()
        unread = theatre.read()[1]
        life = await theatre.live(lambda answer: _with_more(functools.reduce(_renamed, unread, answer), busy.closed))
    assert life.outcomes[1].errors == ()
    assert life.ill == healthy.ill


def _renamed(answer: Any, way: Field) -> Any:
    return Disturbance(way, "renamed", "everywhere").applied(answer)


def _with_more(answer: Any, closed: Sequence[str]) -> Any:
    """With two fields more in each object that is not closed, one of which holds half an emoji."""
    if isinstance(answer, list):
        return [_with_more(member, closed) for member in answer]
    if not isinstance(answer, dict):
        return answer
    more = {} if answer.keys() & set(closed) else {"later_field": {"a": [1]}, "emoji": "\ud83d"}
    return {key: _with_more(value, closed) for key, value in answer.items()} | more
