"""What events mean: the counters they feed, with time in the test's hand."""

from __future__ import annotations

import pytest
from kombu.transport.native_delayed_delivery import calculate_routing_key

from tests.sources.celery.polls import observed, series, total, value
from tests.sources.celery.told import HOST, event, life, read, state
from vigie.sources.celery.events.state import CLIENT_RETENTION, exception_class


def test_a_task_is_counted_under_its_name_worker_and_queue() -> None:
    counted = state()
    counted.apply([event("task-sent", name="shop.pay", queue="fast", host="gen42@web")], 1.0)
    counted.apply(life(), 1.5)
    families = read(counted)
    key = ("shop.pay", HOST, "fast")
    for step in ("received", "started", "succeeded"):
        assert value(families, f"celery_task_{step}_total", *key) == 1
    assert series(families, "celery_task_sent_total") == {("shop.pay", "gen@web", "fast"): 1}
    assert observed(families, "celery_task_runtime", name="shop.pay") == 1
    assert families.distributions[next(f for f in families.distributions if "wait" in f.name)][key].sum == 0.5
    assert value(families, "vigie_celery_tasks_tracked") == 0


def test_a_first_failure_is_an_increase_from_an_exported_zero() -> None:
    counted = state()
    counted.apply(life(), 1.0)
    families = read(counted)
    assert value(families, "celery_task_failed_total", "shop.pay", HOST, "unknown", "") == 0
    assert value(families, "celery_task_retried_total", "shop.pay", HOST, "unknown") == 0


