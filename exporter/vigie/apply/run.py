"""`vigie apply pagerduty`: read what is there, compare, change, and say so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vigie.apply import files, texts
from vigie.apply.changes import Changes
from vigie.apply.client import PagerDuty, Sleep
from vigie.apply.names import Directory, present_integration, present_policy, present_service, resolve
from vigie.apply.plan import Action, Present, Wanted, choose, plan
from vigie.config.document import Document, Key, dotted
from vigie.config.load import Configuration
from vigie.config.paging import Policy
from vigie.core.logs import Redactor, logger
from vigie.core.source import Context
from vigie.errors import ApplyError, Reason, SourceError

_CHANNEL: Key = ("channels", "pagerduty")
_KEY_FILE: Key = (*_CHANNEL, "routing_key_file")
_POLICY: Key = (*_CHANNEL, "policy")
_TOKEN_FILE: Key = (*_POLICY, "token_file")
_API_URL: Key = (*_POLICY, "api_url")
_ABOUT = {
    Reason.AUTH: _TOKEN_FILE,
    Reason.FORBIDDEN: _TOKEN_FILE,
    Reason.NETWORK: _API_URL,
    Reason.TIMEOUT: _API_URL,
    Reason.NOT_FOUND: _API_URL,
}
"""The key of `vigie.yaml` that a failure has to do with, where it is not the whole policy."""

Say = Callable[[str], None]


async def apply_pagerduty(
    configuration: Configuration, say: Say, *, dry_run: bool = False, sleep: Sleep = asyncio.sleep
) -> bool:
    """
    Make the escalation policy of `vigie.yaml` real, and say of each thing what was done, once it is.

    Returns:
        Whether alerts reach it; not where `routing_key_file` holds the key of something else.

    Raises:
        ApplyError: What has to be put right, with its line in the file.
    """
    document, channel = configuration.document, configuration.product.channels.pagerduty
    if channel is None or channel.policy is None:
        raise _complaint(document, _POLICY, "is not there, so there is nothing to apply; docs/routing.md shows one")
    with _about(document, _TOKEN_FILE):
        token = files.read_token(channel.policy.token_file)
    with _about(document, _KEY_FILE):
        key = files.read_key(channel.routing_key_file)
    name = configuration.product.product
    client = PagerDuty(channel.policy.api_url, token, Context(name, logger(product=name), time.time), sleep)
    try:
        wanted, directory = await _wanted(client, document, channel.policy, name)
        present = await _present(client, wanted, directory, key)
        with _about(document, _KEY_FILE):
            return await _carry_out(Changes(client, wanted, present, channel.routing_key_file), say, dry_run=dry_run)
    except SourceError as error:
        sentence = Redactor((token, key or "")).text(str(error))
        raise _complaint(document, _ABOUT.get(error.reason, _POLICY), sentence) from None
    finally:
        await client.close()


async def _wanted(client: PagerDuty, document: Document, policy: Policy, product: str) -> tuple[Wanted, Directory]:
    """The policy with the ids of those whom it names; shift-based schedules are only read where a name is not found."""
    names = {name for level in policy.levels for name in level.schedules}
    schedules = {schedule.id: schedule for schedule in (await client.schedules() if names else ())}
    if not names <= {schedule.summary for schedule in schedules.values()}:
        schedules |= {schedule.id: schedule for schedule in await client.shift_schedules()}
    directory = Directory.of(await client.users(), schedules.values())
    rules, unknown = resolve(policy.levels, directory)
    if unknown:
        lines = [str(_complaint(document, (*_POLICY, "levels", *it.key), it.sentence)) for it in unknown]
        raise ApplyError("\n".join(lines))
    return Wanted(policy.name or product, rules), directory


async def _present(client: PagerDuty, wanted: Wanted, directory: Directory, key: str | None) -> Present:
    policies = [policy for policy in await client.policies() if policy.name == wanted.name]
    services = [service for service in await client.services() if service.name == wanted.name]
    integrations = [present_integration(found) for it in services[:1] for found in await client.integrations(it)]
    return Present(
        policy=present_policy(policies[0], directory) if policies else None,
        service=present_service(services[0]) if services else None,
        integration=choose(integrations, key),
        key=key,
    )


async def _carry_out(changes: Changes, say: Say, *, dry_run: bool) -> bool:
    steps = plan(changes.wanted, changes.present)
    for step in steps:
        if not dry_run:
            await changes.make(step)
        say(texts.sentence(step, changes.wanted, changes.present, changes.key_file, dry_run=dry_run))
    actions = {step.action for step in steps}
    if actions == {Action.KEEP}:
        say(texts.NOTHING_TO_DO)
    elif dry_run:
        say(texts.DRY_RUN)
    return Action.LEAVE not in actions


@contextmanager
def _about(document: Document, key: Key) -> Iterator[None]:
    """Say where the key stands that an error has to do with."""
    try:
        yield
    except ApplyError as error:
        raise _complaint(document, key, str(error)) from None


def _complaint(document: Document, key: Key, sentence: str) -> ApplyError:
    return ApplyError(f"{document.place(key)}: {dotted(key)}: {sentence}")
