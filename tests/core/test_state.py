"""The state file: exactly once, over crashes, and honest about damage."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.state import HOUR, SCHEMA, Batch, Event, State
from vigie.errors import StateError

PAID = ("payments_total", ("eur",))


def _event(number: int) -> Event:
    return Event(f"evt_{number}", float(number), {PAID: 1})


def test_an_event_seen_twice_counts_once(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    assert state.ingest("stripe", Batch([_event(1), _event(2)], {"cursor": "evt_2"})) == 2
    assert state.ingest("stripe", Batch([_event(2), _event(3)], {"cursor": "evt_3"})) == 1
    assert state.counters("stripe") == {PAID: 3}
    assert state.items("stripe") == {"cursor": "evt_3"}
    state.close()


def test_counters_continue_after_a_restart_and_sources_do_not_mix(tmp_path: Path) -> None:
    for _ in range(2):
        state = State(tmp_path / "state.db")
        state.ingest("stripe", Batch([Event(f"evt_{time.perf_counter_ns()}", 1.0, {PAID: 2})]))
        state.ingest("langsmith", Batch([Event("same", 1.0, {PAID: 5})]))
        state.close()
    state = State(tmp_path / "state.db")
    assert state.counters("stripe") == {PAID: 4}
    assert state.counters("langsmith") == {PAID: 5}
    state.close()


def test_a_batch_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    broken = Batch([_event(1)], items={"cursor": object()})  # type: ignore[dict-item]
    with pytest.raises(StateError):
        state.ingest("stripe", broken)
    assert state.counters("stripe") == {}
    assert state.ingest("stripe", Batch([_event(1)])) == 1
    state.close()


def test_old_ids_are_forgotten_and_their_counts_stay(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ingest("stripe", Batch([_event(number) for number in range(10)]))
    state.forget("stripe", events_before=7, tallies_before=HOUR)
    assert state.ingest("stripe", Batch([_event(8)])) == 0
    assert state.counters("stripe") == {PAID: 10}
    assert state.window("stripe", 0, 10 * HOUR) == {}
    state.close()


def test_a_late_patch_is_counted_once_as_a_difference(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    failed = ("errors_total", ("eur",))
    state.ingest("stripe", Batch([Event("run", 1.0, {PAID: 1})]))
    for _ in range(2):
        state.ingest("stripe", Batch([Event("run", 1.0, {PAID: 1, failed: 1})]))
    assert state.counters("stripe") == {PAID: 1, failed: 1}
    state.close()


def test_a_counter_never_falls_and_is_right_again_when_the_total_has_caught_up(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ingest("stripe", Batch([Event("run", 1.0, {PAID: 10})]))
    state.ingest("stripe", Batch([Event("run", 1.0, {PAID: 4})]))
    assert state.counters("stripe") == {PAID: 10}
    state.ingest("stripe", Batch([Event("next", 1.0, {PAID: 8})]))
    assert state.counters("stripe") == {PAID: 12}
    assert state.window("stripe", 0, HOUR) == {PAID: 12}
    state.close()


def test_history_fills_windows_but_moves_no_counter(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ingest("stripe", Batch([Event("old", 5 * HOUR, {PAID: 1})], history=True))
    state.ingest("stripe", Batch([Event("old", 5 * HOUR, {PAID: 1}), Event("new", 7 * HOUR, {PAID: 1})]))
    assert state.counters("stripe") == {PAID: 1}
    assert state.window("stripe", 5 * HOUR, 6 * HOUR) == {PAID: 1}
    assert state.window("stripe", 0, 8 * HOUR) == {PAID: 2}
    state.close()


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=8))
def test_whatever_the_overlap_of_batches_the_total_is_the_number_of_distinct_events(batches: list[list[int]]) -> None:
    state = State(Path(":memory:"))
    for batch in batches:
        state.ingest("stripe", Batch([_event(number) for number in batch]))
    distinct = {number for batch in batches for number in batch}
    assert sum(state.counters("stripe").values()) == len(distinct)
    state.close()


def _ingest_all(path: Path, total: int) -> None:
    state = State(path)
    start = int(state.items("stripe").get("cursor", "0"))
    for first in range(start, total, 5):
        overlap = range(max(0, first - 3), min(first + 5, total))
        state.ingest("stripe", Batch([_event(number) for number in overlap], {"cursor": str(overlap[-1] + 1)}))
        time.sleep(0.0005)
    state.close()


def test_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The ingesting process is killed with SIGKILL again and again; in the end the total is the vendor's."""
    path, total = tmp_path / "state.db", 2000
    chance = random.Random(7)  # noqa: S311 - no secret
    spawn = multiprocessing.get_context("fork")
    for _ in range(15):
        process = spawn.Process(target=_ingest_all, args=(path, total))
        process.start()
        process.join(chance.uniform(0.005, 0.05))
        if process.is_alive() and process.pid:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    _ingest_all(path, total)
    state = State(path)
    assert state.counters("stripe") == {PAID: total}
    state.close()


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StateError, match=r"state\.db is damaged .* move it away"):
        State(path)
    assert path.read_bytes().startswith(b"this is no database")


