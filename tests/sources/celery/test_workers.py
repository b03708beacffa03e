"""Signs of life, and what workers say they did against what their events said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.sources.celery.polls import series, total, value
from tests.sources.celery.told import HOST, RETENTION, beat, event, life, read, state
from vigie.sources.celery.events.wire import Event
from vigie.sources.celery.events.workers import Workers


def test_a_silent_worker_is_down_and_its_series_go_later() -> None:
    counted = state()
    counted.apply([beat(0, kind="worker-online"), *life()], 0.0)
    counted.sweep(10.0)
    assert value(read(counted), "celery_worker_up", HOST) == 1
    counted.sweep(10.1)
    families = read(counted)
    assert value(families, "celery_worker_up", HOST) == 0
    assert value(families, "celery_worker_tasks_active", HOST) == 0
    counted.sweep(10.1 + RETENTION + 1)
    families = read(counted)
    assert series(families, "celery_worker_up") == {}
    assert total(families, "celery_task_received_total", hostname=HOST) == 0


def test_a_late_goodbye_does_not_bring_a_worker_back() -> None:
    counted = state()
    counted.apply([event("worker-offline", "")], 0.0)
    assert series(read(counted), "celery_worker_up") == {}
    counted.apply([beat(0)], 1.0)
    counted.apply([event("worker-offline", "")], 2.0)
    counted.apply(life(), 2.1)
    assert value(read(counted), "celery_worker_up", HOST) == 0
    counted.apply([beat(0, kind="worker-online")], 3.0)
    assert value(read(counted), "celery_worker_up", HOST) == 1


def test_a_worker_that_said_goodbye_is_told_from_one_that_vanished() -> None:
    counted = state()
    counted.apply([beat(0, host="polite@test"), beat(0, host="killed@test")], 0.0)
    counted.apply([event("worker-offline", "", host="polite@test")], 1.0)
    counted.sweep(20.0)
    families = read(counted)
    assert {host: number for (host,), number in series(families, "celery_worker_up").items()} == {
        "polite@test": 0,
        "killed@test": 0,
    }
    assert value(families, "vigie_celery_worker_offline", "polite@test") == 1
    assert value(families, "vigie_celery_worker_offline", "killed@test") == 0
    counted.apply([beat(0, host="polite@test", kind="worker-online")], 21.0)
    assert value(read(counted), "vigie_celery_worker_offline", "polite@test") == 0


def test_the_clock_and_time_zone_of_a_worker_play_no_part() -> None:
    """Its events carry a timestamp; nothing reads it, so no worker can be down for living elsewhere."""
    assert {"timestamp", "utcoffset"}.isdisjoint(Event.__struct_fields__)


def test_the_time_in_which_vigie_was_deaf_is_no_silence_of_the_workers() -> None:
    counted = state()
    counted.apply([beat(0)], 0.0)
    counted.workers.deaf(60.0)
    counted.sweep(65.0)
    assert value(read(counted), "celery_worker_up", HOST) == 1


def test_a_worker_that_works_without_events_has_them_off() -> None:
    counted = state()
    counted.apply([beat(0, kind="worker-online")], 0.0)
    assert series(read(counted), "vigie_celery_events_enabled") == {}
    for n in range(1, 5):
        counted.apply([beat(1)], 2.0 * n)
    families = read(counted)
    assert value(families, "vigie_celery_events_enabled", HOST) == 0
    assert value(families, "vigie_celery_events_missed_total", HOST) == 0
    counted.apply(life(), 9.0)
    assert value(read(counted), "vigie_celery_events_enabled", HOST) == 1


def test_an_idle_worker_does_not_look_as_if_its_events_were_off() -> None:
    counted = state()
    counted.apply([beat(0), *life(), *(beat(1) for _ in range(20))], 1.0)
    families = read(counted)
    assert value(families, "vigie_celery_events_enabled", HOST) == 1
    assert value(families, "vigie_celery_events_missed_total", HOST) == 0


def test_events_that_were_lost_on_the_way_are_counted_once_the_worker_is_idle() -> None:
    counted = state()
    counted.apply([beat(100), *life("u1"), beat(101)], 1.0)
    counted.apply([beat(108), beat(108), beat(108)], 2.0)
    assert value(read(counted), "vigie_celery_events_missed_total", HOST) == 7
    counted.apply([*life("u2"), beat(109), beat(109), beat(109), beat(109)], 3.0)
    assert value(read(counted), "vigie_celery_events_missed_total", HOST) == 7


def test_events_that_a_busy_worker_holds_back_are_not_called_lost() -> None:
    counted = state()
    counted.apply([beat(0), *life("first"), beat(1)], 1.0)
    for n in range(1, 50):
        counted.apply([beat(1 + 24 * n)], 2.0 * n)  # the heartbeat overtakes the batch
        counted.apply([event("task-started", f"{n}-{k}") for k in range(24)], 2.0 * n)
    assert value(read(counted), "vigie_celery_events_missed_total", HOST) == 0


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 24), st.booleans()), max_size=40))
def test_no_more_is_called_lost_than_was(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever a worker begins, holds back and loses: the count of losses never exceeds them."""
    counted = state()
    counted.apply([beat(0), *life("first"), beat(1)], 0.0)
    begun, held, lost = 1, 0, 0
    for n, (new, keep, lose) in enumerate(steps):
        begun, waiting = begun + new, held + new
        held = min(keep, waiting) if new else 0  # what an idle worker held back, its next loop sends
        arrived = waiting - held
        if lose:
            lost, arrived = lost + arrived, 0
        counted.apply([event("task-started", f"{n}-{k}") for k in range(arrived)], 2.0 * n)
        counted.apply([beat(begun)], 2.0 * n)
        assert (value(read(counted), "vigie_celery_events_missed_total", HOST) or 0) <= lost


