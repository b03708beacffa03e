"""A database like a Supabase project's, with the shipped SQL and with users."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import vigie.sources
from tests.real.postgres import PostgresServer

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""The moment from which ages are told, where a test chooses it."""
SHIPPED = Path(vigie.sources.__file__).with_name("postgres.sql").read_text()

# As in a Supabase project: https://github.com/supabase/postgres (migrations/db) and supabase/auth (migrations).
SUPABASE = """
create role postgres login createrole bypassrls password 'postgres-secret';
create role supabase_auth_admin noinherit createrole;
grant pg_monitor to postgres;
grant create on database postgres to postgres;
create schema auth authorization supabase_auth_admin;
create table auth.users (
    id uuid primary key default gen_random_uuid(), email text, created_at timestamptz, deleted_at timestamptz,
    is_anonymous boolean not null default false
);
alter table auth.users owner to supabase_auth_admin;
alter table auth.users enable row level security;
grant usage on schema auth to postgres;
grant select on auth.users to postgres with grant option;
"""


def install(server: PostgresServer) -> None:
    """Do what the documentation tells the user: run the SQL as `postgres`, then set the password."""
    with server.session("postgres", "postgres-secret") as session:
        session.execute(SHIPPED.encode())
        session.execute("alter role vigie password 'vigie-secret'")


def sign_up(server: PostgresServer, ages: list[timedelta], moment: datetime = NOON, more: str = "") -> None:
    """Make `auth.users` hold users who signed up that long before `moment`."""
    with server.session() as session, session.cursor() as cursor:
        cursor.execute("truncate auth.users")
        rows = [(moment - age,) for age in ages]
        cursor.executemany("insert into auth.users (email, created_at) values ('ann@example.com', %s)", rows)
        cursor.execute(more.encode())
