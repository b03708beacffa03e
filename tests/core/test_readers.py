"""Who is waited for before a number counts as read."""

from __future__ import annotations

from vigie.core.readers import PATIENCE, Readers


def test_nobody_has_read_what_nobody_asked_for() -> None:
    assert Readers().all_have(0.0) == -1


def test_one_look_counts_where_nobody_comes_back() -> None:
    readers = Readers()
    readers.note("curl:1", 3, 0.0)
    assert readers.all_have(0.0) == 3


def test_both_replicas_of_prometheus_must_have_read_it() -> None:
    readers = Readers()
    for at, reader, page in ((0, "a", 1), (5, "b", 1), (15, "a", 2), (20, "b", 2)):
        readers.note(reader, page, at)
    readers.note("a", 3, 30.0)
    assert readers.all_have(30.0) == 2
    readers.note("b", 3, 35.0)
    assert readers.all_have(35.0) == 3


def test_a_replica_that_stays_away_is_waited_for_twice_its_interval() -> None:
    readers = Readers()
    for at, reader, page in ((0, "a", 1), (0, "b", 1), (15, "a", 2), (15, "b", 2), (30, "a", 3)):
        readers.note(reader, page, at)
    assert readers.all_have(45.0) == 2
    readers.note("a", 4, 45.1)
    assert readers.all_have(45.1) == 4


def test_a_person_who_looks_once_neither_holds_up_prometheus_nor_stands_in_for_it() -> None:
    readers = Readers()
    readers.note("prometheus", 1, 0.0)
    readers.note("prometheus", 2, 15.0)
    readers.note("browser", 3, 16.0)
    assert readers.all_have(16.0) == 2
    readers.note("prometheus", 3, 30.0)
    assert readers.all_have(30.0) == 3


def test_nobody_is_waited_for_longer_than_two_minutes() -> None:
    readers = Readers()
    for at, reader, page in ((0, "slow", 1), (300, "slow", 2), (301, "other", 5)):
        readers.note(reader, page, at)
    assert readers.all_have(300 + PATIENCE) == 2
    assert readers.all_have(300 + PATIENCE + 1) == 5


def test_a_new_connection_for_each_scrape_fills_no_memory_and_counts() -> None:
    readers = Readers()
    for number in range(10_000):
        readers.note(f"10.0.0.1:{number}", number, float(number))
    assert readers.all_have(10_000.0) == 9_999
    assert len(readers._last) <= 64  # noqa: SLF001 - that it is bounded is the promise
