"""
What the shipped `postgres.sql` lends to a role that may see little itself.

Its functions run with their owner's rights and stand in for the views of the same meaning, in which a role without
pg_read_all_stats sees that others' connections exist but not their state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vigie.errors import Reason, SourceError
from vigie.sources.postgres.reading import Reading, Rows

_VIEWS: Mapping[str, str] = {"activity": "pg_stat_activity", "replication": "pg_stat_replication"}
"""The view that each placeholder of a query means where the function of that name in schema vigie is missing."""

CATALOGUE = Reading(
    "the catalogue",
    (),
    # Names only, which every role may read: trying the functions would fill the server's log with errors. Without
    # prosecdef a function would run with our own rights, and it need not be ours.
    """
    select
        coalesce(bool_or(proname = 'activity' and callable), false) as activity,
        coalesce(bool_or(proname = 'replication' and callable), false) as replication,
        coalesce(bool_or(proname = 'signups'), false) as signups,
        exists (
            select from pg_class join pg_namespace on pg_namespace.oid = relnamespace
            where nspname = 'auth' and relname = 'users'
        ) as users
    from pg_proc
    join pg_namespace on pg_namespace.oid = pronamespace
    cross join lateral (
        select has_schema_privilege(pronamespace, 'usage') and has_function_privilege(pg_proc.oid, 'execute')
    ) as rights (callable)
    where nspname = 'vigie' and prosecdef and pronargs = 0
    """,
)


@dataclass(frozen=True, slots=True)
class Lent:
    """
    What there is in the database.

    Attributes:
        functions: Those of `postgres.sql` that are there; stand-ins only where the role may call them.
        users: Whether it has Supabase's `auth.users`.
    """

    functions: frozenset[str]
    users: bool

    def borrow(self, reading: Reading) -> Reading:
        """The reading with a function or a view in the place of each placeholder."""
        sources = {name: f"vigie.{name}()" if name in self.functions else view for name, view in _VIEWS.items()}
        return replace(reading, sql=reading.sql.format(**sources))


def read_catalogue(rows: Rows) -> Lent:
    """
    Understand the one row of `CATALOGUE`.

    Raises:
        SourceError: It is not such a row.
    """
    try:
        row = rows[0]
        functions = frozenset(name for name in ("activity", "replication", "signups") if row[name])
        return Lent(functions, users=bool(row["users"]))
    except (IndexError, KeyError):
        raise SourceError(Reason.BAD_PAYLOAD, "the catalogue: unexpected row") from None