@pytest.mark.parametrize(
    ("representation", "expected"),
    [
        ("ValueError('card 4242 declined')", "ValueError"),
        ("OrderError()", "OrderError"),
        ("shop.errors.OrderError('x')", "OrderError"),
        ("bob@example.com was refused", "unknown"),
        ("secret", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        ("E" * 500 + "(1)", "unknown"),
    ],
)
def test_only_the_class_of_an_exception_becomes_a_label(representation: str | None, expected: str) -> None:
    assert exception_class(representation) == expected


def test_the_queue_of_a_task_is_its_workers_only_one_when_no_client_tells() -> None:
    counted = state()
    counted.learn([], {HOST: ["emails"], "two@test": ["a", "b"]}, 0.0)
    counted.apply(life(), 1.0)
    counted.apply([event("task-received", "u9", "two@test", name="shop.pay")], 1.0)
    received = series(read(counted), "celery_task_received_total")
    assert received == {("shop.pay", HOST, "emails"): 1, ("shop.pay", "two@test", "unknown"): 1}


def test_events_of_tasks_without_a_name_wait_for_the_workers_answer() -> None:
    counted = state()
    counted.hold(until=10.0)
    counted.apply([event("task-started"), event("task-succeeded", runtime=1.0)], 1.0)
    assert total(read(counted), "celery_task_started_total") == 0
    counted.learn([("u1", "shop.pay", "fast")], {}, 2.0)
    assert value(read(counted), "celery_task_succeeded_total", "shop.pay", HOST, "fast") == 1


def test_events_whose_name_nobody_knows_are_counted_all_the_same() -> None:
    counted = state()
    counted.hold(until=10.0)
    counted.apply([event("task-succeeded", runtime=1.0)], 1.0)
    counted.sweep(9.0)
    assert total(read(counted), "celery_task_succeeded_total") == 0
    counted.sweep(10.0)
    counted.apply([event("task-revoked", "u2")], 11.0)
    families = read(counted)
    assert value(families, "celery_task_succeeded_total", "unknown", HOST, "unknown") == 1
    assert value(families, "celery_task_revoked_total", "unknown", HOST, "unknown") == 1


def test_an_event_that_comes_after_the_end_of_its_task_still_finds_the_name() -> None:
    counted = state()
    counted.apply([*life(end="task-failed", exception="E()"), event("task-retried")], 1.0)
    counted.apply([event("task-sent", name="shop.pay", queue="fast", host="gen1@web")], 1.1)
    families = read(counted)
    assert total(families, "celery_task_retried_total", name="shop.pay") == 1
    assert value(families, "vigie_celery_tasks_tracked") == 0


def test_a_task_so_fast_that_its_start_is_told_first_has_waited_too() -> None:
    """Else the waits would be those of the slow tasks only."""
    counted = state()
    counted.apply([event("task-received", "u1", name="shop.pay"), event("task-started", "u1")], 1.0)
    counted.apply(life("u2"), 1.0)
    for uuid in ("u1", "u2", "u2"):
        counted.apply([event("task-sent", uuid, name="shop.pay", queue="fast", host="gen1@web")], 1.1)
    assert observed(read(counted), "celery_task_queue_wait_time", name="shop.pay") == 2


def test_a_wait_is_known_whenever_the_client_tells_of_the_task() -> None:
    sent = event("task-sent", name="shop.pay", queue="fast", host="gen1@web")
    for place in range(4):
        counted = state()
        events = life()
        events.insert(place, sent)
        for n, one in enumerate(events):
            counted.apply([one], float(n))
        assert observed(read(counted), "celery_task_queue_wait_time", name="shop.pay") == 1


def test_a_task_that_was_meant_to_wait_is_not_among_the_waits() -> None:
    counted = state()
    sent = event("task-sent", name="shop.pay", queue="fast", host="gen1@web", eta="2026-11-23T10:00:00+00:00")
    counted.apply([sent, *life()], 1.0)
    assert observed(read(counted), "celery_task_queue_wait_time") == 0


def test_a_rejected_task_is_forgotten_unless_it_comes_back() -> None:
    counted = state()
    counted.apply(life("back", end="task-rejected", requeue=True), 1.0)
    counted.apply(life("gone", end="task-rejected", requeue=False), 1.0)
    families = read(counted)
    assert total(families, "celery_task_rejected_total") == 2
    assert value(families, "vigie_celery_tasks_tracked") == 1


def test_the_longest_untouched_task_is_forgotten_first() -> None:
    counted = state(max_tasks=1000)
    counted.apply([event("task-received", str(n), name="shop.pay") for n in range(1500)], 1.0)
    counted.apply([event("task-started", "0"), event("task-started", "1499")], 1.0)
    families = read(counted)
    assert value(families, "vigie_celery_tasks_tracked") == 1000
    started = series(families, "celery_task_started_total")
    assert started == {("shop.pay", HOST, "unknown"): 1, ("unknown", HOST, "unknown"): 1}


def test_labels_beyond_the_limit_are_folded_and_never_move() -> None:
    counted = state(limit=5)
    before: dict[tuple[str, ...], float] = {}
    for n in range(20):
        counted.apply([event("task-received", str(n), name=f"job{n}")], 1.0)
        now = series(read(counted), "celery_task_received_total")
        assert all(now[key] >= number for key, number in before.items())
        before = dict(now)
    assert len(before) == 5
    assert before["other", "other", "other"] == 16
    assert sum(before.values()) == 20
    assert value(read(counted), "vigie_celery_events_folded_total") == 16


def test_the_series_of_a_silent_client_go_after_an_hour() -> None:
    counted = state()
    counted.apply([event("task-sent", name="shop.pay", queue="fast", host="gen1@web")], 1.0)
    counted.sweep(CLIENT_RETENTION)
    assert total(read(counted), "celery_task_sent_total") == 1
    counted.sweep(CLIENT_RETENTION + 2)
    assert series(read(counted), "celery_task_sent_total") == {}


def test_kinds_of_events_that_vigie_does_not_know_are_passed_over() -> None:
    counted = state()
    counted.apply([event("task-cancelled"), event("shop-opened"), event("")], 1.0)
    assert value(read(counted), "vigie_celery_tasks_tracked") == 0


def test_a_task_without_an_id_lends_its_name_to_no_other() -> None:
    counted = state()
    counted.apply([event("task-received", "", name="shop.pay"), event("task-sent", "", name="shop.pay")], 0.0)
    counted.apply([event("task-received", "", name="shop.mail"), event("task-succeeded", "")], 1.0)
    families = read(counted)
    assert total(families, "celery_task_received_total", name="shop.pay") == 1
    assert total(families, "celery_task_received_total", name="shop.mail") == 1
    assert total(families, "celery_task_succeeded_total", name="unknown") == 1
    assert value(families, "vigie_celery_tasks_tracked") == 0


@pytest.mark.parametrize("queue", ["celery", "emails.fast", "0.1"])
def test_a_task_that_rabbitmq_delays_belongs_to_the_queue_that_its_key_names(queue: str) -> None:
    """Clients send it to an exchange of delays, so their event names no queue."""
    for told in (None, ""):
        counted = state()
        key = calculate_routing_key(90, queue)
        counted.apply([event("task-sent", name="shop.pay", queue=told, routing_key=key, eta="2026-01-01T00:00:00")], 0)
        counted.apply(life(), 1.0)
        assert list(counted.queues) == [queue]
        assert total(read(counted), "celery_task_sent_total", queue_name=queue) == 1
        assert total(read(counted), "celery_task_succeeded_total", queue_name=queue) == 1


def test_a_key_of_a_few_bits_is_no_delay() -> None:
    counted = state()
    counted.apply([event("task-sent", name="shop.pay", queue="mine", routing_key="0.1.0.mine")], 0)
    assert list(counted.queues) == ["mine"]
