"""Railway's GraphQL API: one request for each question, and a class for each refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from vigie.core.api import Api, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.railway import queries
from vigie.sources.railway.answers import (
    CostAnswer,
    Envelope,
    Environment,
    EnvironmentAnswer,
    Estimate,
    HttpAnswer,
    MoreAnswer,
    Place,
    PlaceAnswer,
    Refusal,
    WholeAnswer,
)
from vigie.sources.railway.config import HOUR, RailwayConfig
from vigie.sources.railway.families import Inventory, Traffic, traffic

LOOK_BACK = 1200
"""Seconds of measurements to ask for; the newest is used. Wide, since the vendor's clock is not ours."""
STEP = 60
"""Seconds between two measurements."""
PAGES = 20
"""Most pages of services or volumes; what is beyond is left out."""
_HINT = (
    "give `sources.railway` a project token of this environment, "
    "or another token with `project_id` and `environment_id` beside it"
)
_SCOPE_HINT = "the token must belong to this environment's project or workspace"
_WORDS: Sequence[tuple[str, Reason]] = (
    ("token not found", Reason.AUTH),
    ("invalid token", Reason.AUTH),
    ("unauthenticated", Reason.AUTH),
    ("unauthorized", Reason.AUTH),
    ("not authorized", Reason.FORBIDDEN),
    ("forbidden", Reason.FORBIDDEN),
    ("two factor authentication required", Reason.FORBIDDEN),
    ("not found", Reason.NOT_FOUND),
    ("rate limit", Reason.RATE_LIMITED),
    ("too many requests", Reason.RATE_LIMITED),
    ("cannot query field", Reason.BAD_PAYLOAD),
    ("unknown argument", Reason.BAD_PAYLOAD),
    ("graphql_validation_failed", Reason.BAD_PAYLOAD),
)
"""What stands in a GraphQL error and what it means, the first that fits; anything else is Railway's own trouble."""
_SAYS = {
    Reason.AUTH: f"refused the token; {_HINT}",
    Reason.FORBIDDEN: f"does not let the token read this; {_SCOPE_HINT}",
    Reason.BAD_PAYLOAD: "no longer takes this question; its schema has changed",
}
_LONGEST = 120

Data = TypeVar("Data")


class DeploymentsError(SourceError):
    """Railway does not let the token list deployments, or has no such list any more."""


