"""
What is read of a server.

Explicit zeros come out of the queries, so that a database without a lock has the series all the same. Names and label
values are those of postgres_exporter, where it has the number.
"""

from __future__ import annotations

from vigie.core.families import Family, gauge, untyped
from vigie.sources.postgres.reading import Reading

HEALTH_SECONDS = gauge(
    "vigie_postgres_health_query_seconds", "Time in seconds from sending SELECT 1 to its answer, network included."
)
HEALTH = Reading("the health query", (), "select 1 as one")

_VERSION = """
    version() as version,
    (
        select concat_ws('.', number / 10000, number % 10000, 0)
        from (select current_setting('server_version_num')::integer as number) as release
    ) as short_version
"""

VERSION = Reading.of_columns(
    "the server's version",
    {gauge("pg_static", "Version of the server, from version().", "version", "short_version"): "1"},
    labels=_VERSION,
)

SERVER = Reading.of_columns(
    "the server's state",
    {
        gauge(
            "pg_settings_max_connections", "Connections that the server allows, from its settings."
        ): "current_setting('max_connections')::integer",
        gauge(
            "pg_settings_superuser_reserved_connections",
            "Connections kept back for superusers, a part of max_connections, from its settings.",
        ): "current_setting('superuser_reserved_connections')::integer",
        gauge(
            "pg_settings_reserved_connections",
            "Connections kept back for roles with pg_use_reserved_connections, a part of max_connections, from the "
            "settings; 0 before PostgreSQL 16.",
        ): "coalesce(current_setting('reserved_connections', true)::integer, 0)",
        gauge(
            "pg_settings_max_locks_per_transaction",
            "Locks that each connection may hold on average, from the server's settings.",
        ): "current_setting('max_locks_per_transaction')::integer",
        gauge(
            "pg_postmaster_start_time_seconds", "Unix time at which the server started."
        ): "extract(epoch from pg_postmaster_start_time())::double precision",
        gauge(
            "pg_replication_is_replica", "Whether the server is a replica (1) or a primary (0)."
        ): "pg_is_in_recovery()::integer",
        # A replica that has replayed all it received is only up to date while its receiver is connected.
        gauge(
            "pg_replication_lag_seconds", "Seconds by which a replica's data are behind its primary; 0 on a primary."
        ): """
        (
            select case when behind < 0 then 0 else behind end
            from (
                select
                    case
                        when not pg_is_in_recovery() then 0
                        when pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
                            and exists (select from pg_stat_wal_receiver) then 0
                        else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::double precision
                    end as behind
            ) as replay
        )
        """,
    },
)

CONNECTIONS = Reading(
    "connections",
    (
        untyped(
            "pg_stat_activity_count",
            "Client connections by database and state, from pg_stat_activity; unknown where the role may not see it.",
            "datname",
            "state",
        ),
        gauge(
            "pg_stat_activity_max_tx_duration",
            "Age in seconds of the oldest open transaction of those connections, Vigie's own left out.",
            "datname",
            "state",
        ),
    ),
    # The labels stop here: user, application and wait event multiply the series and are chosen by clients.
    """
    with known (state) as (
        values
            ('active'), ('idle'), ('idle in transaction'), ('idle in transaction (aborted)'),
            ('fastpath function call'), ('disabled'), ('starting')
    ),
    activity as (
        select
            datid,
            coalesce(known.state, 'unknown') as state,
            count(*) as connections,
            max(clock_timestamp() - xact_start) filter (where pid <> pg_backend_pid()) as oldest
        from {activity}
        left join known using (state)
        where coalesce(backend_type, 'client backend') = 'client backend'
        group by datid, known.state
    )
    select
        datname,
        states.state,
        coalesce(connections, 0) as pg_stat_activity_count,
        coalesce(extract(epoch from oldest), 0)::double precision as pg_stat_activity_max_tx_duration
    from pg_database
    cross join (select state from known union all select 'unknown') as states
    left join activity on activity.datid = pg_database.oid and activity.state = states.state
    where datallowconn and not datistemplate
    order by datname, states.state
    """,
)