def test_a_restarted_worker_starts_a_new_account() -> None:
    counted = state()
    counted.apply([beat(500, pid=1), *life(), beat(501, pid=1)], 1.0)
    counted.apply([beat(0, pid=2, kind="worker-online"), *life("u2"), *(beat(1, pid=2) for _ in range(4))], 2.0)
    assert value(read(counted), "vigie_celery_events_missed_total", HOST) == 0


def test_an_answer_to_a_call_for_heartbeats_is_no_account() -> None:
    """Celery answers `heartbeat` with a frequency of 5 and without any figures."""
    counted = state()
    counted.apply([beat(3), beat(None)], 0.0)
    counted.sweep(10.1)
    families = read(counted)
    assert value(families, "vigie_celery_worker_processed_total", HOST) == 3
    assert value(families, "celery_worker_up", HOST) == 0


def shared(beats: list[Event], every: float = 1.0) -> list[str]:
    """Names that several workers have, after heartbeats at that pace."""
    workers = Workers(5, RETENTION)
    for at, heartbeat in enumerate(beats):
        workers.beat(heartbeat, at * every)
    return workers.shared(len(beats) * every)


def test_workers_that_share_a_name_are_told_by_their_process_ids() -> None:
    assert shared([beat(3, pid=1), beat(5, pid=2), beat(3, pid=1)]) == [HOST]
    assert shared([beat(3, pid=1), beat(0, pid=2, kind="worker-online"), beat(3, pid=1)]) == [HOST]


def test_workers_that_share_a_name_and_a_process_id_are_told_by_their_counts() -> None:
    """As in two containers."""
    assert shared([beat(9), beat(2), beat(9), beat(2)]) == [HOST]


def test_a_restart_is_no_second_worker() -> None:
    online = beat(0, kind="worker-online")
    assert shared([beat(9, pid=1), beat(0, pid=2), beat(3, pid=2)]) == []
    assert shared([beat(9), online, beat(3), online, beat(2), online, beat(1)]) == []
    assert shared([beat(9), beat(0), beat(3), beat(5)]) == []


def test_workers_that_shared_a_name_once_do_so_no_longer() -> None:
    assert shared([beat(3, pid=1), beat(5, pid=2), beat(3, pid=1), *(beat(n, pid=1) for n in range(4, 20))]) == []


def test_a_process_id_that_returns_much_later_is_no_second_worker() -> None:
    assert shared([beat(3, pid=1), beat(5, pid=2), beat(3, pid=1)], every=60.0) == []
