"""The simulated Stripe on the wire."""

from __future__ import annotations

import base64
import heapq
import hmac
import itertools
import json
import operator
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from hashlib import sha256
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor
from demo.vendors.stripe import life, objects
from demo.vendors.stripe.objects import Body
from demo.vendors.stripe.world import Era, World

RETENTION = 30 * 86400
_LARGEST_PAGE = 100
_MOST_TYPES = 20
_PAGING = {"limit", "starting_after", "ending_before", "expand"}
_RANGE: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class Refused(Exception):  # noqa: N818 - that is what it is
    """An error as Stripe words it."""

    def __init__(self, status: int, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": "invalid_request_error", **more}}


class Stripe(SimulatedVendor):
    """One account."""

    name = "stripe"
    world: World

    def __init__(self, world: World | None = None, now: Callable[[], float] = time.time) -> None:
        self.world = world or World()
        self._limits: dict[str, RateLimit] = {}
        super().__init__(now)

    def routes(self) -> list[Route]:
        """The lists that Vigie reads."""
        return [
            Route("/v1/events", self._answer("event", self._events)),
            Route("/v1/webhook_endpoints", self._answer("webhook", self._endpoints)),
            Route("/v1/subscriptions", self._answer("subscription", self._subscriptions)),
        ]

    def change(self, values: dict[str, Any]) -> None:
        """Set parts of the world; other rates hold from now on, and the past stays as it was."""
        before = self.world.rates
        super().change(values)
        if self.world.rates != before:
            self.world.eras.append(Era(self.now(), before))

    def happen(self, kind: str, thing: Body, at: float | None = None, previous: Body | None = None) -> Body:
        """Make an event, now unless `at` says otherwise; its body, as a webhook brings it."""
        number = len(self.world.events)
        identity = f"evt_1T{zlib.crc32(str(number).encode()):08x}{number}"
        event = objects.event(identity, kind, int(self.now() if at is None else at), thing, previous)
        self.world.events.append(event)
        return event

    def _answer(self, right: str, page: Callable[[Mapping[str, str]], Body]) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            headers = {"request-id": f"req_{len(self.seen):014d}", "stripe-version": objects.VERSION}
            headers["date"] = formatdate(self.now(), usegmt=True)
            try:
                self._admit(request, right)
                return JSONResponse(page(_parameters(request)), headers=headers)
            except Refused as refused:
                return JSONResponse(refused.body, refused.status, headers={**headers, **self._why(refused)})

        return handle

    def _admit(self, request: Request, right: str) -> None:
        key = _key(request.headers.get("authorization", ""))
        if not key:
            raise Refused(
                401, "You did not provide an API key. You need to provide your API key in the Authorization header"
            )
        shown = f"{self.world.key[:8]}{'*' * 20}{key[-4:]}"
        if key != self.world.key:
            raise Refused(401, f"Invalid API Key provided: {shown}")
        if right not in self.world.rights:
            raise Refused(
                403,
                f"The provided key '{shown}' does not have the required permissions for this endpoint on account "
                f"'acct_1Simulated'. Having the 'rak_{right}_read' permission would allow this request to continue.",
            )
        limit = self._limits.setdefault(request.url.path, RateLimit(self.world.limit, 1.0))
        limit.limit = self.world.limit
        if limit.take(time.monotonic()) is not None:
            raise Refused(429, "Request rate limit exceeded.", code="rate_limit")

    @staticmethod
    def _why(refused: Refused) -> dict[str, str]:
        return {"stripe-rate-limited-reason": "endpoint-rate"} if refused.status == 429 else {}  # noqa: PLR2004

    def _events(self, query: Mapping[str, str]) -> Body:
        types = _values(query, "types")
        _check(query, {*_PAGING, "types", "type", "created", "delivery_success"})
        if len(types) > _MOST_TYPES or (types and "type" in query):
            raise Refused(400, "You may pass either `type` or up to 20 `types`.", param="types")
        events = (event for event in self._listed(query) if _fits(event, query, types))
        if "delivery_success" in query:
            wanted = query["delivery_success"] == "true"
            events = (event for event in events if self._is_delivered(event) is wanted)
        events = (event if self._is_delivered(event) else {**event, "pending_webhooks": 1} for event in events)
        return _page("/v1/events", events, query)

    def _listed(self, query: Mapping[str, str]) -> Iterator[Body]:
        """Everything that is in the list by now, newest first, from about where the reader stands."""
        now = self.now()
        newest = min(now, _bound(query, "lt", "lte", default=now))
        cursor = query.get("starting_after", "")
        place = life.happened(cursor)
        if place is not None:
            newest = min(newest, place + life.MINUTE)
        oldest = max(now - RETENTION, _bound(query, "gt", "gte", default=0))
        told = (event for event in self.world.events if event["created"] >= now - RETENTION)
        extra = sorted(told, key=lambda event: -int(event["created"]))
        everything = heapq.merge(
            extra, life.backwards(self.world, newest, oldest), key=lambda event: -int(event["created"])
        )
        return (event for event in everything if self._has_appeared(event, now))

    def _has_appeared(self, event: Body, now: float) -> bool:
        delay = self.world.appearing * (zlib.crc32(event["id"].encode()) % 101) / 100
        return bool(event["created"] + delay <= now)

    def _is_delivered(self, event: Body) -> bool:
        since = self.world.failing_since
        failed = event["id"] in self.world.undelivered or (since is not None and event["created"] >= since)
        return not failed and bool(event["created"] + self.world.delivery <= self.now())

    def _endpoints(self, query: Mapping[str, str]) -> Body:
        _check(query, _PAGING)
        endpoints = (objects.endpoint(identity, status) for identity, status in self.world.endpoints.items())
        return _page("/v1/webhook_endpoints", endpoints, query)

    def _subscriptions(self, query: Mapping[str, str]) -> Body:
        _check(query, {*_PAGING, "status", "customer", "price", "created"})
        alike = (
            objects.subscription(f"sub_1S{status}{number:06d}", status)
            for status, count in self.world.statuses.items()
            for number in range(count)
        )
        everything = (body for body in itertools.chain(self.world.subscriptions, alike) if body["status"] != "canceled")
        expanded = {path.removeprefix("data.") for path in _values(query, "expand")}
        return _page("/v1/subscriptions", (_expanded(body, expanded) for body in everything), query)


def signed(event: Body, secret: str, at: float) -> tuple[dict[str, str], bytes]:
    """Headers and body of the webhook that brings `event`."""
    body = json.dumps(event, indent=2).encode()
    signature = hmac.new(secret.encode(), f"{int(at)}.".encode() + body, sha256).hexdigest()
    header = f"t={int(at)},v1={signature}"
    return {"stripe-signature": header, "content-type": "application/json; charset=utf-8"}, body


def _key(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(value).decode(errors="replace").partition(":")[0]
    return value if scheme.lower() == "bearer" else ""


def _parameters(request: Request) -> Mapping[str, str]:
    """The query; `types[]=a&types[]=b` becomes `types[0]` and `types[1]`, as Stripe's libraries write it."""
    pairs = [
        (name.replace("[]", f"[{place}]"), value)
        for place, (name, value) in enumerate(request.query_params.multi_items())
    ]
    return dict(pairs)


def _values(query: Mapping[str, str], name: str) -> list[str]:
    return [value for key, value in query.items() if re.fullmatch(rf"{name}\[\d+\]", key)]


def _check(query: Mapping[str, str], known: Iterable[str]) -> None:
    for name in query:
        if name.partition("[")[0] not in known:
            raise Refused(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    limit = query.get("limit", "10")
    if not limit.isdecimal() or not 1 <= int(limit) <= _LARGEST_PAGE:
        raise Refused(400, "This value must be between 1 and 100.", code="parameter_invalid_integer", param="limit")


def _bound(query: Mapping[str, str], *names: str, default: float) -> float:
    found = [float(query[f"created[{name}]"]) for name in names if f"created[{name}]" in query]
    return found[0] if found else default


def _fits(event: Body, query: Mapping[str, str], types: list[str]) -> bool:
    bounds = ((test, query.get(f"created[{name}]")) for name, test in _RANGE.items())
    if not all(test(event["created"], int(bound)) for test, bound in bounds if bound is not None):
        return False
    if "type" in query and not re.fullmatch(re.escape(query["type"]).replace(r"\*", ".*"), event["type"]):
        return False
    return not types or event["type"] in types


def _page(url: str, bodies: Iterable[Body], query: Mapping[str, str]) -> Body:
    limit, after, before = int(query.get("limit", "10")), query.get("starting_after"), query.get("ending_before")
    rest = iter(bodies)
    if after is not None and not any(body["id"] == after for body in rest):
        raise Refused(400, f"No such object: '{after}'", code="resource_missing", param="starting_after")
    if before is not None:
        newer = list(itertools.takewhile(lambda body: body["id"] != before, rest))
        return objects.listing(url, newer[-limit:], has_more=len(newer) > limit)
    found = list(itertools.islice(rest, limit + 1))
    return objects.listing(url, found[:limit], has_more=len(found) > limit)


def _expanded(body: Body, paths: set[str]) -> Body:
    """Discounts are ids unless they are asked for, and their coupons too."""
    if not body["discounts"]:
        return body
    discounts = msgspec.to_builtins(body["discounts"])
    if not any(path.startswith("discounts") for path in paths):
        return {**body, "discounts": [discount["id"] for discount in discounts]}
    if "discounts.source.coupon" not in paths:
        discounts = [
            {**each, "source": {**each["source"], "coupon": each["source"]["coupon"]["id"]}} for each in discounts
        ]
    return {**body, "discounts": discounts}
