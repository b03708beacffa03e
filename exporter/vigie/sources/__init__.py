"""The systems that Vigie reads; adding one is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.core.source import AnySource
from vigie.sources.betterstack import BetterStackSource
from vigie.sources.celery import CelerySource
from vigie.sources.langsmith import LangSmithSource
from vigie.sources.postgres import PostgresSource
from vigie.sources.railway import RailwaySource
from vigie.sources.redis import RedisSource
from vigie.sources.sentry import SentrySource
from vigie.sources.statuspages import StatusPagesSource
from vigie.sources.stripe import StripeSource
from vigie.sources.supabase import SupabaseSource
from vigie.sources.uptimerobot import UptimeRobotSource
from vigie.sources.vercel import VercelSource

SOURCES: Mapping[str, type[AnySource]] = {
    "betterstack": BetterStackSource,
    "celery": CelerySource,
    "langsmith": LangSmithSource,
    "postgres": PostgresSource,
    "railway": RailwaySource,
    "redis": RedisSource,
    "sentry": SentrySource,
    "statuspages": StatusPagesSource,
    "stripe": StripeSource,
    "supabase": SupabaseSource,
    "uptimerobot": UptimeRobotSource,
    "vercel": VercelSource,
}
"""Key under `sources` in `vigie.yaml` (and value of the `source` label) to what reads it."""