def _of_databases(column: str, help: str, *, count: bool = True) -> tuple[Family, str]:  # noqa: A002 - the field's own word
    """A column of pg_stat_database as a family of postgres_exporter's name."""
    name, text = f"pg_stat_database_{column}", f"{help}, from pg_stat_database."
    labels = ("datid", "datname")
    return (untyped(name, text, *labels) if count else gauge(name, text, *labels, join="sum")), column


DATABASES = Reading.of_columns(
    "database statistics",
    dict(
        [
            _of_databases("numbackends", "Backends connected now", count=False),
            _of_databases("xact_commit", "Transactions committed"),
            _of_databases("xact_rollback", "Transactions rolled back"),
            _of_databases("deadlocks", "Deadlocks detected"),
            _of_databases("conflicts", "Queries cancelled on a standby because of recovery"),
            _of_databases("blks_hit", "Blocks found in the server's cache"),
            _of_databases("blks_read", "Blocks read past the cache"),
            _of_databases("tup_returned", "Rows that scans looked at"),
            _of_databases("tup_fetched", "Rows that scans gave"),
            _of_databases("tup_inserted", "Rows inserted"),
            _of_databases("tup_updated", "Rows updated"),
            _of_databases("tup_deleted", "Rows deleted"),
            _of_databases("temp_files", "Temporary files made"),
            _of_databases("temp_bytes", "Bytes written to temporary files"),
        ]
    ),
    """
    from pg_stat_database
    join pg_database on pg_database.oid = datid
    where datallowconn and not datistemplate
    order by datname
    """,
    labels="datid, pg_database.datname",
)

LOCKS = Reading(
    "locks",
    (
        untyped("pg_locks_count", "Locks held or awaited in a database, from pg_locks.", "datname", "mode"),
        gauge(
            "vigie_postgres_lock_waiters",
            "Locks that a backend of the database waits for, rows included.",
            "datname",
            join="sum",
        ),
    ),
    # A wait for a row is a wait for a transaction, which belongs to no database: the waiting backend's counts.
    """
    with locks as (
        select
            coalesce(nullif(database, 0), datid) as datid,
            lower(mode) as mode,
            count(nullif(database, 0)) as total,
            count(*) filter (where not granted) as waiting
        from pg_locks
        left join pg_stat_activity using (pid)
        where pid is distinct from pg_backend_pid()
        group by 1, 2
    )
    select
        datname,
        modes.mode,
        coalesce(total, 0) as pg_locks_count,
        coalesce(waiting, 0) as vigie_postgres_lock_waiters
    from pg_database
    cross join (
        values
            ('accesssharelock'), ('rowsharelock'), ('rowexclusivelock'), ('shareupdateexclusivelock'), ('sharelock'),
            ('sharerowexclusivelock'), ('exclusivelock'), ('accessexclusivelock'), ('sireadlock')
    ) as modes (mode)
    left join locks on locks.datid = pg_database.oid and locks.mode = modes.mode
    where datallowconn and not datistemplate
    order by datname, modes.mode
    """,
)

_BEHIND = """
    pg_wal_lsn_diff(
        case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, replay_lsn
    )
"""

STANDBYS = Reading.of_columns(
    "standbys",
    {
        gauge(
            "pg_stat_replication_pg_wal_lsn_diff",
            "Bytes of WAL that a standby has yet to replay, from pg_stat_replication.",
            "application_name",
            "client_addr",
            "state",
        ): _BEHIND,
        # replay_lag turns null on a standby that has nothing left to replay.
        gauge(
            "vigie_postgres_standby_lag_seconds",
            "Seconds between a commit here and its replay on a standby, from pg_stat_replication.replay_lag.",
            "application_name",
            "client_addr",
        ): f"""
        coalesce(extract(epoch from replay_lag), case when {_BEHIND} <= 0 then 0 end)::double precision
        """,
    },
    "from {replication} where state <> 'backup' order by application_name, client_addr",
    labels="application_name, host(client_addr) as client_addr, state",
)

SIZES = Reading(
    "database sizes",
    (
        gauge(
            "pg_database_size_bytes",
            "Disk space of a database in bytes, read every slow_interval.",
            "datname",
            join="sum",
        ),
    ),
    """
    select datname, pg_database_size(oid) as pg_database_size_bytes
    from pg_database
    where
        datallowconn
        and not datistemplate
        and (has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage'))
    order by datname
    """,
)
