"""PostgreSQL, and Supabase's database in particular: connections, transactions, locks, sizes, replication, sign-ups."""

from vigie.sources.postgres.config import PostgresConfig
from vigie.sources.postgres.source import PostgresSource

__all__ = ["PostgresConfig", "PostgresSource"]
