"""A source in parts: each at its own pace, and one that fails leaves the others standing."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from vigie.core.parts import Part, Turns, refresh
from vigie.errors import Reason, SourceError


@dataclass
class Well:
    """Gives the time, or the error that a test puts in."""

    now: float = 1000.0
    error: SourceError | None = None
    asked: list[str] = field(default_factory=list)
    sick: str = ""

    async def time(self) -> float:
        self.asked.append("time")
        if self.error:
            raise self.error
        return self.now

    async def about(self, thing: str) -> float:
        self.asked.append(thing)
        if self.error and (not self.sick or thing == self.sick):
            raise self.error
        return self.now


def _error(reason: Reason = Reason.UPSTREAM, words: str = "down") -> SourceError:
    return SourceError(reason, words)


async def test_a_part_is_read_again_once_its_time_has_come() -> None:
    well = Well()
    part = Part(well.time, every=300, keep=600)
    for time, expected in ((0, 0), (299, 0), (300, 300), (10, 10)):
        well.now = time
        await refresh([part], lambda: well.now)
        assert part.found == expected


async def test_a_part_that_fails_is_due_at_once_and_keeps_what_it_found_for_a_while() -> None:
    well, good = Well(), Well()
    part, other = Part(well.time, every=300, keep=600), Part(good.time, every=0, keep=600)
    await refresh([part, other], lambda: well.now)
    well.error = _error()
    for time, found in ((1300.0, 1000.0), (1310.0, 1000.0), (1601.0, None)):
        well.now = time
        assert await refresh([part, other], lambda: well.now) == (well.error,)
        assert part.found == found
    well.error = None
    assert await refresh([part, other], lambda: well.now) == ()
    assert part.found == 1601


async def test_when_nothing_that_was_due_can_be_read_the_poll_fails() -> None:
    well, rare = Well(), Well()
    parts = [Part(rare.time, every=300, keep=600), Part(well.time, every=0, keep=600)]
    await refresh(parts, lambda: 0.0)
    well.error = _error()
    with pytest.raises(SourceError, match="down"):
        await refresh(parts, lambda: 10.0)


async def test_bad_credentials_end_the_poll_before_anything_else_is_asked() -> None:
    bad, good = Well(error=_error(Reason.AUTH, "bad key")), Well()
    with pytest.raises(SourceError, match="bad key"):
        await refresh([Part(bad.time, 0, 0), Part(good.time, 0, 0)], lambda: 0.0)
    assert good.asked == []


async def test_the_same_problem_is_told_once() -> None:
    sick, good = Well(error=_error()), Well()
    parts = [Part(sick.time, 0, 0), Part(sick.time, 0, 0), Part(good.time, 0, 0)]
    assert len(await refresh(parts, lambda: 0.0)) == 1


async def test_what_a_part_finds_makes_a_later_one_due() -> None:
    well = Well()
    first = Part(well.time, every=300, keep=600)
    turns = Turns(well.about, lambda: ["a"] if first.found else [], every=300, keep=600)
    await refresh([first, turns], lambda: 0.0)
    assert turns.found == {"a": 1000.0}


async def test_a_part_that_another_needs_hands_on_its_own_error() -> None:
    part = Part(Well(error=_error()).time, 0, 0)
    with pytest.raises(SourceError, match="before it was read"):
        part.need()
    await part.read_now(0.0)
    with pytest.raises(SourceError, match="down"):
        part.need()


async def test_turns_ask_about_a_few_things_and_then_about_the_others() -> None:
    well = Well()
    turns = Turns(well.about, lambda: "abcde", every=0, keep=600, most=2)
    for _ in range(3):
        await turns.read_now(0.0)
    assert well.asked == ["a", "b", "c", "d", "e", "a"]
    assert set(turns.found) == set("abcde")


async def test_turns_leave_what_was_asked_lately() -> None:
    well = Well()
    turns = Turns(well.about, lambda: "ab", every=300, keep=600)
    await turns.read_now(0.0)
    assert not turns.is_due(299.0)
    assert turns.is_due(300.0)


async def test_what_is_gone_is_forgotten_at_once() -> None:
    well, things = Well(), ["a", "b"]
    turns = Turns(well.about, lambda: things, every=300, keep=600)
    await turns.read_now(0.0)
    things.remove("a")
    assert not turns.is_due(10.0)
    assert set(turns.found) == {"b"}


async def test_one_thing_that_fails_ends_the_round_but_never_starves_the_others() -> None:
    well = Well(error=_error(), sick="a")
    turns = Turns(well.about, lambda: "abc", every=300, keep=600)
    assert await turns.read_now(0.0) is well.error
    assert well.asked == ["a"]
    await turns.read_now(10.0)
    assert well.asked == ["a", "b", "c", "a"]
    assert set(turns.found) == {"b", "c"}


async def test_turns_keep_good_answers_for_a_while_when_the_vendor_fails() -> None:
    well = Well()
    turns = Turns(well.about, lambda: "a", every=0, keep=600)
    await turns.read_now(0.0)
    well.error = _error()
    await turns.read_now(600.0)
    assert set(turns.found) == {"a"}
    await turns.read_now(601.0)
    assert turns.found == {}