def test_a_file_of_a_newer_vigie_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(SCHEMA) + 1}")
    db.close()
    with pytest.raises(StateError, match="written by a newer Vigie"):
        State(path)


def test_a_file_that_is_refused_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"this is no database" * 100)
    before = _open_files()
    with pytest.raises(StateError):
        State(tmp_path / "state.db")
    assert _open_files() == before


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_two_processes_cannot_share_a_file(tmp_path: Path) -> None:
    first = State(tmp_path / "state.db")
    with pytest.raises(StateError, match="in use by another Vigie"):
        State(tmp_path / "state.db")
    first.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o177])
def test_its_files_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        state = State(tmp_path / "made" / "state.db")
        state.ingest("stripe", Batch([_event(1)]))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "made").iterdir()}
        assert modes == {"state.db": 0o600, "state.db-wal": 0o600}
        assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700
        state.close()
    finally:
        os.umask(before)


def test_a_file_of_before_loses_the_rights_of_others_and_its_folder_keeps_its_own(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    state.ingest("stripe", Batch([_event(1)]))
    log = (tmp_path / "state.db-wal").read_bytes()
    state.close()
    (tmp_path / "state.db-wal").write_bytes(log)  # as a crash leaves it
    for path in (tmp_path / "state.db", tmp_path / "state.db-wal"):
        path.chmod(0o644)
    tmp_path.chmod(0o755)
    state = State(tmp_path / "state.db")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert state.counters("stripe") == {PAID: 1}
    state.close()


def test_what_moves_to_another_label_is_not_counted_twice() -> None:
    """Eight attempts stay eight, no counter falls, and each label is right once the others have grown."""
    state = State.in_memory()
    unknown, password, other = (("f", ("api", reason)) for reason in ("unknown", "password", "other"))
    state.ingest("s", Batch([Event(f"e{number}", 0, {unknown: 1.0}) for number in range(8)]))
    state.ingest("s", Batch([Event(f"e{number}", 0, {password: 1.0}) for number in range(8)]))
    assert sum(state.counters("s").values()) == 8
    assert state.counters("s")[unknown] == 8
    state.ingest("s", Batch([Event("n1", 0, {unknown: 3.0}), Event("n2", 0, {other: 1.0})]))
    assert sum(state.counters("s").values()) == 12
    state.ingest("s", Batch([Event("n3", 0, {unknown: 9.0})]))
    assert state.counters("s") == {unknown: 12, password: 8, other: 1}
    state.close()


def test_a_correction_holds_nothing_back_of_another_first_label() -> None:
    state = State.in_memory()
    state.ingest("s", Batch([Event("a", 0, {("f", ("api", "x")): 5.0})]))
    state.ingest("s", Batch([Event("a", 0, {}), Event("b", 0, {("f", ("web", "x")): 3.0})]))
    assert state.counters("s") == {("f", ("api", "x")): 5, ("f", ("web", "x")): 3}
    state.close()


@pytest.mark.parametrize(("moving", "shown"), [(frozenset({"f"}), 5), (frozenset(), 10)])
def test_among_counters_of_one_label_only_what_may_move_is_held_back(moving: frozenset[str], shown: float) -> None:
    state = State.in_memory()
    state.ingest("s", Batch([Event("a", 0, {("f", ("x",)): 5.0})], moving=moving))
    state.ingest("s", Batch([Event("a", 0, {("f", ("y",)): 5.0})], moving=moving))
    assert sum(state.counters("s").values()) == shown
    state.close()
