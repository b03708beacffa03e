"""
PagerDuty's REST API, as far as Vigie asks it: users, schedules, escalation policies, services and their integrations.

Like the vendor: the token scheme of the header, the version in `Accept`, pages by `limit`, `offset` and `more`, objects
wrapped by their name, references instead of related objects, names that are unique, timeouts that are on unless a
request says otherwise, limits by the minute announced in headers, errors as `{"error": {"message", "code", "errors"}}`.
It holds configuration only: no incidents, and no way to delete anything.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.vendors.framework import RateLimit, SimulatedVendor
from demo.vendors.pagerduty_world import Integration, Policy, Rule, Service, Target, User, World

VERSION = "application/vnd.pagerduty+json;version=2"
INTEGRATION_TYPE = "events_api_v2_inbound_integration"
MINUTE = 60.0
_MOST = 10_000
"""Entries of a list that pages reach."""
_LARGEST_PAGE = 100
_MOST_TARGETS = 10

Data = dict[str, Any]


class Refused(Exception):  # noqa: N818 - it becomes an answer
    """A request that is answered with an error."""

    def __init__(self, status: int, code: int, message: str, *errors: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Data = {"error": {"message": message, "code": code}}
        if errors:
            self.body["error"]["errors"] = list(errors)


class PagerDuty(SimulatedVendor):
    """One account with one REST API key."""

    name = "pagerduty"
    world: World

    def __init__(self, world: World | None = None) -> None:
        super().__init__()
        self.world = world or World()
        self._minute = RateLimit(self.world.limit, MINUTE)

    def routes(self) -> Sequence[Route]:
        """The paths, each behind the checks that all have."""
        return [
            self._route("/users", "GET", self._users),
            self._route("/schedules", "GET", self._schedules),
            self._route("/v3/schedules", "GET", self._shift_schedules),
            self._route("/escalation_policies", "GET", self._policies),
            self._route("/escalation_policies", "POST", self._create_policy),
            self._route("/escalation_policies/{id}", "PUT", self._change_policy),
            self._route("/services", "GET", self._services),
            self._route("/services", "POST", self._create_service),
            self._route("/services/{id}", "PUT", self._change_service),
            self._route("/services/{id}/integrations", "POST", self._create_integration),
            self._route("/services/{id}/integrations/{integration}", "GET", self._integration),
        ]

    def _route(self, path: str, method: str, answer: Callable[[Request, Data], Data]) -> Route:
        async def endpoint(request: Request) -> Response:
            self._minute.limit = self.world.limit
            wait = self._minute.take(self.now())
            headers = {
                "ratelimit-limit": str(self.world.limit),
                "ratelimit-remaining": str(self._minute.remaining),
                "ratelimit-reset": str(math.ceil(wait or MINUTE)),
            }
            try:
                self._admit(request, wait)
                body = await request.json() if method != "GET" else {}
                return JSONResponse(answer(request, body), 201 if method == "POST" else 200, headers)
            except Refused as refused:
                return JSONResponse(refused.body, refused.status, headers)

        return Route(path, endpoint, methods=[method])

    def _admit(self, request: Request, wait: float | None) -> None:
        if wait is not None:
            raise Refused(429, 2020, "Rate Limit Exceeded")
        if request.headers.get("authorization") != f"Token token={self.world.token}":
            raise Refused(401, 2006, "Authentication failed")
        if VERSION not in request.headers.get("accept", ""):
            raise Refused(406, 2001, "Not Acceptable", "Accept must name a version of the API")
        if request.method != "GET" and not self.world.may_write:
            raise Refused(403, 2010, "Access Denied")

    def _users(self, request: Request, _body: Data) -> Data:
        rows = [{**_reference(user.id, "user", user.name), "email": user.email} for user in self.world.users]
        return _page(request, "users", rows)

    def _schedules(self, request: Request, _body: Data) -> Data:
        found = [schedule for schedule in self.world.schedules if not schedule.of_shifts]
        rows = [{**_reference(one.id, one.type, one.name), "name": one.name, "time_zone": "UTC"} for one in found]
        return _page(request, "schedules", rows)

    def _shift_schedules(self, request: Request, _body: Data) -> Data:
        if not self.world.has_shifts:
            raise Refused(404, 2100, "Not Found")
        found = [schedule for schedule in self.world.schedules if schedule.of_shifts]
        return _page(
            request, "schedules", [_reference(one.id, f"{one.type}_reference", one.name) for one in found], most=1000
        )

    def _policies(self, request: Request, _body: Data) -> Data:
        return _page(request, "escalation_policies", [self._policy(policy) for policy in self.world.policies])

    def _create_policy(self, _request: Request, body: Data) -> Data:
        wanted = _wrapped(body, "escalation_policy")
        policy = Policy(self._identity(), _name(wanted, self.world.policies), self._rules(wanted))
        _set_rest(policy, wanted)
        self.world.policies.append(policy)
        return {"escalation_policy": self._policy(policy)}

    def _change_policy(self, request: Request, body: Data) -> Data:
        policy = _found(self.world.policies, request.path_params["id"])
        wanted = _wrapped(body, "escalation_policy")
        policy.name = _name(wanted, [other for other in self.world.policies if other is not policy])
        policy.escalation_rules = self._rules(wanted)
        _set_rest(policy, wanted)
        return {"escalation_policy": self._policy(policy)}

    def _services(self, request: Request, _body: Data) -> Data:
        return _page(request, "services", [self._service(service) for service in self.world.services])

    def _create_service(self, _request: Request, body: Data) -> Data:
        wanted = _wrapped(body, "service")
        name = _name(wanted, self.world.services)
        service = Service(self._identity(), name, self._followed(wanted))
        _set_timeouts(service, wanted)
        self.world.services.append(service)
        return {"service": self._service(service)}

    def _change_service(self, request: Request, body: Data) -> Data:
        service = _found(self.world.services, request.path_params["id"])
        wanted = _wrapped(body, "service")
        if "escalation_policy" in wanted:
            service.policy = self._followed(wanted)
        _set_timeouts(service, wanted)
        return {"service": self._service(service)}

    def _create_integration(self, request: Request, body: Data) -> Data:
        service = _found(self.world.services, request.path_params["id"])
        wanted = _wrapped(body, "integration")
        if wanted.get("type") != INTEGRATION_TYPE:
            raise Refused(400, 2001, "Invalid Input Provided", "Type is not supported here")
        identity = self._identity()
        integration = Integration(identity, wanted.get("name") or "Events API V2", INTEGRATION_TYPE, key_of(identity))
        service.integrations.append(integration)
        return {"integration": self._shown(integration)}

    def _integration(self, request: Request, _body: Data) -> Data:
        service = _found(self.world.services, request.path_params["id"])
        return {"integration": self._shown(_found(service.integrations, request.path_params["integration"]))}

    def _identity(self) -> str:
        self.world.made += 1
        return f"PMADE{self.world.made:02}"

    def _rules(self, wanted: Data) -> list[Rule]:
        rules = [msgspec.convert(rule, Rule) for rule in wanted.get("escalation_rules", ())]
        if not rules:
            raise Refused(400, 2001, "Invalid Input Provided", "Escalation rules cannot be empty")
        for rule in rules:
            if rule.escalation_delay_in_minutes < 1:
                raise Refused(400, 2001, "Invalid Input Provided", "Escalation delay must be at least 1 minute")
            if not 1 <= len(rule.targets) <= _MOST_TARGETS:
                raise Refused(400, 2001, "Invalid Input Provided", "A rule has 1 to 10 targets")
            for target in rule.targets:
                self._summary(target)
        return rules

    def _summary(self, target: Target) -> str:
        """Name of whom a target points to, by its id and its type."""
        users = {(user.id, "user_reference"): user.name for user in self.world.users}
        schedules = {(one.id, f"{one.type}_reference"): one.name for one in self.world.schedules}
        name = {**users, **schedules}.get((target.id, target.type))
        if name is None:
            raise Refused(404, 2100, "Not Found")
        return name

    def _followed(self, wanted: Data) -> str:
        reference = wanted.get("escalation_policy") or {}
        return _found(self.world.policies, reference.get("id", "")).id

    def _policy(self, policy: Policy) -> Data:
        rules = [
            {
                "id": f"{policy.id}R{number}",
                "escalation_delay_in_minutes": rule.escalation_delay_in_minutes,
                "targets": [_reference(target.id, target.type, self._summary(target)) for target in rule.targets],
            }
            for number, rule in enumerate(policy.escalation_rules)
        ]
        return {
            **_reference(policy.id, "escalation_policy", policy.name),
            "name": policy.name,
            "description": policy.description,
            "num_loops": policy.num_loops,
            "escalation_rules": rules,
            "teams": [_reference(team, "team_reference", team) for team in policy.teams],
        }

    def _service(self, service: Service) -> Data:
        policy = _found(self.world.policies, service.policy)
        integrations = [_reference(one.id, f"{one.type}_reference", one.name) for one in service.integrations]
        return {
            **_reference(service.id, "service", service.name),
            "name": service.name,
            "status": "active",
            "escalation_policy": _reference(policy.id, "escalation_policy_reference", policy.name),
            "acknowledgement_timeout": service.acknowledgement_timeout,
            "auto_resolve_timeout": service.auto_resolve_timeout,
            "integrations": integrations,
        }

    def _shown(self, integration: Integration) -> Data:
        shown = {**_reference(integration.id, integration.type, integration.name), "name": integration.name}
        return {**shown, "integration_key": integration.key} if self.world.shows_keys else shown


def key_of(identity: str) -> str:
    """The integration key of an integration: 32 characters, as the vendor's have."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


