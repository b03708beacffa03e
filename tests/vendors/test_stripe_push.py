"""Stripe: what is pushed to `/webhooks/stripe`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given

from demo.vendors.stripe import Stripe, objects
from demo.vendors.stripe.objects import Body
from demo.vendors.stripe.vendor import signed
from tests.real.vendor import serving
from tests.vendors.mutants import mutants
from tests.vendors.polling import read
from tests.vendors.setup_stripe import SETUP
from tests.vendors.stripe_polls import DAY, Watched, watching
from vigie.core.state import State
from vigie.errors import Reason, SourceError
from vigie.sources.stripe import families as f
from vigie.sources.stripe.push import verify

SECRET = "whsec_of_the_endpoint"
CHARGE = "charge.succeeded"
ONE = {("eur",): 1.0}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Stripe, str]]:
    vendor = Stripe()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
async def account(served: tuple[Stripe, str]) -> AsyncIterator[Watched]:
    async with watching(served, webhook_secret=SECRET) as watched:
        yield watched


async def _push(account: Watched, event: Body, secret: str = SECRET, age: float = 0.0) -> None:
    headers, body = signed(event, secret, time.time() - age)
    await account.source.receive(headers, body)


def _charge(watched: Watched, **more: object) -> Body:
    return watched.event(CHARGE, objects.charge("ch_1", 100, "eur"), **more)


async def test_an_old_event_that_is_pushed_first_begins_no_counting_in_the_past(account: Watched) -> None:
    for number in range(132):
        account.stripe.happen(CHARGE, objects.charge(f"ch_{number}", 100, "eur"), account.clock.time - DAY - number)
    old = account.stripe.happen(CHARGE, objects.charge("ch_old", 100, "eur"), account.clock.time - 2 * DAY)
    await _push(account, old)
    values = await read(account.source)
    assert values[f.ATTEMPTS] == {("eur",): 0}


async def test_an_event_counts_when_it_is_pushed_and_not_again_when_it_is_read(account: Watched) -> None:
    await read(account.source)
    await _push(account, _charge(account))
    values = await account.later(15)
    assert values[f.ATTEMPTS] == ONE
    assert values[f.PUSHED] == {(): account.clock.time - 15}
    assert (await account.later(3600))[f.ATTEMPTS] == ONE


async def test_an_event_that_was_read_does_not_count_again_when_it_is_pushed(account: Watched) -> None:
    await read(account.source)
    event = _charge(account)
    assert (await account.later(3600))[f.ATTEMPTS] == ONE
    for _ in range(3):
        await _push(account, event)
    assert (await account.later(15))[f.ATTEMPTS] == ONE


async def test_an_event_pushed_before_the_first_poll_counts(account: Watched) -> None:
    await _push(account, _charge(account))
    assert (await read(account.source))[f.ATTEMPTS] == ONE
    assert (await account.later(3600))[f.ATTEMPTS] == ONE


async def test_what_happened_before_vigie_watched_is_history_by_this_road_too(account: Watched) -> None:
    await read(account.source)
    await _push(account, _charge(account, created=int(account.clock.time) - 60))
    assert (await account.later(15))[f.ATTEMPTS] == {("eur",): 0}


async def test_an_event_sent_again_after_weeks_does_not_count_again(account: Watched) -> None:
    """Its id is forgotten by then, but not that its time is settled."""
    await read(account.source)
    event = _charge(account)
    for _ in range(40):
        await account.later(DAY / 2)
    await _push(account, event)
    assert (await account.later(15))[f.ATTEMPTS] == ONE


async def test_pushed_events_are_on_disk_when_stripe_is_told_so(served: tuple[Stripe, str], tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    async with watching(served, state, webhook_secret=SECRET) as account:
        await read(account.source)
        await _push(account, _charge(account))
    state.close()
    state = State(tmp_path / "state.db")
    assert state.counters("stripe")[f.ATTEMPTS.name, ("eur",)] == 1
    state.close()


async def test_events_of_the_other_mode_or_of_another_account_do_not_count(account: Watched) -> None:
    await read(account.source)
    await _push(account, _charge(account, livemode=False))
    await _push(account, _charge(account, account="acct_1Connected"))
    await _push(account, account.event("invoice.paid", {"id": "in_1"}))
    account.stripe.world.events.clear()
    values = await account.later(15)
    assert values[f.ATTEMPTS] == {}
    assert values[f.SKIPPED] == {("other_mode",): 1, ("connected_account",): 1, ("unreadable",): 0}


async def test_with_a_test_key_it_is_the_live_events_that_do_not_count(served: tuple[Stripe, str]) -> None:
    async with watching(served, webhook_secret=SECRET, api_key="rk_test_1") as account:
        account.stripe.world.key = "rk_test_1"
        await read(account.source)
        await _push(account, _charge(account, livemode=False))
        await _push(account, _charge(account))
        account.stripe.world.events.clear()
        values = await account.later(15)
        assert (values[f.ATTEMPTS], values[f.SKIPPED][("other_mode",)]) == (ONE, 1)
        assert (await account.source.describe()).startswith("Stripe in test mode")


@pytest.mark.parametrize(
    ("secret", "age", "words"),
    [("whsec_other", 0, "webhook_secret is the signing secret"), (SECRET, 302, "signed more than 5 minutes ago")],
)
async def test_what_stripe_did_not_sign_lately_is_refused(
    account: Watched, secret: str, age: float, words: str
) -> None:
    await read(account.source)
    with pytest.raises(SourceError, match=words) as caught:
        await _push(account, _charge(account), secret, age)
    assert caught.value.reason is Reason.AUTH
    assert SECRET not in str(caught.value)
    account.stripe.world.events.clear()
    assert (await account.later(15))[f.ATTEMPTS] == {}


@pytest.mark.parametrize("signature", ["", "t=1", "v1=aa", "t=x,v1=aa", "t=1,v1=é", f"t={'9' * 5000},v1=aa", ",,=,=="])
async def test_a_signature_that_is_none_is_refused(account: Watched, signature: str) -> None:
    with pytest.raises(SourceError) as caught:
        await account.source.receive({"stripe-signature": signature} if signature else {}, b"{}")
    assert caught.value.reason is Reason.AUTH


async def test_a_changed_body_is_refused(account: Watched) -> None:
    headers, body = signed(_charge(account), SECRET, time.time())
    with pytest.raises(SourceError) as caught:
        await account.source.receive(headers, body.replace(b"100", b"999"))
    assert caught.value.reason is Reason.AUTH
    with pytest.raises(SourceError) as caught:
        await account.source.receive(headers, b"\xff" + body)
    assert caught.value.reason is Reason.AUTH


async def test_without_a_secret_no_push_is_taken(served: tuple[Stripe, str]) -> None:
    async with watching(served) as account:
        with pytest.raises(SourceError, match=r"set sources\.stripe\.webhook_secret") as caught:
            await _push(account, _charge(account))
    assert caught.value.reason is Reason.NOT_FOUND


async def test_where_events_are_pushed_they_are_read_once_an_hour(account: Watched) -> None:
    await read(account.source)
    account.stripe.seen.clear()
    for _ in range(60):
        await account.later(120)
    reads = [seen for seen in account.stripe.seen if "types" in seen.query]
    assert len(reads) == 2


async def test_what_only_vigie_missed_while_it_was_stopped_is_not_held_against_the_product(
    served: tuple[Stripe, str], tmp_path: Path
) -> None:
    state = State(tmp_path / "state.db")
    async with watching(served, state, webhook_secret=SECRET) as account:
        await read(account.source)
        await account.later(60)
        stopped = account.clock.time
        missed = [
            account.stripe.happen(CHARGE, objects.charge(f"ch_{n}", 1, "eur"), stopped + n * 20) for n in range(4)
        ]
        account.stripe.world.undelivered = [event["id"] for event in missed]
        again = SETUP.source(account.url, account.clock, state, webhook_secret=SECRET)
        account.clock.time = stopped + 30  # it was away for half a minute
        await read(again)
        account.clock.time += 3600
        values = await read(again)
        await again.close()
        assert values[f.UNDELIVERED] == {(): 1}, "all but the last happened while Vigie was away"
        assert values[f.NEWEST] == {(): stopped + 60}
    state.close()


@given(mutants(objects.event("evt_1", CHARGE, 1, objects.charge("ch_1", 100, "eur"))))
def test_any_signed_body_is_taken_or_a_classified_error(data: object) -> None:
    body = json.dumps(data)
    header = signed({}, SECRET, time.time())[0] | _signature(body)
    try:
        envelope = verify(header["stripe-signature"], body.encode(), SECRET)
    except SourceError as error:
        assert error.reason is Reason.BAD_PAYLOAD  # noqa: PT017 - either outcome is good
        return
    source = SETUP.source("http://127.0.0.1:9", time.time, webhook_secret=SECRET)
    source._journal.take(envelope)  # type: ignore[attr-defined]  # noqa: SLF001
    source.context.state.close()


def _signature(body: str) -> dict[str, str]:
    import stripe  # noqa: PLC0415 - Stripe's own way to sign

    return {"stripe-signature": stripe.WebhookSignature.generate_signature_header(body, SECRET)}


def test_stripes_library_is_not_loaded_before_the_first_push() -> None:
    """It takes a fifth of a second, which who takes no webhooks should not pay for."""
    program = "import sys, vigie.sources; print('stripe' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert said.stdout == "False\n"
