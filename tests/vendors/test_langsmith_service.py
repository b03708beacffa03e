"""LangSmith: servers without v2, notices of removal, keys with too few rights, limits, and what `vigie check` says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.vendors import faults
from demo.vendors.framework import SimulatedVendor
from demo.vendors.langsmith import project_id
from tests.vendors.langsmith_desk import NOON, Desk, call, chain, child, desk, distribution, series, value
from tests.vendors.setup import SECRET
from vigie.core.poller import poll_once
from vigie.errors import Reason, SourceError
from vigie.sources.langsmith import families as f
from vigie.sources.langsmith.client import RUNS_V1, RUNS_V2, Notice, notice


@pytest.fixture
def office() -> Iterator[Desk]:
    with desk() as made:
        yield made


def _asked(vendor: SimulatedVendor, path: str) -> int:
    return sum(seen.path == path for seen in vendor.seen)


async def test_a_server_without_v2_is_read_by_v1_with_the_same_figures(office: Desk) -> None:
    """Also where a parent carries the sum of its children, and costs are strings."""
    seen = []
    for has_v2 in (True, False):
        office.vendor.world.has_v2, office.now = has_v2, NOON
        office.vendor.world.runs, office.state = [], type(office.state).in_memory()
        async with office.watched() as source:
            parent = chain("parent", NOON, seconds=2.5, prompt=300, completion=40, cost=0.75)
            office.happens(parent, child(parent, "child", seconds=2.0, failed=True), call("other", NOON + 1))
            seen.append(await office.look(source))
    new, old = seen
    for family in f.COUNTED:
        if family.kind == "histogram":
            assert distribution(new, family, "chat") == distribution(old, family, "chat")
        else:
            assert series(new, family) == series(old, family)
    assert value(old, f.COST, "chat") == 0.5
    assert value(old, f.MONTH_TOKENS, "chat") == value(new, f.MONTH_TOKENS, "chat")
    assert series(new, f.FALLBACK) == {(RUNS_V2,): 0.0, ("/api/v2/sessions",): 0.0}
    assert series(old, f.FALLBACK) == {(RUNS_V2,): 1.0, ("/api/v2/sessions",): 1.0}


async def test_v1_is_paged_and_its_end_is_told(office: Desk) -> None:
    office.vendor.world.has_v2 = False
    async with office.watched() as source:
        office.happens(*(call(f"run {number}", NOON + number / 8) for number in range(250)))
        seen = await office.look(source)
    assert value(seen, f.RUNS, "chat") == 250
    assert value(seen, f.DEPRECATED, RUNS_V1) == 1
    assert value(seen, f.SUNSET, RUNS_V1) == datetime(2027, 1, 31, tzinfo=UTC).timestamp()


async def test_v2_is_looked_for_again_after_an_hour_and_v1_is_left(office: Desk) -> None:
    office.vendor.world.has_v2 = False
    async with office.watched() as source:
        await office.look(source)
        office.vendor.world.has_v2 = True
        asked = _asked(office.vendor, RUNS_V2)
        await office.look(source)
        assert _asked(office.vendor, RUNS_V2) == asked
        office.now += 3600
        seen = await office.look(source)
    assert value(seen, f.FALLBACK, RUNS_V2) == 0


async def test_a_fault_of_v2_is_no_reason_to_read_v1(office: Desk) -> None:
    async with office.watched() as source:
        office.vendor.fault = faults.answer(500)
        await office.look(source)
    assert _asked(office.vendor, RUNS_V1) == 0


async def test_a_server_that_must_have_v2_is_not_read_by_v1(office: Desk) -> None:
    """SmithDB-only servers answer v1 with 501; a 404 of v2 there is another fault, and is named."""

    def lost(well: Any) -> Any:
        return faults.says({"detail": "lost"}, 404)(well) if office.vendor.seen[-1].path == RUNS_V2 else well

    async with office.watched() as source:
        office.vendor.fault = lost
        assert [error.reason for error in (await office.look(source)).errors] == [Reason.NOT_FOUND]
    assert _asked(office.vendor, RUNS_V1) == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Notice(deprecated=False, sunset=None)),
        ({"deprecation": "true"}, Notice(deprecated=True, sunset=None)),
        ({"deprecation": "@1767225600", "sunset": "soon"}, Notice(deprecated=True, sunset=None)),
        ({"sunset": "Thu, 01 Jan 1970 00:20:00 GMT"}, Notice(deprecated=False, sunset=1200.0)),
    ],
)
def test_notice_is_read_from_whatever_the_headers_hold(headers: dict[str, str], expected: Notice) -> None:
    assert notice(headers) == expected


async def test_turned_away_traces_are_told_with_the_limit(office: Desk) -> None:
    async with office.watched() as source:
        assert series(await office.look(source), f.REJECTED) == {("none",): 0.0}
        office.vendor.world.rejecting = "user_defined_monthly_traces"
        office.now += 600
        assert series(await office.look(source), f.REJECTED) == {("user_defined_monthly_traces",): 1.0}


async def test_a_server_that_knows_no_usage_limits_is_well_and_says_nothing_of_them(office: Desk) -> None:
    office.vendor.fault = lambda well: (
        faults.says({"detail": "Not Found"}, 404)(well) if "usage_limits" in office.vendor.seen[-1].path else well
    )
    seen = await office.once()
    assert seen.errors == ()
    assert series(seen, f.REJECTED) == {}


async def test_a_missing_right_is_named_and_the_rest_is_read(office: Desk) -> None:
    office.vendor.world.rights.remove("workspaces:read")
    seen = await office.once()
    assert [error.reason for error in seen.errors] == [Reason.FORBIDDEN]
    assert "workspaces:read" in str(seen.errors[0])
    assert value(seen, f.RUNS, "chat") == 0


async def test_a_key_of_the_organisation_without_its_workspace_is_told_what_to_set(office: Desk) -> None:
    office.vendor.world.workspace = project_id("acme")
    seen = await office.once()
    assert [error.reason for error in seen.errors] == [Reason.FORBIDDEN]
    assert "`workspace_id`" in str(seen.errors[0])


async def test_a_wrong_key_is_told_of_regions(office: Desk) -> None:
    seen = await office.once(api_key="lsv2_sk_of_elsewhere")
    assert [error.reason for error in seen.errors] == [Reason.AUTH]
    assert "`base_url`" in str(seen.errors[0])
    assert "lsv2_sk_of_elsewhere" not in str(seen.errors[0])


async def test_a_limit_of_the_vendor_and_our_own_are_told_apart(office: Desk) -> None:
    office.vendor.world.patience = 0.0
    assert [error.reason for error in (await office.once()).errors] == [Reason.RATE_LIMITED]
    office.vendor.world.patience = 1.0
    source = office.source()
    source.context.budget.spend(source.context.budget.remaining or 0)
    assert [error.reason for error in (await poll_once(source)).errors] == [Reason.BUDGET]
    await source.close()


async def test_check_says_what_was_reached_and_what_it_costs(office: Desk) -> None:
    source = office.source()
    said = await source.describe()
    assert said.startswith(f"LangSmith 0.16.3 (v2) at {office.url}, the key's workspace, 1 project; ")
    assert "132 requests an hour, 96,360 a month" in said
    assert SECRET not in said
    office.vendor.world.has_v2 = False
    assert "v1, as the server has no v2" in await source.describe()
    office.vendor.world.key = "changed"
    with pytest.raises(SourceError, match="refused the credentials"):
        await source.describe()
    await source.close()
