"""Whatever goes wrong in `vigie apply pagerduty` is one plain sentence with its line in the file, and no secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.vendors import faults
from demo.vendors.faults import Fault
from demo.vendors.pagerduty import INTEGRATION_TYPE, VERSION, PagerDuty, key_of
from demo.vendors.pagerduty_world import Integration, Schedule, Service, User, World
from tests.real.vendor import serving
from tests.vendors.mutants import mutants
from tests.vendors.pagerduty_runs import TOKEN, Desk
from vigie.apply import apply_pagerduty
from vigie.config.load import load
from vigie.errors import ApplyError

KEY_FILE, TOKEN_FILE, API_URL, POLICY = (
    "4: channels.pagerduty.routing_key_file",
    "6: channels.pagerduty.policy.token_file",
    "7: channels.pagerduty.policy.api_url",
    "5: channels.pagerduty.policy",
)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[PagerDuty, str]]:
    account = PagerDuty()
    with serving(account) as url:
        yield account, url


@pytest.fixture
def desk(served: tuple[PagerDuty, str], tmp_path: Path) -> Desk:
    account, url = served
    account.world, account.fault = World(token=TOKEN, limit=10**6), None
    return Desk(account, url, tmp_path)


async def _complaint(desk: Desk) -> str:
    """What a run is refused with, without the file's name; no run that is refused has written anything."""
    with pytest.raises(ApplyError) as refused:
        await desk.apply()
    said = str(refused.value)
    assert TOKEN not in said
    assert not desk.key_file.is_file() or desk.key_file.read_text() == ""
    return said.replace(f"{desk.file}:", "")


FAULTS = {
    "401": (
        faults.says({"error": {"message": f"no access for {TOKEN}", "code": 2006}}, 401),
        (
            f"{TOKEN_FILE}: PagerDuty refused the credentials, status 401 (no access for …); make a new REST API key, "
            "or use the `api_url` of the region that it belongs to"
        ),
    ),
    "403": (
        faults.says({"error": {"message": "Access Denied", "code": 2010}}, 403),
        (
            f"{TOKEN_FILE}: PagerDuty denied access, status 403 (Access Denied); the key must not be read-only, and "
            "its user must be allowed to change services and policies"
        ),
    ),
    "404": (
        faults.says({"error": {"message": "Not Found", "code": 2100}}, 404),
        f"{API_URL}: PagerDuty has nothing at this address, status 404 (Not Found); check `api_url`",
    ),
    "400": (
        faults.says({"error": {"message": "Invalid Input", "code": 2001, "errors": ["Name is odd.", "No."]}}, 400),
        f"{POLICY}: PagerDuty did not take the request, status 400 (Invalid Input: Name is odd., No.)",
    ),
    "500": (faults.answer(500), f"{POLICY}: PagerDuty is in error itself, status 500"),
    "web page": (
        faults.web_page(),
        f"{POLICY}: PagerDuty answered with a web page instead of JSON; check `api_url`",
    ),
    "another shape": (
        faults.says({"schedules": [{"id": 7}], "more": False}),
        (
            f"{POLICY}: PagerDuty gave an answer that differs from its documentation: Expected `str`, got `int` - "
            "at `$.schedules[0].id`"
        ),
    ),
    "truncated": (faults.truncated(), f"{POLICY}: PagerDuty gave an answer that is not valid JSON, or ends early"),
    "endless": (
        faults.says({"schedules": [{"id": "P", "type": "schedule"}] * 5000, "more": True}),
        f"{POLICY}: PagerDuty lists more than 10,000 entries at /schedules, of which the others cannot be read",
    ),
}


@pytest.mark.parametrize(("fault", "sentence"), FAULTS.values(), ids=FAULTS)
async def test_every_fault_is_one_sentence_with_the_key_that_has_to_do_with_it(
    desk: Desk, fault: Fault, sentence: str
) -> None:
    desk.account.fault = fault
    assert await _complaint(desk) == sentence
    desk.account.fault = None
    assert await desk.apply(), "the next run works"


async def test_an_account_that_cannot_be_reached_is_said_with_the_address_to_check(desk: Desk) -> None:
    desk.url = "http://127.0.0.1:9"
    said = await _complaint(desk)
    assert said.startswith(f"{API_URL}: PagerDuty cannot be reached (")
    assert said.endswith("; check `api_url` and the network")


