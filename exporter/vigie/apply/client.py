"""
PagerDuty's REST API, as far as an escalation needs it.

Facts from https://developer.pagerduty.com/docs and the schema in github.com/PagerDuty/api-schema. Lists come in pages
of at most 100, by `limit`, `offset` and `more`, 10,000 entries in all. 960 requests a minute may be sent; the header
`ratelimit-reset` holds the seconds until the next may.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from msgspec import Struct, field

from vigie.core.api import Answer, Api, Reply, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError

PAGE = 100
MOST = 10_000
"""Entries of a list that PagerDuty gives in all."""
INTEGRATION_TYPE = "events_api_v2_inbound_integration"
_TIMEOUT = 20.0
_LONGEST_WAIT = 60.0
"""Seconds that PagerDuty may ask to wait; its limits are by the minute."""
_UNSAID_WAIT = 5.0
_MOST_WAITS = 5

Sleep = Callable[[float], Awaitable[None]]
Item = TypeVar("Item")


class Reference(Struct):
    """A pointer to something."""

    id: str
    type: str
    summary: str | None = None


class User(Struct):
    """Somebody who can be told."""

    id: str
    email: str


class RuleBody(Struct):
    """One level of a policy."""

    escalation_delay_in_minutes: int
    targets: list[Reference]


class PolicyBody(Struct):
    """An escalation policy; `num_loops` is how often it begins anew after its last level."""

    id: str
    name: str
    escalation_rules: list[RuleBody]
    num_loops: int = 0
    description: str | None = None
    teams: list[Reference] = []


class ServiceBody(Struct):
    """A service; timeouts in seconds."""

    id: str
    name: str
    escalation_policy: Reference | None = None
    acknowledgement_timeout: int | None = None
    auto_resolve_timeout: int | None = None
    integrations: list[Reference] = []


class IntegrationBody(Struct):
    """An integration; its key is left out for whoever may not see it."""

    id: str
    type: str
    name: str | None = None
    integration_key: str | None = None


class _Page(Protocol[Item]):
    @property
    def items(self) -> list[Item]: ...
    @property
    def more(self) -> bool: ...


class _Users(Struct):
    more: bool
    items: list[User] = field(name="users")


class _Schedules(Struct):
    more: bool
    items: list[Reference] = field(name="schedules")


class _Policies(Struct):
    more: bool
    items: list[PolicyBody] = field(name="escalation_policies")


class _Services(Struct):
    more: bool
    items: list[ServiceBody] = field(name="services")


class _Policy(Struct):
    item: PolicyBody = field(name="escalation_policy")


class _Service(Struct):
    item: ServiceBody = field(name="service")


class _Integration(Struct):
    item: IntegrationBody = field(name="integration")


class PagerDuty:
    """
    An account.

    Every method raises a `SourceError` for anything but a good answer.

    Args:
        api_url: Where the API is.
        token: A REST API key, of an account or of a user.
        context: The product, and the clock and log that are lent.
        sleep: Waits a number of seconds.
    """

    def __init__(self, api_url: str, token: str, context: Context, sleep: Sleep = asyncio.sleep) -> None:
        vendor = Vendor(
            name="PagerDuty",
            base_url=api_url,
            headers={
                "authorization": f"Token token={token}",
                "accept": "application/vnd.pagerduty+json;version=2",
            },
            auth_hint="make a new REST API key, or use the `api_url` of the region that it belongs to",
            scope_hint="the key must not be read-only, and its user must be allowed to change services and policies",
            reset_header="ratelimit-reset",
            url_key="api_url",
        )
        self._api = Api(vendor, context, _TIMEOUT)
        self._log = context.log
        self._sleep = sleep
        self._waits_left = _MOST_WAITS

    async def users(self) -> list[User]:
        """Everybody in the account."""
        return await self._all("/users", _Users)

    async def schedules(self) -> list[Reference]:
        """On-call schedules that are made of layers."""
        return await self._all("/schedules", _Schedules)

    async def shift_schedules(self) -> list[Reference]:
        """On-call schedules that are made of shifts; none where the account has no such."""
        try:
            return await self._all("/v3/schedules", _Schedules)
        except SourceError as error:
            if error.reason is Reason.NOT_FOUND:
                return []
            raise

    async def policies(self) -> list[PolicyBody]:
        """Every escalation policy that the key may see."""
        return await self._all("/escalation_policies", _Policies)

    async def services(self) -> list[ServiceBody]:
        """Every service that the key may see."""
        return await self._all("/services", _Services)

    async def integrations(self, service: ServiceBody) -> list[IntegrationBody]:
        """The Events API v2 integrations of a service, with their keys."""
        found = []
        for reference in service.integrations:
            if reference.type.removesuffix("_reference") == INTEGRATION_TYPE:
                path = f"/services/{service.id}/integrations/{reference.id}"
                found.append((await self._asked(partial(self._api.get, path, _Integration))).body.item)
        return found

    async def save_policy(self, identity: str | None, body: dict[str, Any]) -> PolicyBody:
        """Create a policy, or change the one with this id."""
        return (await self._save("/escalation_policies", identity, {"escalation_policy": body}, _Policy)).item

    async def save_service(self, identity: str | None, body: dict[str, Any]) -> ServiceBody:
        """Create a service, or change the one with this id; what `body` leaves out stays as it is."""
        return (await self._save("/services", identity, {"service": body}, _Service)).item

    async def create_integration(self, service: str, name: str) -> IntegrationBody:
        """Add an Events API v2 integration to a service."""
        body = {"integration": {"type": INTEGRATION_TYPE, "name": name}}
        return (await self._save(f"/services/{service}/integrations", None, body, _Integration)).item

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _all(self, path: str, page: type[_Page[Item]]) -> list[Item]:
        found: list[Item] = []
        while True:
            query = {"limit": PAGE, "offset": len(found)}
            body = (await self._asked(partial(self._api.get, path, page, query))).body
            found += body.items
            if not body.more or not body.items:
                return found
            if len(found) >= MOST:
                sentence = f"PagerDuty lists more than {MOST:,} entries at {path}, of which the others cannot be read"
                raise SourceError(Reason.BAD_PAYLOAD, sentence)

    async def _save(self, path: str, identity: str | None, body: dict[str, Any], answer: type[Answer]) -> Answer:
        if identity is None:
            return (await self._asked(partial(self._api.post, path, answer, body))).body
        return (await self._asked(partial(self._api.put, f"{path}/{identity}", answer, body))).body

    async def _asked(self, ask: Callable[[], Awaitable[Reply[Answer]]]) -> Reply[Answer]:
        """Ask, and ask again after the wait where PagerDuty wants one; what it refused so it did not do."""
        while True:
            try:
                return await ask()
            except SourceError as error:
                wait = _UNSAID_WAIT if error.retry_after is None else error.retry_after
                if error.reason is not Reason.RATE_LIMITED or wait > _LONGEST_WAIT or not self._waits_left:
                    raise
            self._waits_left -= 1
            self._log.warning("waiting", vendor="PagerDuty", seconds=wait)
            await self._sleep(wait)
