"""Make the demo's database what a Supabase project would be, and let Vigie in by its own SQL."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from demo.serving import end_on_signals

_SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the role that owns the product's tables, and of the one that Vigie uses."""

    owner: str
    vigie: str


def prepare(superuser: str, owner: str, access: Path, passwords: Passwords) -> None:
    """
    Make roles, tables and past sign-ups, then run Vigie's SQL in `access` as the owner, as a Supabase user would.

    Args:
        superuser: DSN of the cluster's superuser.
        owner: DSN of the role `postgres`.
        access: The exporter's `postgres.sql`.
        passwords: To set.
    """
    with psycopg.connect(superuser, autocommit=True) as connection:
        schema = _SCHEMA.read_text(encoding="utf-8").replace("{password}", sql.quote(passwords.owner))
        connection.execute(schema.encode())
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(access.read_bytes())
        connection.execute(sql.SQL("alter role vigie password {}").format(sql.Literal(passwords.vigie)))


def main() -> None:
    """Prepare the database of a compose stack, whose addresses and passwords come from its environment."""
    end_on_signals()
    passwords = Passwords(os.environ["DEMO_OWNER_PASSWORD"], os.environ["DEMO_VIGIE_PASSWORD"])
    prepare(
        os.environ["DEMO_SUPERUSER_URL"],
        os.environ["DEMO_DATABASE_URL"],
        Path(os.environ["DEMO_ACCESS_SQL"]),
        passwords,
    )


if __name__ == "__main__":
    main()