@pytest.mark.parametrize(
    ("levels", "lines"),
    [
        (
            "        - {after: 0m, users: [leed@acme.example]}\n",
            [("9: channels.pagerduty.policy.levels[0].users[0]: PagerDuty has no user 'leed@acme.example'; "
             "did you mean 'lead@acme.example'?")],
        ),
        (
            ("        - {after: 0m, users: [cto@acme.example]}\n"
            "        - {after: 5m, schedules: [Primary, Secondary on-call], users: [zzz@q.x]}\n"),
            [
                ("10: channels.pagerduty.policy.levels[1].users[0]: PagerDuty has no user 'zzz@q.x'; "
                "known are: cto@acme.example, lead@acme.example, oncall@acme.example"),
                ("10: channels.pagerduty.policy.levels[1].schedules[0]: PagerDuty has no schedule 'Primary'; "
                "did you mean 'Primary on-call'?"),
            ],
        ),
    ],
)  # fmt: skip
async def test_a_name_that_is_not_known_is_said_with_its_line_and_the_nearest(
    desk: Desk, levels: str, lines: list[str]
) -> None:
    desk.levels = levels
    assert (await _complaint(desk)).split("\n") == lines
    assert desk.written == []


async def test_of_a_crowd_only_the_number_is_said(desk: Desk) -> None:
    desk.world.users += [User(f"PU{number}", f"u{number}@acme.example") for number in range(40)]
    desk.levels = "        - {after: 0m, users: [zzz@q.x]}\n"
    assert (await _complaint(desk)).endswith("has no user 'zzz@q.x'; none of the 43 there is like it")


async def test_two_schedules_of_one_name_are_not_guessed_at(desk: Desk) -> None:
    desk.world.schedules.append(Schedule("PSCHED3", "Primary on-call"))
    assert (await _complaint(desk)).endswith(
        "levels[0].schedules[0]: PagerDuty has 2 schedules 'Primary on-call'; give each a name of its own"
    )


async def test_an_account_without_schedules_of_shifts_is_no_fault(desk: Desk) -> None:
    desk.world.has_shifts = False
    desk.levels = "        - {after: 0m, schedules: [Secondary on-call]}\n"
    assert "PagerDuty has no schedule 'Secondary on-call'; did you mean 'Primary on-call'?" in await _complaint(desk)


async def test_a_key_that_may_only_read_is_said_before_anything_is_half_done(desk: Desk) -> None:
    desk.world.may_write = False
    assert (await _complaint(desk)).startswith(f"{TOKEN_FILE}: PagerDuty denied access, status 403 (Access Denied)")
    assert desk.said == []


async def test_a_key_that_may_not_see_keys_is_said(desk: Desk) -> None:
    desk.world.shows_keys = False
    assert (await _complaint(desk)).startswith(f"{TOKEN_FILE}: PagerDuty does not show the keys of integrations")
    assert [said.split()[0] for said in desk.said] == ["created", "created"], "what was done was said"
    desk.world.shows_keys = True
    assert await desk.apply()
    assert [said.split()[0] for said in desk.said[2:]] == ["integration", "wrote"]


@pytest.mark.parametrize("content", ["two words", "", "clé", "line\nline"])
async def test_a_file_that_holds_no_key_is_refused_before_it_is_sent(desk: Desk, content: str) -> None:
    desk.token_file.write_text(content)
    with pytest.raises(ApplyError) as refused:
        await desk.apply()
    assert f"{TOKEN_FILE}: {desk.token_file} holds no key; expected one word" in str(refused.value)
    assert not content or content not in str(refused.value)
    assert desk.account.seen == []


async def test_where_the_integration_key_cannot_be_written_nothing_is_begun(desk: Desk) -> None:
    desk.key_file.write_text("")
    assert f"{KEY_FILE}: {desk.key_file} is empty; remove it" in await _complaint(desk)
    desk.key_file.unlink()
    desk.key_file.mkdir()
    assert f"{KEY_FILE}: {desk.key_file} is a folder; expected a regular file" in await _complaint(desk)
    desk.key_file.rmdir()
    text = desk.file.read_text().replace(str(desk.key_file), f"{desk.folder}/nowhere/key")
    desk.file.write_text(text)
    path = desk.folder / "other.yaml"
    path.write_text(text)
    with pytest.raises(ApplyError, match=r"nowhere/key has to be written, but .*/nowhere is no folder; make it"):
        await apply_pagerduty(load(path), desk.said.append)
    assert desk.account.seen == []


