"""Celery: queues, workers and tasks, over Redis and AMQP brokers."""

from vigie.sources.celery.source import CelerySource

__all__ = ["CelerySource"]
