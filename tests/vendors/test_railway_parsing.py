"""Railway without a server: what its answers, its questions and its settings mean."""

from __future__ import annotations

import pytest
from graphql import parse, validate
from pydantic import ValidationError

from demo.vendors.railway import SCHEMA
from vigie.core.families import Families
from vigie.errors import Reason
from vigie.sources.railway import RailwayConfig, answers, families, queries
from vigie.sources.railway.client import refusal


def _service(identity: str, name: str) -> answers.Service:
    return answers.Service(identity, name, None, None, [], answers.Domains([], []))


async def test_the_newest_point_wins_whatever_the_order() -> None:
    rows = [
        answers.Measured(
            "CPU_USAGE",
            answers.Tags("s1"),
            [answers.Point(900, 9.0), answers.Point(840, 1.0)],
        ),
        answers.Measured("CPU_USAGE", answers.Tags("gone"), [answers.Point(960, 5.0)]),
        answers.Measured("CPU_USAGE", answers.Tags("asleep"), [answers.Point(300, 7.0)]),
        answers.Measured("NETWORK_RX_GB", answers.Tags("s1"), [answers.Point(960, 5.0)]),
    ]
    service = [_service("s1", "api"), _service("asleep", "cron")]
    made = Families()
    families.add_inventory(made, families.Inventory("", service, [], rows), {})
    assert made.values[families.MEASURES["CPU_USAGE"][0]] == {("api",): 9.0}


def test_the_code_of_an_error_counts_as_its_message_does() -> None:
    assert refusal(answers.Refusal("Oops", answers.Extensions("UNAUTHENTICATED"))).reason is Reason.AUTH


@pytest.mark.parametrize(
    ("setting", "words"),
    [({"interval": "15s"}, "takes 253 requests"), ({"project_id": "p"}, "belong together")],
)
def test_settings_that_cannot_work_are_refused(setting: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RailwayConfig.model_validate({"token": "t", **setting})


def test_a_bigger_plan_allows_shorter_intervals() -> None:
    config = RailwayConfig.model_validate({"token": "t", "interval": "15s", "plan": "hobby"})
    assert config.allowance == 800


def test_every_question_fits_the_published_schema() -> None:
    for query in (queries.PLACE, queries.ENVIRONMENT, queries.MORE, queries.COST, queries.http(["a", "b"])[0]):
        assert validate(SCHEMA, parse(query)) == []
