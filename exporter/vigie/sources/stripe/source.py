"""Stripe: payments, subscriptions, disputes and the delivery of webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from vigie.core.families import Families
from vigie.core.source import Context, Poll, Source
from vigie.core.state import Batch, Event
from vigie.errors import Reason, SourceError
from vigie.sources.stripe import families as f
from vigie.sources.stripe.census import Census, read_on
from vigie.sources.stripe.client import Client
from vigie.sources.stripe.config import HOUR, SHARE, StripeConfig, allowance, periods, requests_per_hour
from vigie.sources.stripe.delivery import Delivery, read_delivery, read_endpoints
from vigie.sources.stripe.figures import READS, Figures
from vigie.sources.stripe.journal import NAME, Journal
from vigie.sources.stripe.pace import Errand
from vigie.sources.stripe.presence import Presence, note
from vigie.sources.stripe.progress import RETENTION
from vigie.sources.stripe.push import verify

_PARTS = 20
"""The allowance of 30 days is dealt out in so many parts, so that a burst can never take it all."""


@dataclass(slots=True)
class Lists:
    """What the lists other than that of the events said last."""

    delivery: Delivery | None = None
    endpoints: Mapping[str, float] = field(default_factory=dict)
    subscriptions: Census | None = None
    counting: Census = field(default_factory=Census)


class StripeSource(Source[StripeConfig]):
    """One Stripe account: payments, subscriptions, disputes and the delivery of webhooks, from its own events."""

    config_type = StripeConfig
    families = f.FAMILIES

    def __init__(self, config: StripeConfig, context: Context) -> None:
        super().__init__(config, context)
        self._client = Client(config, context)
        self._journal = Journal(config, self._client, context)
        self._lists = Lists()
        self._presence: Presence | None = None
        self._reads_told = 0
        runs = {
            "events": self._journal.read,
            "delivery": self._read_delivery,
            "endpoints": self._read_endpoints,
            "subscriptions": self._read_subscriptions,
        }
        self._errands = {name: Errand(runs[name], period, config.interval) for name, period in periods(config).items()}
        self._errands["history"] = Errand(self._journal.read_history, RETENTION, config.interval)
        context.budget.period = RETENTION / _PARTS
        self._allow(0)

    async def poll(self) -> Poll:
        """
        Read what is due, and export everything that is known.

        Raises:
            SourceError: The events cannot be read.
        """
        now = self.context.now()
        if self.config.webhook_secret is not None:
            first = self._presence is None
            self._presence = await asyncio.to_thread(note, self.context.state, self._client.clock, first=first)
        for name, errand in self._errands.items():
            await errand.attend(now)
            if name == "events" and errand.error is not None:
                raise errand.error
            if errand.error is not None and errand.error.reason is Reason.RATE_LIMITED and errand.tried == now:
                break  # the rest of Stripe's lists is left for the next poll
        figures = await asyncio.to_thread(self._figures)
        families = Families()
        figures.export(families)
        self._export_lists(families, now)
        return Poll(families, tuple(errand.error for errand in self._errands.values() if errand.error is not None))

    async def describe(self) -> str:
        """Mode, endpoints, payments, and what reading costs: "Stripe in live mode, 2 of 2 webhook endpoints …"."""
        if self._errands["events"].done is None:
            await self.poll()
        figures = await asyncio.to_thread(self._figures)
        endpoints = self._lists.endpoints.values()
        hourly = requests_per_hour(self.config)
        payments = f"{figures.transactions:.0f} payments in 30 days"
        return (
            f"Stripe in {'live' if self.config.live else 'test'} mode, "
            f"{sum(endpoints):.0f} of {len(endpoints)} webhook endpoints enabled, "
            f"{payments if figures.complete else f'at least {payments}'}; "
            f"{figures.reads:.0f} GET requests sent in 30 days of {allowance(figures.transactions):.0f} allowed, "
            f"{hourly:.1f} an hour to come ({hourly * RETENTION / HOUR:.0f} in 30 days)"
        )

    async def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Count an event that Stripe signed; it is on disk when this returns."""
        if self.config.webhook_secret is None:
            raise SourceError(Reason.NOT_FOUND, "webhooks are not taken; set sources.stripe.webhook_secret")
        secret = self.config.webhook_secret.get_secret_value()
        envelope = await asyncio.to_thread(verify, headers.get("stripe-signature", ""), body, secret)
        await asyncio.to_thread(self._journal.take, envelope)

    async def close(self) -> None:
        """Give the connection up."""
        await self._client.close()

    async def _read_delivery(self) -> bool:
        self._lists.delivery = await read_delivery(self._client, self._presence or Presence())
        return True

    async def _read_endpoints(self) -> bool:
        self._lists.endpoints = await read_endpoints(self._client)
        return True

    async def _read_subscriptions(self) -> bool:
        complete = await read_on(self._lists.counting, self._client, revenue=self.config.mrr)
        if complete:
            self._lists.subscriptions, self._lists.counting = self._lists.counting, Census()
        return complete

    def _export_lists(self, families: Families, now: float) -> None:
        fresh = {name for name, errand in self._errands.items() if errand.fresh(now, self.config.staleness)}
        lists = self._lists
        if lists.delivery is not None and "delivery" in fresh:
            lists.delivery.export(families)
        for endpoint, enabled in lists.endpoints.items() if "endpoints" in fresh else ():
            families.add(f.ENDPOINT_ENABLED, enabled, endpoint)
        if lists.subscriptions is not None and "subscriptions" in fresh:
            lists.subscriptions.export(families, revenue=self.config.mrr)

    def _figures(self) -> Figures:
        """Note what was spent, and sum everything up. Blocks."""
        state, now = self.context.state, self._client.clock
        spent, self._reads_told = self.context.budget.spent - self._reads_told, self.context.budget.spent
        if spent:
            reads = Event(f"reads {now:.3f} {self._reads_told}", now, {(READS, ()): float(spent)})
            state.ingest(NAME, Batch([reads], history=True))
        figures = Figures.of(state, now)
        self._allow(figures.transactions)
        return figures

    def _allow(self, transactions: float) -> None:
        self.context.budget.limit = int(SHARE * allowance(transactions) / _PARTS)
