"""The systems that Vigie reads; adding one is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.core.source import AnySource
from vigie.sources.celery import CelerySource
from vigie.sources.postgres import PostgresSource
from vigie.sources.redis import RedisSource

SOURCES: Mapping[str, type[AnySource]] = {
    "celery": CelerySource,
    "postgres": PostgresSource,
    "redis": RedisSource,
}
"""Key under `sources` in `vigie.yaml` (and value of the `source` label) to what reads it."""
