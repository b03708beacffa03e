"""The board: what a scrape sees while sources come, fail and go."""

from __future__ import annotations

import asyncio

from tests.toy import ToyConfig, ToySource, toy
from vigie.core.board import Board
from vigie.core.poller import Outcome, poll_once
from vigie.core.status import Status
from vigie.errors import Reason, SourceError


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def _board(source: ToySource, clock: Clock) -> Board:
    return Board({"toy": Status("toy", source)}, clock)


def _lines(board: Board, prefix: str) -> list[str]:
    return [line for line in board.make_page().text.plain.decode().splitlines() if line.startswith(prefix)]


async def _fail(board: Board, clock: Clock) -> None:
    await board.record("toy", Outcome(clock(), 0.1, None, (SourceError(Reason.NETWORK, "refused"),)))


async def test_numbers_outlive_a_failing_source_until_max_age_and_then_vanish() -> None:
    clock = Clock()
    source = toy(ToyConfig(max_age=30.0), now=clock)
    board = _board(source, clock)
    await board.record("toy", await poll_once(source))
    clock.time += 29
    await _fail(board, clock)
    assert _lines(board, "toy_level{") == ['toy_level{room="room-0"} 0.5']
    assert _lines(board, "toy_up") == ["toy_up 0.0"]
    clock.time += 1
    assert _lines(board, "toy_level") == []
    assert _lines(board, "toy_up") == ["toy_up 0.0"]


async def test_a_source_that_was_never_tried_is_neither_up_nor_down() -> None:
    board = _board(toy(), Clock())
    assert _lines(board, "vigie_source_up{") == []
    assert not board.ready


async def test_up_is_zero_when_a_part_could_not_be_read_but_the_field_s_own_up_is_one() -> None:
    clock = Clock()
    source = toy(now=clock)
    board = _board(source, clock)
    good = await poll_once(source)
    await board.record("toy", Outcome(1000.0, 0.1, good.poll, (SourceError(Reason.FORBIDDEN, "no grant"),)))
    assert _lines(board, "vigie_source_up") == ['vigie_source_up{source="toy"} 0.0']
    assert _lines(board, "toy_up") == ["toy_up 1.0"]
    assert _lines(board, "vigie_source_last_success_timestamp_seconds{") == []


async def test_the_age_of_numbers_needs_no_clock_but_vigie_s_own() -> None:
    """Neither a wall clock that is wrong nor one that jumps changes it; before the first success it is Vigie's age."""
    wall, steady = Clock(), Clock()
    source = toy(now=wall)
    status = Status("toy", source, since=steady())
    board = Board({"toy": status}, wall, steady)
    steady.time += 40
    await _fail(board, wall)
    assert _lines(board, "vigie_source_success_age_seconds{") == ['vigie_source_success_age_seconds{source="toy"} 40.0']
    await board.record("toy", await poll_once(source))
    wall.time += 180
    steady.time += 5
    assert _lines(board, "vigie_source_success_age_seconds{") == ['vigie_source_success_age_seconds{source="toy"} 5.0']
    wall.time -= 3600
    await _fail(board, wall)
    assert _lines(board, "vigie_source_success_age_seconds{") == ['vigie_source_success_age_seconds{source="toy"} 5.0']


async def test_polls_and_those_that_read_everything_are_counted() -> None:
    clock = Clock()
    source = toy(now=clock)
    board = _board(source, clock)
    await board.record("toy", await poll_once(source))
    await _fail(board, clock)
    assert _lines(board, "vigie_source_polls_total{") == ['vigie_source_polls_total{source="toy"} 2.0']
    assert _lines(board, "vigie_source_successful_polls_total{") == [
        'vigie_source_successful_polls_total{source="toy"} 1.0'
    ]


async def test_every_reason_is_exported_from_the_start_and_counts() -> None:
    clock = Clock()
    board = _board(toy(), clock)
    await _fail(board, clock)
    await _fail(board, clock)
    errors = _lines(board, "vigie_source_errors_total{")
    assert len(errors) == len(Reason)
    assert 'vigie_source_errors_total{reason="network",source="toy"} 2.0' in errors


async def test_an_entity_that_is_gone_is_gone_from_the_page() -> None:
    clock = Clock()
    source = toy(ToyConfig(rooms=2), now=clock)
    board = _board(source, clock)
    await board.record("toy", await poll_once(source))
    assert len(_lines(board, "toy_level{")) == 2
    await board.record("toy", await poll_once(toy(now=clock)))
    assert _lines(board, "toy_level{") == ['toy_level{room="room-0"} 0.5']


async def test_folded_series_are_counted() -> None:
    clock = Clock()
    source = toy(ToyConfig(rooms=5, max_series=3), now=clock)
    board = _board(source, clock)
    await board.record("toy", await poll_once(source))
    assert len(_lines(board, "toy_level{")) == 3
    assert _lines(board, "vigie_series_dropped_total{") == [
        'vigie_series_dropped_total{family="toy_level",source="toy"} 3.0'
    ]


async def test_the_page_follows_a_poll_without_a_scrape_asking_for_it() -> None:
    clock = Clock()
    source = toy(now=clock)
    board = _board(source, clock)
    keeper = asyncio.create_task(board.keep_current())
    try:
        before = board.page
        await board.record("toy", await poll_once(source))
        async with asyncio.timeout(5):
            while board.page is before:  # noqa: ASYNC110 - the page has no event, scrapes just read it
                await asyncio.sleep(0.005)
        assert b"toy_level{" in board.page.text.plain
        assert board.ready
    finally:
        keeper.cancel()
