"""Whatever LangSmith answers, a poll ends with families or with classified errors."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.vendors import faults
from demo.vendors.langsmith import LangSmith, Project, World
from demo.vendors.langsmith.filters import parse
from tests.vendors.langsmith_desk import NOON, STILL, call
from tests.vendors.mutants import mutants
from tests.vendors.setup import SECRET
from vigie.core.exposition import encode
from vigie.core.logs import logger
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import Context
from vigie.errors import Reason
from vigie.sources.langsmith import LangSmithConfig, LangSmithSource
from vigie.sources.langsmith.answers import RunV1, RunV2, number
from vigie.sources.langsmith.client import COUNTED, LIMITS, PROJECTS_V1, PROJECTS_V2, RUNS_V1, RUNS_V2

MOMENT = datetime.fromtimestamp(NOON, UTC)
SELECTS = ["ID", "PROJECT_ID", "TRACE_ID", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "METADATA"]
SELECTS += ["PROMPT_TOKENS", "COMPLETION_TOKENS", "TOTAL_TOKENS", "TOTAL_COST", "ERROR_PREVIEW"]
BODIES = {
    RUNS_V2: {"project_ids": [Project("chat").id], "selects": SELECTS},
    RUNS_V1: {"session": [Project("chat").id]},
}


class Strange(LangSmith):
    """A LangSmith without a network that answers one path as the test says."""

    def __init__(self, *, has_v2: bool) -> None:
        super().__init__(World(key=SECRET, projects=[Project("chat", pace=STILL)], has_v2=has_v2), lambda: NOON)
        self.world.runs = [call("a", NOON - 20), call("b", NOON - 10, failed=True)]
        self.path, self.said = "", b""
        self.fault = lambda well: (
            lambda scope, receive, send: (faults.answer(200, self.said)(well) if scope["path"] == self.path else well)(
                scope, receive, send
            )
        )

    async def poll(self) -> Outcome:
        """Look once, and encode what was seen."""
        config = LangSmithConfig.model_validate({"api_key": SECRET, "base_url": "http://strange", "max_pages": 2})
        source = LangSmithSource(config, Context("acme", logger(), lambda: NOON))
        await source.close()
        api = source._client._api  # noqa: SLF001 - thousands of polls want no network
        api._client = httpx.AsyncClient(transport=httpx.ASGITransport(self))  # noqa: SLF001 - as above
        outcome = await poll_once(source)
        await source.close()
        if outcome.poll is not None:
            encode(outcome.poll.families)
        return outcome

    def valid(self, path: str) -> Any:
        """What it says when nothing is strange."""

        async def ask() -> Any:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self), base_url="http://strange") as client:
                client.headers["x-api-key"] = SECRET
                if path in BODIES:
                    return (await client.post(path, json=BODIES[path])).json()
                return (await client.get(path, params={"include_stats": "true"})).json()

        return asyncio.run(ask())


PATHS = {PROJECTS_V2: True, RUNS_V2: True, LIMITS: True, PROJECTS_V1: False, RUNS_V1: False}
VENDORS = {path: Strange(has_v2=has_v2) for path, has_v2 in PATHS.items()}
VALID = {path: vendor.valid(path) for path, vendor in VENDORS.items()}


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_json_is_families_or_a_classified_error(path: str, data: st.DataObject) -> None:
    vendor = VENDORS[path]
    vendor.path, vendor.said = path, httpx.Request("POST", "http://x", json=data.draw(mutants(VALID[path]))).content
    outcome = asyncio.run(vendor.poll())
    vendor.path = ""
    assert outcome.poll is not None or outcome.errors
    assert Reason.INTERNAL not in {error.reason for error in outcome.errors}


def test_the_answers_that_are_mutated_hold_runs() -> None:
    assert len(VALID[RUNS_V2]["items"]) == 2
    assert len(VALID[RUNS_V1]["runs"]) == 2


def test_a_status_that_is_not_documented_is_unknown_and_no_error() -> None:
    run = msgspec.convert({**VALID[RUNS_V2]["items"][0], "status": "INTERRUPTED"}, RunV2).read()
    assert (run.state, run.is_final) == ("unknown", True)


def test_a_model_is_found_where_older_sdks_wrote_it_and_holds_nobodys_address() -> None:
    extra = {"metadata": {}, "invocation_params": {"model": 7, "model_name": "https://user:pw@llm.example/v1?key=x"}}
    run = msgspec.convert({**VALID[RUNS_V1]["runs"][0], "extra": extra}, RunV1).read()
    assert run.model == "llm.example"


@pytest.mark.parametrize(
    ("said", "amount"), [(None, 0), (-1, 0), ("0.25", 0.25), ("", 0), ("much", 0), ("inf", 0), ("nan", 0), (3.5, 3.5)]
)
def test_amounts_are_numbers_or_nothing(said: float | str | None, amount: float) -> None:
    assert number(said) == amount


def test_the_filter_keeps_roots_and_calls() -> None:
    keeps = parse(COUNTED)
    assert keeps({"is_root": True, "run_type": "chain"})
    assert keeps({"is_root": False, "run_type": "llm"})
    assert not keeps({"is_root": False, "run_type": "tool"})


@pytest.mark.parametrize("text", ["eq(", "nor(eq(a, 1))", 'eq(name, "a") more', "eq(name)", "§"])
def test_the_simulator_refuses_filters_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="invalid filter"):
        parse(text)
