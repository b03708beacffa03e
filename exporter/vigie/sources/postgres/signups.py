"""Sign-ups, counted by a function of the database: row-level security hides the users themselves."""

from __future__ import annotations

from vigie.core.families import gauge
from vigie.errors import Reason, SourceError
from vigie.sources.postgres.lent import Lent
from vigie.sources.postgres.reading import Reading

_REMEDY = (
    "run vigie/sources/postgres.sql as the role `postgres` (on Supabase: in the SQL editor), or set `signups: off`"
)

SIGNUPS = Reading(
    "sign-ups",
    (
        gauge(
            "supabase_signups", "Users who signed up in the window, counted every slow_interval.", "window", join="sum"
        ),
        gauge(
            "supabase_signups_baseline",
            "Mean sign-ups in the same window one to four weeks before; absent without a week of history.",
            "window",
            join="sum",
        ),
        gauge(
            "supabase_signups_baseline_windows",
            "Windows that the baseline is the mean of, 0 to 4.",
            "window",
            join="min",
        ),
        gauge(
            "supabase_signups_timestamp_seconds", "Unix time up to which sign-ups were counted.", "window", join="min"
        ),
    ),
    """
    select
        '24h' as "window",
        signups as supabase_signups,
        baseline as supabase_signups_baseline,
        weeks as supabase_signups_baseline_windows,
        extract(epoch from now())::double precision as supabase_signups_timestamp_seconds
    from vigie.signups()
    """,
    _REMEDY,
)


def countable(lent: Lent) -> bool:
    """
    Whether sign-ups can be counted: not where there is neither the function nor Supabase's users.

    Raises:
        SourceError: There are users, but not the function.
    """
    if lent.users and "signups" not in lent.functions:
        raise SourceError(
            Reason.NOT_FOUND,
            "sign-ups: row-level security hides the rows of auth.users, and the function vigie.signups() that may"
            f" count them is missing; {_REMEDY}",
        )
    return "signups" in lent.functions
