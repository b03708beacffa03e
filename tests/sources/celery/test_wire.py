"""Reading events: what Celery writes is read, anything else is counted and never raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.celery.polls import envelope
from vigie.sources.celery.events.wire import decode_body, decode_envelope

STARTED: dict[str, Any] = {
    "type": "task-started",
    "uuid": "u1",
    "hostname": "one@test",
    "timestamp": 1795450000.5,
    "pid": 7,
    "clock": 12,
    "utcoffset": -1,
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
ODD_FIELDS = st.dictionaries(
    st.sampled_from(["type", "uuid", "name", "hostname", "runtime", "freq", "active", "processed", "exception", "pid"]),
    JSON,
)


def test_a_worker_packs_events_into_a_list() -> None:
    events, odd = decode_envelope(envelope([STARTED, {**STARTED, "uuid": "u2"}]))
    assert [event.uuid for event in events] == ["u1", "u2"]
    assert odd == 0


@pytest.mark.parametrize("encoding", ["base64", None])
def test_a_client_sends_events_one_by_one(encoding: str | None) -> None:
    events, odd = decode_envelope(envelope(STARTED, encoding=encoding))
    assert [(event.type, event.hostname, event.pid) for event in events] == [("task-started", "one@test", 7)]
    assert odd == 0


def test_one_odd_event_does_not_spoil_the_others_of_its_message() -> None:
    events, odd = decode_body(json.dumps([STARTED, {"type": 5}, {**STARTED, "uuid": "u2"}, "what"]).encode())
    assert [event.uuid for event in events] == ["u1", "u2"]
    assert odd == 2


@pytest.mark.parametrize("content_type", ["application/x-python-serialize", "application/x-yaml"])
def test_events_that_are_not_json_are_counted_as_unreadable(content_type: str) -> None:
    assert decode_envelope(envelope(STARTED, content_type=content_type)) == ([], 1)


def test_numbers_that_no_worker_sends_are_not_exported_and_cost_no_event() -> None:
    """A finished task is counted although its runtime cannot be read, and the loss of the runtime is counted too."""
    odd: dict[str, Any]
    for odd in ({"processed": -1}, {"runtime": 1e300}, {"active": 10**400}, {"freq": 0}, {"exception": 5}, {"eta": {}}):
        (event,), unread = decode_body(json.dumps({**STARTED, **odd}).encode())
        assert (event.type, event.hostname, event.task, event.pid) == ("task-started", "one@test", "u1", 7)
        assert [getattr(event, field) for field in odd] == [None]
        assert unread == 1


def test_a_node_name_that_is_none_is_unknown_and_its_task_counts() -> None:
    odd: Any
    for odd in ("x" * 300, 5, None, ["one@test"]):
        (event,), unread = decode_body(json.dumps([{**STARTED, "hostname": odd}]).encode())
        assert (event.hostname, event.task, unread) == ("unknown", "u1", 1)


@pytest.mark.parametrize(
    "uuid", [12345, 1.5, True, "x" * 256, "x" * 100_000, {"__type__": "uuid", "__value__": "0" * 32}, ["a", 1]]
)
def test_any_id_that_an_application_gives_a_task_is_one(uuid: Any) -> None:
    (event, again, other), odd = decode_body(
        json.dumps([{**STARTED, "uuid": uuid}, {**STARTED, "uuid": uuid}, {**STARTED, "uuid": [uuid]}]).encode()
    )
    assert odd == 0
    assert event.task == again.task != other.task
    assert 0 < len(event.task) <= 255


def test_a_number_that_json_does_not_have_costs_no_event() -> None:
    events, odd = decode_body(json.dumps([{**STARTED, "runtime": float("nan")}, {**STARTED, "own": float("inf")}]))
    assert [(event.task, event.runtime) for event in events] == [("u1", None), ("u1", None)]
    assert odd == 0


def test_no_id_names_no_task() -> None:
    for odd in ({"uuid": None}, {"uuid": ""}, {}):
        (event,), unread = decode_body(json.dumps({"type": "task-started", **odd}).encode())
        assert (event.task, unread) == ("", 0)


@given(st.binary())
def test_any_bytes_are_read_or_counted(body: bytes) -> None:
    for read in (decode_body, decode_envelope):
        events, odd = read(body)
        assert events or odd or body.strip() == b"[]"


@given(JSON | ODD_FIELDS | st.lists(ODD_FIELDS))
def test_any_json_is_read_or_counted(body: Any) -> None:
    count = len(body) if isinstance(body, list) else 1
    for message in (envelope(body), json.dumps(body).encode()):
        events, odd = (decode_envelope if b"celeryev" in message else decode_body)(message)
        assert len(events) <= count
        assert min(count, 1) <= len(events) + odd
        assert count - len(events) <= odd <= max(count, 1)


@given(JSON)
def test_any_json_in_place_of_an_envelope_is_counted(message: Any) -> None:
    assert decode_envelope(json.dumps(message).encode()) == ([], 1)


@given(st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=1), max_leaves=5))
def test_nesting_is_no_trap(body: Any) -> None:
    depth = 5000
    assert decode_body(b"[" * depth + json.dumps(body).encode() + b"]" * depth)[0] == []
