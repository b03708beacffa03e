"""A source in parts: each at its own pace, and one that fails leaves the others standing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from vigie.core.parts import Memory, Part, Readable, Turns, refresh
from vigie.core.state import State
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


def _limited(retry_after: float | None = None) -> SourceError:
    return SourceError(Reason.RATE_LIMITED, "slow down", retry_after=retry_after)


@pytest.mark.parametrize(("asked", "until"), [(600.0, 600.0), (365 * 86400.0, 3600.0), (None, 120.0)])
async def test_a_part_waits_as_long_as_its_vendor_asks_and_an_hour_at_most(asked: float | None, until: float) -> None:
    limited, good = Well(error=_limited(asked)), Well()
    parts = [Part(limited.time, every=0, keep=600), Part(good.time, every=0, keep=600)]
    assert await refresh(parts, lambda: 1000.0) == (limited.error,)
    assert await refresh(parts, lambda: 1060.0) == (limited.error,), "it is still said"
    assert await refresh(parts, lambda: 1000.0 + until - 1) == (limited.error,)
    assert (limited.asked, good.asked) == (["time"], ["time", "time"])
    limited.error = None
    assert await refresh(parts, lambda: 1000.0 + until) == ()
    assert limited.asked == ["time", "time"]


async def test_refusals_without_a_time_wait_twice_as_long_each_time() -> None:
    part = Part(Well(error=_limited()).time, every=0, keep=600)
    tried = []
    for now in range(0, 1000, 10):
        if part.is_due(now):
            tried.append(now)
            await part.read_now(now)
    assert tried == [0, 120, 360, 840]


async def test_a_clock_that_is_set_back_ends_the_wait() -> None:
    part = Part(Well(error=_limited(600.0)).time, every=0, keep=600)
    await part.read_now(1000.0)
    assert not part.is_due(1001.0)
    assert part.is_due(999.0)


async def test_after_a_refusal_for_the_rate_the_other_parts_wait_for_the_next_poll() -> None:
    limited, other = Well(error=_limited(600.0)), Well()
    parts = [Part(limited.time, every=0, keep=600), Part(other.time, every=0, keep=600)]
    assert await refresh(parts, lambda: 1000.0) == (limited.error,)
    assert other.asked == []
    await refresh(parts, lambda: 1015.0)
    assert other.asked == ["time"]


async def test_what_a_part_found_ages_while_it_waits() -> None:
    well, good = Well(), Well()
    part, turns = Part(well.time, every=0, keep=60), Turns(well.about, lambda: "a", every=0, keep=60)
    parts: list[Readable] = [part, turns, Part(good.time, every=0, keep=60)]
    await refresh(parts, lambda: 1000.0)
    well.error = _limited(600.0)
    await refresh(parts, lambda: 1010.0)
    await refresh(parts, lambda: 1020.0)
    assert (part.found, turns.found) == (1000.0, {"a": 1000.0})
    await refresh(parts, lambda: 1061.0)
    assert (part.found, turns.found) == (None, {})


async def test_a_part_that_hangs_is_given_up_and_the_others_are_read() -> None:
    async def hang() -> float:
        await asyncio.sleep(60)
        return 0.0

    good = Well()
    parts: list[Readable] = [
        Part(hang, every=0, keep=600, patience=0.01),
        Turns(lambda _thing: hang(), lambda: "a", every=0, keep=600, patience=0.01),
        Part(good.time, every=0, keep=600),
    ]
    [problem] = await refresh(parts, lambda: 1000.0)
    assert problem.reason is Reason.TIMEOUT
    assert good.asked == ["time"]


async def test_parts_beside_what_was_read_never_fail_the_poll() -> None:
    sick = Well(error=_error())
    assert await refresh([Part(sick.time, 0, 0)], lambda: 0.0, beside=True) == (sick.error,)


async def test_what_is_read_rarely_outlives_a_restart_and_is_due_when_it_was() -> None:
    well, state = Well(), State.in_memory()

    def part(name: str = "cost") -> Part[float]:
        return Part(well.time, every=3600, keep=7200, memory=Memory(state, "vendor", name, float))

    await refresh([part()], lambda: 1000.0)
    again = part()
    assert await refresh([again], lambda: 2000.0) == ()
    assert (again.found, well.asked) == (1000.0, ["time"])
    well.now = 4600.0
    await refresh([again], lambda: 4600.0)
    assert again.found == 4600.0
    state.close()


@pytest.mark.parametrize(("now", "shape"), [(500.0, float), (9000.0, float), (2000.0, list[int])])
async def test_what_was_kept_is_not_used_of_the_future_too_old_or_of_another_shape(now: float, shape: object) -> None:
    well, state = Well(), State.in_memory()
    await refresh([Part(well.time, 3600, 7200, memory=Memory(state, "vendor", "cost", float))], lambda: 1000.0)
    part = Part(well.time, 3600, 7200, memory=Memory(state, "vendor", "cost", shape))
    await refresh([part], lambda: now)
    assert well.asked == ["time", "time"]
    state.close()
