"""Ask Railway, and put what it said together."""

from __future__ import annotations

from datetime import UTC, datetime

from vigie.core.families import Families
from vigie.core.parts import Memory, Part, refresh, within
from vigie.core.permitted import Permitted
from vigie.core.source import Context, Poll, Source
from vigie.sources.railway import families as figures
from vigie.sources.railway.answers import Estimate, Place
from vigie.sources.railway.client import Client
from vigie.sources.railway.config import HOUR, PLANS, RailwayConfig, requests_per_hour
from vigie.sources.railway.families import Inventory, Traffic
from vigie.sources.railway.outcomes import Outcomes

NAME = "railway"
MONTH = 30 * 24
"""Hours."""
_SIDE = 0.2
"""Part of the poll's deadline that the visitors, and the cost, may take each."""
HTTP_BATCH = 25
"""Services whose visitors are asked for in one request."""


class RailwaySource(Source[RailwayConfig]):
    """One environment of a Railway project: services, deployments, volumes, visitors, cost."""

    config_type = RailwayConfig
    families = figures.FAMILIES

    def __init__(self, config: RailwayConfig, context: Context) -> None:
        super().__init__(config, context)
        context.budget.limit, context.budget.period = config.allowance, HOUR
        self._client = Client(config, context)
        self._place = None if config.bound else Place(config.project_id, config.environment_id)
        self._inventory = Inventory()
        self._outcomes, self._results = Outcomes(), dict[str, str]()
        half = config.interval / 2  # polls are spread around their interval; what is due within half of one is due now
        side = _SIDE * config.timeout
        seen = Memory(context.state, NAME, f"visitors {config.mark}", list[Traffic])
        estimated = Memory(context.state, NAME, f"cost {config.mark}", list[Estimate])
        self._visitors = Part[list[Traffic]](
            self._read_visitors, config.http_interval - half, config.staleness, side, seen
        )
        self._estimates = Part[list[Estimate]](self._read_cost, HOUR - half, HOUR, side, estimated)
        self._http, self._cost = Permitted("http", self._visitors), Permitted("cost", self._estimates)
        self._extras = [self._http] * config.http + [self._cost] * config.cost

    async def poll(self) -> Poll:
        """Read the environment in one request; now and then its visitors and its cost, each in one more."""
        self._inventory = await within((1 - 2 * _SIDE) * self.config.timeout, self._read_inventory())
        self._results = self._outcomes.update(self._inventory.services, self._inventory.recent)
        problems = await refresh(self._extras, self.context.now, beside=True)
        return Poll(self._families(), problems)

    async def describe(self) -> str:
        """Environment, services, what the token may not read, and what is spent of the plan's requests."""
        place = await self._find()
        inventory = await self._client.inventory(place)
        spent = requests_per_hour(self.config)
        left = "" if self._client.left is None else f"{self._client.left:.0f} requests left in this hour, "
        denied = [extra.name for extra in self._extras if not extra.allowed]
        return (
            f"Railway environment {inventory.name or place.environment_id}, services: {len(inventory.services)}, "
            f"volumes: {len(inventory.volumes)}; "
            + (f"the token may not read {' and '.join(denied)}; " if denied else "")
            + f"{left}Vigie sends {spent:.0f} an hour ({spent * MONTH:,.0f} a month) "
            f"of the {PLANS[self.config.plan]:,} an hour of the {self.config.plan} plan"
        )

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    async def _find(self) -> Place:
        if self._place is None:
            self._place = await self._client.place()
        return self._place

    async def _read_inventory(self) -> Inventory:
        return await self._client.inventory(await self._find())

    async def _read_cost(self) -> list[Estimate]:
        return await self._client.cost(await self._find())

    async def _read_visitors(self) -> list[Traffic]:
        place, inventory = await self._find(), self._inventory
        end = self.context.now()
        window = (_date(end - self.config.http_interval), _date(end))
        public = [service.service_id for service in inventory.services if service.is_public]
        found: list[Traffic] = []
        for start in range(0, len(public), HTTP_BATCH):
            found += await self._client.http(place, public[start : start + HTTP_BATCH], window)
        return found

    def _families(self) -> Families:
        families = Families()
        figures.add_inventory(families, self._inventory, self._results)
        families.add(figures.AVAILABLE, float(self._client.lists_deployments), "deployments")
        if self._http.allowed and self._visitors.found is not None:
            figures.add_traffic(families, self._visitors.found, self._inventory.labels, self.config.http_interval)
        if self._cost.allowed and self._estimates.found is not None:
            figures.add_cost(families, self._estimates.found, self.config.prices)
        for extra in self._extras:
            families.add(figures.AVAILABLE, float(extra.allowed), extra.name)
        if self._client.left is not None:
            families.add(figures.REQUESTS_LEFT, self._client.left)
        return families


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
