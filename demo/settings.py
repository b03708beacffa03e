"""Where the demo finds its servers, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """
    The demo's surroundings.

    Attributes:
        database: DSN of the database, as the role that owns the product's tables.
        broker: URL of the Redis that is Celery's broker.
        app: URL under which the customers reach the application.
    """

    database: str
    broker: str
    app: str

    @classmethod
    def from_environment(cls) -> Settings:
        """Read `DEMO_DATABASE_URL`, `DEMO_BROKER_URL` and `DEMO_APP_URL`."""
        return cls(
            os.environ.get("DEMO_DATABASE_URL", "postgresql://postgres:demo@127.0.0.1:5432/postgres"),
            os.environ.get("DEMO_BROKER_URL", "redis://127.0.0.1:6379/0"),
            os.environ.get("DEMO_APP_URL", "http://127.0.0.1:8000"),
        )
