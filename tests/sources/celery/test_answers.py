"""Answers of workers: one odd thing in them costs itself, and neither the rest of the answer nor another worker's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from kombu.transport.native_delayed_delivery import calculate_routing_key

from vigie.sources.celery.inspect import Answers, ask
from vigie.sources.celery.mailbox import Mailbox, Reply

HOST = "one@test"
QUEUES = [{"name": "celery"}]
STATS = {"pool": {"processes": [1, 2], "max-concurrency": 2}}


class Told(Mailbox):
    """A mailbox in which the workers' answers lie ready: question to what each message says."""

    def __init__(self, answers: Mapping[str, Sequence[Any]]) -> None:
        self._answers = answers
        self._arrived: list[Reply] = []

    def send(self, method: str, arguments: Mapping[str, Any], ticket: str | None) -> int | None:
        del arguments
        told = self._answers.get(method, ())
        self._arrived += [(str(ticket), json.dumps(answer).encode()) for answer in told]
        return len(told)

    def receive(self, wait: float) -> Sequence[Reply]:
        del wait
        arrived, self._arrived = self._arrived, []
        return arrived

    def close(self) -> None:
        pass


def answers(**told: Sequence[Any]) -> Answers:
    return ask(Told(told), 0.2, frozenset())


def work(uuid: Any = "u1", **fields: Any) -> dict[str, Any]:
    return {"id": uuid, "name": "shop.pay", "time_start": 5.0, "delivery_info": {"routing_key": "celery"}, **fields}


@pytest.mark.parametrize("uuid", [12345, "x" * 300, {"__type__": "uuid"}, [1]])
def test_a_task_of_any_id_is_known_by_its_name(uuid: Any) -> None:
    found = answers(active=[{HOST: [work(uuid), work()]}], active_queues=[{HOST: QUEUES}])
    (odd, usual) = list(found.tasks())
    assert odd[1:] == usual[1:] == ("shop.pay", "celery")
    assert usual[0] == "u1"
    assert 0 < len(odd[0]) <= 255


@pytest.mark.parametrize(
    "odd", [{"name": 5}, {"name": "x" * 300}, {"time_start": "soon"}, {"delivery_info": "celery"}, {"name": None}]
)
def test_a_field_that_cannot_be_read_takes_no_task_out_of_the_count(odd: dict[str, Any]) -> None:
    found = answers(reserved=[{HOST: [work("odd", **odd), work()]}], active=[{HOST: [work("odd", **odd), work()]}])
    assert len(found.reserved[HOST]) == len(found.active[HOST]) == 2
    assert "u1" in {uuid for uuid, _, _ in found.tasks()}


def test_one_odd_queue_takes_no_other_of_its_worker() -> None:
    found = answers(active_queues=[{HOST: [{"name": 5}, *QUEUES, {}, "what"]}])
    assert found.queues() == {HOST: ["celery"]}


def test_an_error_or_nonsense_is_no_answer_and_spoils_no_other_in_its_message() -> None:
    for odd in ({"error": "KeyError()"}, "what", None, 5, {"pool": {"processes": "two"}}):
        assert answers(stats=[{"two@test": odd, HOST: STATS}]).stats.keys() == {HOST}
    nonsense: Any
    for nonsense in ("what", [], None):
        assert answers(stats=[nonsense, {HOST: STATS}]).stats.keys() == {HOST}


def test_an_argument_that_json_does_not_have_takes_no_task_out_of_the_count() -> None:
    """Workers answer with the arguments of reserved tasks, and Python writes NaN."""
    found = answers(reserved=[{HOST: [work(args=[float("nan")], kwargs={"rate": float("inf")}), work("u2")]}])
    assert [uuid for uuid, _, _ in found.tasks()] == ["u1", "u2"]


def test_a_task_that_was_delayed_is_of_the_queue_that_its_key_names() -> None:
    delayed = work(delivery_info={"routing_key": calculate_routing_key(90, "celery")})
    assert list(answers(active=[{HOST: [delayed]}], active_queues=[{HOST: QUEUES}]).tasks()) == [
        ("u1", "shop.pay", "celery")
    ]
