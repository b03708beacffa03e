"""Sign-ins of Supabase count once: however often they are read, however late they come, whatever restarts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from demo.vendors import faults
from demo.vendors.supabase import Supabase
from demo.vendors.supabase_life import MINUTE, Line
from tests.vendors.polling import Clock, last_outcome, read
from tests.vendors.setup_supabase import SETUP
from tests.vendors.supabase.world import DAY, only_logs, quiet, refused
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.core.state import State
from vigie.errors import Reason
from vigie.sources.supabase import families, intake, queries

OUTCOMES = {
    "a wrong password": (Line(0, status=400, code="invalid_credentials"), "invalid_credentials"),
    "an unconfirmed e-mail": (Line(0, status=400, code="email_not_confirmed"), "not_confirmed"),
    "a banned user": (Line(0, status=400, code="user_banned"), "banned"),
    "a stale link": (Line(0, "/verify", "", 403, "otp_expired"), "otp"),
    "a wrong second factor": (Line(0, "/factors/5e0a/verify", "", 422, "mfa_verification_failed"), "mfa"),
    "a captcha": (Line(0, status=400, code="captcha_failed"), "captcha"),
    "too many": (Line(0, status=429, code="over_request_rate_limit"), "rate_limited"),
    "an old session": (Line(0, grant="refresh_token", status=400, code="refresh_token_not_found"), "session"),
    "a lost code": (Line(0, grant="pkce", status=403, code="bad_code_verifier"), "oauth"),
    "no provider": (Line(0, status=422, code="email_provider_disabled"), "disabled"),
    "an invented grant": (Line(0, grant="gimme", status=400, code="validation_failed"), "malformed"),
    "a new code": (Line(0, status=400, code="brand_new"), "other"),
}


@pytest.mark.parametrize("what", OUTCOMES)
async def test_a_failure_is_counted_by_its_reason(
    started: AnySource, supabase: Supabase, clock: Clock, what: str
) -> None:
    line, reason = OUTCOMES[what]
    line.at = clock.time - 1
    supabase.world.lines = [line]
    found = await read(started)
    assert found[families.FAILURES] == {(each,): float(each == reason) for each in families.REASONS}
    assert set(found[families.SUCCESSES].values()) == {0.0}


async def test_a_success_is_counted_by_its_method_and_a_renewal_is_none(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    at = clock.time - 1
    supabase.world.lines = [
        *(
            Line(at, grant=grant, account=grant)
            for grant in ("password", "pkce", "id_token", "refresh_token", "new", "")
        ),
        Line(at, "/verify", "", 303),
        Line(at, "/factors/5e0a/verify", "", 200),
        Line(at, "/user", "", 200),
        Line(at, status=500),
    ]
    found = await read(started)
    expected = {"password": 1, "oauth": 2, "other": 1, "unknown": 1, "otp": 1, "mfa": 1}
    assert found[families.SUCCESSES] == {(method,): float(count) for method, count in expected.items()}
    assert set(found[families.FAILURES].values()) == {0.0}


async def test_logs_without_codes_are_read_by_their_words(started: AnySource, supabase: Supabase, clock: Clock) -> None:
    supabase.world.codes = False
    supabase.world.lines = [*refused(clock, 2), *refused(clock, 1, code="something new", id="n")]
    found = (await read(started))[families.FAILURES]
    assert (found["invalid_credentials",], found["unknown",]) == (2, 1)


async def test_what_happened_before_the_first_start_moves_no_counter(
    source: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = refused(clock, 7)
    for _ in range(10):
        found = await read(source)
        clock.time += MINUTE
    assert set(found[families.FAILURES].values()) == {0.0}


async def test_late_lines_and_copies_count_once_however_often_they_are_read(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = [
        *refused(clock, 5, copies=3),
        *refused(clock, 4, late=11 * MINUTE, id=""),
    ]
    for number, line in enumerate(supabase.world.lines):
        line.id = f"line-{number}"
    seen = []
    for _ in range(20):
        seen.append((await read(started))[families.FAILURES]["invalid_credentials",])
        clock.time += MINUTE
    assert (seen[0], seen[-1]) == (5, 9)
    assert seen == sorted(seen)


async def test_an_answer_that_shows_less_than_an_earlier_one_changes_nothing(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    """The vendor has been seen to answer with less, or with nothing, now and then."""
    row: dict[str, Any] = {"path": "/token", "grant_type": "password", "status": 400, "code": "user_banned"}
    gathered = {"failures": 1, "accounts": 0, "entered": 0}
    now = int(clock.time) // MINUTE * MINUTE
    counts = []
    for minute, attempts in ((now, 5), (now, 3), (now, 0), (now, 6), (now, 2), (now - MINUTE, 1)):
        answer = [{**row, **gathered, "minute": minute, "attempts": attempts}] if attempts else []
        supabase.fault = only_logs(faults.says({"result": answer}))
        counts.append((await read(started))[families.FAILURES]["banned",])
    assert counts == [5, 5, 5, 6, 6, 7]


async def test_an_answer_that_is_empty_by_mistake_loses_nothing(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = refused(clock, 5)
    counts = []
    for empty in (False, True, False, True):
        supabase.world.empty = empty
        found = await read(started)
        counts.append(found[families.FAILURES]["invalid_credentials",])
        clock.time += MINUTE
    assert counts == [5, 5, 5, 5]


async def test_totals_continue_after_a_restart_and_a_day_without_vigie(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock, tmp_path: Path
) -> None:
    supabase.world = quiet(sign_ins=120.0)
    state, start = State(tmp_path / "state.db"), clock.time
    await last_outcome(SETUP.source(served[1], clock, state))
    clock.time += 23 * 3600
    source = SETUP.source(served[1], clock, state)
    for _ in range(4):
        found = await read(source)
    await source.close()
    state.close()
    happened = [line for line in supabase.attempts(start, clock.time) if line.at + line.late <= clock.time]
    before = [line for line in supabase.attempts(start - 60, start) if line.at + line.late > start]
    failed = sum(bool(line.code) for line in [*happened, *before])
    assert sum(found[families.FAILURES].values()) == failed > 100


async def test_no_window_is_longer_than_the_vendor_allows_and_none_begins_before_what_it_keeps(
    source: AnySource, supabase: Supabase, clock: Clock
) -> None:
    await read(source)
    clock.time += 30 * DAY
    supabase.seen.clear()
    supabase.world.lines = [Line(clock.time - 2 * DAY, status=400, code="invalid_credentials")]
    for _ in range(10):
        found = await read(source)
    windows = [parse_qs(seen.query) for seen in supabase.seen if seen.path.endswith("/logs")]
    live = [window for window in windows if _unix(window, "start") > clock.time - 25 * DAY]
    assert len(live) == 7 + 7  # a day in pieces of four hours, three a poll, then one a poll
    assert all(_unix(window, "end") - _unix(window, "start") <= DAY for window in windows)
    assert min(_unix(window, "start") for window in live) >= clock.time - DAY - MINUTE
    assert sum(found[families.FAILURES].values()) == 0


def _unix(window: dict[str, list[str]], end: str) -> float:
    return datetime.fromisoformat(window[f"iso_timestamp_{end}"][0]).timestamp()


async def test_a_full_answer_is_continued_after_its_last_whole_minute(
    started: AnySource, supabase: Supabase, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queries, intake):
        monkeypatch.setattr(module, "ROWS", 4)
    supabase.world.lines = [
        Line(clock.time - minute * MINUTE, status=400, code=code)
        for minute in range(1, 8)
        for code in ("invalid_credentials", "user_banned", "brand_new")
    ]
    for _ in range(4):
        found = (await read(started))[families.FAILURES]
    assert (found["invalid_credentials",], found["banned",], found["other",]) == (7, 7, 7)


async def test_a_minute_that_no_answer_holds_is_an_error(
    source: AnySource, supabase: Supabase, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queries, intake):
        monkeypatch.setattr(module, "ROWS", 1)
    await read(source)
    supabase.world.lines = refused(clock, 1)
    clock.time = clock.time // MINUTE * MINUTE + 15 * MINUTE
    supabase.world.lines = [Line(clock.time - 20 * MINUTE, status=400, code=code, id=code) for code in ("a", "b")]
    outcome = await poll_once(source)
    assert [error.reason for error in outcome.errors] == [Reason.BAD_PAYLOAD]


async def test_an_outcome_that_is_corrected_is_moved_and_not_counted_twice(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    """The vendor's logs named no code at first: eight attempts stay eight failures."""
    supabase.world.lines = refused(clock, 8, code="mfa_verification_failed")
    before = (await read(started))[families.FAILURES]
    supabase.world.lines = refused(clock, 8)
    clock.time += 60
    after = (await read(started))[families.FAILURES]
    assert sum(before.values()) == sum(after.values()) == 8
    assert all(after[labels] >= value for labels, value in before.items())


async def test_totals_are_exported_only_while_the_logs_are_read(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = refused(clock, 8)
    assert sum((await read(started))[families.FAILURES].values()) == 8
    supabase.fault = only_logs(faults.says({"message": "no"}, 403))
    for minutes, is_there in ((1, True), (6, False)):
        clock.time += 60 * minutes
        outcome = await poll_once(started)
        assert outcome.poll is not None
        assert outcome.errors
        assert (families.FAILURES in outcome.poll.families.values) is is_there
    supabase.fault = None
    assert sum((await read(started))[families.FAILURES].values()) == 8