async def test_a_file_that_came_meanwhile_is_not_overwritten(desk: Desk) -> None:
    def appearing(healthy: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            desk.key_file.write_text("written by somebody else")
            await healthy(scope, receive, send)

        return app

    desk.account.fault = appearing
    with pytest.raises(ApplyError, match=rf"{KEY_FILE}: .*key cannot be written: File exists"):
        await desk.apply()
    assert desk.key_file.read_text() == "written by somebody else"


async def test_without_a_policy_the_command_says_so(tmp_path: Path) -> None:
    path = tmp_path / "vigie.yaml"
    for text in ("product: shop\n", f"product: shop\nchannels:\n  pagerduty: {{routing_key_file: {tmp_path}/key}}\n"):
        path.write_text(text)
        with pytest.raises(ApplyError, match=r"policy: is not there, so there is nothing to apply; docs/routing.md"):
            await apply_pagerduty(load(path), print)


def _limited(times: int, **headers: str) -> Fault:
    """The first so many requests are too many."""
    left = [times]
    body = json.dumps({"error": {"message": "Rate Limit Exceeded", "code": 2020}}).encode()

    def sick(healthy: ASGIApp) -> ASGIApp:
        left[0] -= 1
        return healthy if left[0] < 0 else faults.answer(429, body, **headers)(healthy)

    return sick


async def test_a_limit_is_waited_for_as_long_as_pagerduty_says(desk: Desk) -> None:
    desk.account.fault = _limited(2, ratelimit_reset="20")
    assert await desk.apply()
    assert desk.slept == [20, 20]
    desk.slept.clear()
    desk.account.fault = _limited(1)
    assert await desk.apply()
    assert desk.slept == [5]


async def test_waiting_has_an_end(desk: Desk) -> None:
    desk.account.fault = _limited(10**6, ratelimit_reset="20")
    said = await _complaint(desk)
    assert said == f"{POLICY}: PagerDuty limits the rate of requests, status 429 (Rate Limit Exceeded)"
    assert desk.slept == [20] * 5
    desk.slept.clear()
    desk.account.fault = _limited(10**6, ratelimit_reset="61")
    assert await _complaint(desk) == said
    assert desk.slept == []


async def test_the_minute_of_the_account_is_kept_to(desk: Desk) -> None:
    """The simulated limit itself: a run that is held back waits until the minute is over, and goes on."""
    now = [1000.0]
    desk.world.limit = 3

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    account = PagerDuty(desk.world)
    account.now = lambda: now[0]
    with serving(account) as url:
        desk.url = url
        assert await apply_pagerduty(load(desk.file), desk.said.append, sleep=sleep)
    assert now[0] == 1000.0 + 60 * 2


async def test_the_header_is_what_pagerduty_asks_for_and_no_sentence_holds_a_secret(desk: Desk) -> None:
    await desk.apply()
    (integration,) = desk.world.services[0].integrations
    assert {seen.headers["authorization"] for seen in desk.account.seen} == {f"Token token={TOKEN}"}
    assert {seen.headers["accept"] for seen in desk.account.seen} == {VERSION}
    for _ in range(2):
        assert TOKEN not in "\n".join(desk.said)
        assert integration.key not in "\n".join(desk.said)
        await desk.apply()


def test_any_answer_is_understood_or_refused_in_one_sentence(desk: Desk) -> None:
    desk.world.services.append(
        Service("PSERV", "shop", "PPOLICY", integrations=[Integration("PI", "Vigie", INTEGRATION_TYPE, key_of("PI"))])
    )
    headers = {"authorization": f"Token token={TOKEN}", "accept": VERSION}
    with httpx.Client(base_url=desk.url, headers=headers) as client:
        paths = ("/users", "/schedules", "/escalation_policies", "/services", "/services/PSERV/integrations/PI")
        valid = {name: value for path in paths for name, value in client.get(path).json().items()}

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(mutants(valid))
    def check(data: object) -> None:
        desk.account.fault = faults.says(data)
        desk.key_file.unlink(missing_ok=True)
        try:
            asyncio.run(desk.apply(dry_run=True))
        except ApplyError as error:
            assert TOKEN not in str(error)  # noqa: PT017 - either outcome is good
        assert desk.written == []

    check()
