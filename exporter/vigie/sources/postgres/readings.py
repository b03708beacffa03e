"""
What is read of a server.

Explicit zeros come out of the queries, so that a database without a lock has the series all the same. Names and label
values are those of postgres_exporter, where it has the number.
"""

from __future__ import annotations

from vigie.core.families import gauge, untyped
from vigie.sources.postgres.reading import Reading

HEALTH_SECONDS = gauge(
    "vigie_postgres_health_query_seconds", "Time in seconds from sending SELECT 1 to its answer, network included."
)
HEALTH = Reading("the health query", (), "select 1 as one")

SERVER = Reading(
    "the server's state",
    (
        gauge("pg_static", "Version of the server, from version().", "version", "short_version"),
        gauge("pg_settings_max_connections", "Connections that the server allows, from its settings."),
        gauge(
            "pg_settings_superuser_reserved_connections",
            "Connections kept back for superusers, a part of max_connections, from its settings.",
        ),
        gauge("pg_postmaster_start_time_seconds", "Unix time at which the server started."),
        gauge("pg_replication_is_replica", "Whether the server is a replica (1) or a primary (0)."),
        gauge(
            "pg_replication_lag_seconds",
            "Seconds by which a replica's data are behind its primary; 0 on a primary.",
        ),
    ),
    # A replica that has replayed all it received is only up to date while its receiver is connected.
    """
    select
        1 as pg_static,
        version() as version,
        concat_ws('.', number / 10000, number % 10000, 0) as short_version,
        current_setting('max_connections')::integer as pg_settings_max_connections,
        current_setting('superuser_reserved_connections')::integer as pg_settings_superuser_reserved_connections,
        extract(epoch from pg_postmaster_start_time())::double precision as pg_postmaster_start_time_seconds,
        pg_is_in_recovery()::integer as pg_replication_is_replica,
        case when behind < 0 then 0 else behind end as pg_replication_lag_seconds
    from
        (select current_setting('server_version_num')::integer as number) as release,
        (
            select
                case
                    when not pg_is_in_recovery() then 0
                    when pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
                        and exists (select from pg_stat_wal_receiver) then 0
                    else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::double precision
                end as behind
        ) as replay
    """,
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

DATABASES = Reading(
    "database statistics",
    (
        gauge(
            "pg_stat_database_numbackends",
            "Backends connected now, from pg_stat_database.",
            "datid",
            "datname",
            join="sum",
        ),
        untyped("pg_stat_database_xact_commit", "Transactions committed, from pg_stat_database.", "datid", "datname"),
        untyped(
            "pg_stat_database_xact_rollback", "Transactions rolled back, from pg_stat_database.", "datid", "datname"
        ),
        untyped("pg_stat_database_deadlocks", "Deadlocks detected, from pg_stat_database.", "datid", "datname"),
        untyped(
            "pg_stat_database_blks_hit",
            "Blocks found in the server's cache, from pg_stat_database.",
            "datid",
            "datname",
        ),
        untyped("pg_stat_database_blks_read", "Blocks read past the cache, from pg_stat_database.", "datid", "datname"),
        untyped(
            "pg_stat_database_temp_bytes",
            "Bytes written to temporary files, from pg_stat_database.",
            "datid",
            "datname",
        ),
    ),
    """
    select
        datid,
        pg_database.datname,
        numbackends as pg_stat_database_numbackends,
        xact_commit as pg_stat_database_xact_commit,
        xact_rollback as pg_stat_database_xact_rollback,
        deadlocks as pg_stat_database_deadlocks,
        blks_hit as pg_stat_database_blks_hit,
        blks_read as pg_stat_database_blks_read,
        temp_bytes as pg_stat_database_temp_bytes
    from pg_stat_database
    join pg_database on pg_database.oid = datid
    where datallowconn and not datistemplate
    order by datname
    """,
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

STANDBYS = Reading(
    "standbys",
    (
        gauge(
            "pg_stat_replication_pg_wal_lsn_diff",
            "Bytes of WAL that a standby has yet to replay, from pg_stat_replication.",
            "application_name",
            "client_addr",
            "state",
        ),
        gauge(
            "vigie_postgres_standby_lag_seconds",
            "Seconds between a commit here and its replay on a standby, from pg_stat_replication.replay_lag.",
            "application_name",
            "client_addr",
        ),
    ),
    # replay_lag turns null on a standby that has nothing left to replay.
    """
    select
        application_name,
        host(client_addr) as client_addr,
        state,
        bytes as pg_stat_replication_pg_wal_lsn_diff,
        coalesce(extract(epoch from replay_lag), case when bytes <= 0 then 0 end)::double precision
            as vigie_postgres_standby_lag_seconds
    from
        {replication},
        lateral pg_wal_lsn_diff(
            case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, replay_lsn
        ) as bytes
    where state <> 'backup'
    order by application_name, client_addr
    """,
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