Named = TypeVar("Named", User, Policy, Service, Integration)


def _found(things: Iterable[Named], identity: str) -> Named:
    for thing in things:
        if thing.id == identity:
            return thing
    raise Refused(404, 2100, "Not Found")


def _wrapped(body: Data, name: str) -> Data:
    inner = body.get(name)
    if not isinstance(inner, dict) or "type" not in inner:
        raise Refused(400, 2001, "Invalid Input Provided", f"{name} with its type is missing")
    return inner


def _name(wanted: Data, taken: Iterable[Policy | Service]) -> str:
    name: str = wanted.get("name", "")
    if not name:
        raise Refused(400, 2001, "Invalid Input Provided", "Name can't be blank.")
    if name in {other.name for other in taken}:
        raise Refused(400, 2001, "Invalid Input Provided", "Name has already been taken.")
    return name


def _set_rest(policy: Policy, wanted: Data) -> None:
    """What is left out is lost: stricter than the vendor may be."""
    policy.num_loops = wanted.get("num_loops", 0)
    policy.description = wanted.get("description")
    policy.teams = [team["id"] for team in wanted.get("teams", ())]


def _set_timeouts(service: Service, wanted: Data) -> None:
    """A timeout of 0 or null is off; one that is left out stays."""
    service.acknowledgement_timeout = wanted.get("acknowledgement_timeout", service.acknowledgement_timeout) or None
    service.auto_resolve_timeout = wanted.get("auto_resolve_timeout", service.auto_resolve_timeout) or None


def _reference(identity: str, kind: str, summary: str) -> Data:
    return {"id": identity, "type": kind, "summary": summary, "self": None, "html_url": None}


def _page(request: Request, name: str, rows: list[Data], most: int = _LARGEST_PAGE) -> Data:
    limit = min(int(request.query_params.get("limit", "25")), most)
    offset = int(request.query_params.get("offset", "0"))
    if limit + offset > _MOST:
        raise Refused(400, 2001, "Invalid Input Provided", f"Offset and limit must not exceed {_MOST}")
    page = rows[offset : offset + limit]
    return {name: page, "limit": limit, "offset": offset, "more": offset + limit < len(rows), "total": None}