class Client:
    """
    The questions that Vigie asks.

    Attributes:
        left: Requests that the account may still send in this hour, as the last answer said.
        lists_deployments: Whether the token may list deployments, as far as is known.
    """

    def __init__(self, config: RailwayConfig, context: Context) -> None:
        self._context = context
        token = config.token.get_secret_value()
        header = {"project-access-token": token} if config.bound else {"authorization": f"Bearer {token}"}
        self._api = Api(Vendor("Railway", config.base_url, header, _HINT, _SCOPE_HINT), context, config.timeout)
        self.left: float | None = None
        self.lists_deployments = True
        self._list_again = 0.0

    async def place(self) -> Place:
        """Where a project token is at home."""
        answer = await self._ask(PlaceAnswer, queries.PLACE, {}, denied=Reason.AUTH)
        if answer.project_token is None:
            raise SourceError(Reason.AUTH, f"Railway {_SAYS[Reason.AUTH]}")
        return answer.project_token

    async def inventory(self, place: Place) -> Inventory:
        """Everything in the environment and the latest measurements: one request, more only for further pages."""
        since = datetime.fromtimestamp(self._context.now() - LOOK_BACK, UTC).isoformat(timespec="seconds")
        measuring = {"since": since, "step": STEP, "measurements": queries.MEASUREMENTS}
        first = await self._environment({**_page(place), **measuring})
        found = _there(first.environment)
        services, volumes = list(_nodes(found.service_instances)), list(_nodes(found.volume_instances))
        page = found
        for _ in range(PAGES):
            more = page.service_instances.page_info.has_next_page or page.volume_instances.page_info.has_next_page
            if not more:
                break
            page = _there((await self._ask(MoreAnswer, queries.MORE, _page(place, page))).environment)
            services += _nodes(page.service_instances)
            volumes += _nodes(page.volume_instances)
        once = {service.service_id: service for service in services}
        disks = {volume.id: volume for volume in volumes}
        recent = _nodes(first.deployments) if isinstance(first, WholeAnswer) else []
        return Inventory(found.name, list(once.values()), list(disks.values()), first.metrics, recent)

    async def http(self, place: Place, services: Sequence[str], window: tuple[str, str]) -> list[Traffic]:
        """What visitors of these services saw in a window, in one request."""
        query, variables = queries.http(services)
        start, end = window
        answer: HttpAnswer = await self._ask(
            HttpAnswer,
            query,
            {"environment": place.environment_id, "start": start, "end": end, **variables},
        )
        return traffic(answer, services)

    async def cost(self, place: Place) -> list[Estimate]:
        """What the billing period will have used up at its end."""
        variables = {"project": place.project_id, "measurements": queries.BILLED}
        return (await self._ask(CostAnswer, queries.COST, variables)).estimated_usage

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()

    async def _environment(self, variables: Mapping[str, Any]) -> EnvironmentAnswer:
        """Ask for everything at once; where the list of deployments is refused, without it for an hour."""
        now = self._context.now()
        if self.lists_deployments or now >= self._list_again:
            try:
                answer = await self._ask(WholeAnswer, queries.ENVIRONMENT, variables)
            except DeploymentsError:
                self.lists_deployments, self._list_again = False, now + HOUR
            else:
                self.lists_deployments = True
                return answer
        return await self._ask(EnvironmentAnswer, queries.WITHOUT_DEPLOYMENTS, variables)

    async def _ask(
        self, answer: type[Data], query: str, variables: Mapping[str, Any], denied: Reason = Reason.FORBIDDEN
    ) -> Data:
        reply = await self._api.post("", Envelope, {"query": query, "variables": variables})
        left = reply.headers.get("x-ratelimit-remaining", "")
        self.left = float(left) if left.isdecimal() else None
        if reply.body.errors:
            error = reply.body.errors[0]
            found = refusal(error, denied, self._api.vendor.hide)
            if "deployments" in (error.path or ()) or "deployments" in error.message:
                raise DeploymentsError(found.reason, str(found))
            raise found
        if bytes(reply.body.data) == b"null":
            raise SourceError(Reason.BAD_PAYLOAD, "Railway answered without data; check `base_url`")
        [data] = self._api.readable([reply.body.data], answer)
        return data


def refusal(error: Refusal, denied: Reason = Reason.FORBIDDEN, hide: Callable[[str], str] = str) -> SourceError:
    """
    Classify a GraphQL error, which comes with status 200.

    Args:
        error: What Railway said.
        denied: What "Not Authorized" means here: a bad token, or one that may not read this.
        hide: Takes the token out of what Railway said.
    """
    said = hide(" ".join(error.message.split()))[:_LONGEST]
    text = f"{said} {error.extensions.code if error.extensions else ''}".lower()
    reason = next((reason for words, reason in _WORDS if words in text), Reason.UPSTREAM)
    reason = denied if reason is Reason.FORBIDDEN else reason
    return SourceError(reason, f"Railway {_SAYS.get(reason, 'could not answer')} ({said})")


def _page(place: Place, after: Environment | None = None) -> dict[str, Any]:
    return {
        "environment": place.environment_id,
        "project": place.project_id,
        "first": queries.PAGE,
        "services": after.service_instances.page_info.end_cursor if after else None,
        "volumes": after.volume_instances.page_info.end_cursor if after else None,
    }


def _there(environment: Environment | None) -> Environment:
    if environment is None:
        raise SourceError(Reason.NOT_FOUND, "Railway has no such environment; check `project_id` and `environment_id`")
    return environment


def _nodes(page: Any) -> list[Any]:
    return [edge.node for edge in page.edges]
