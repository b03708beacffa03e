"""
A project's metrics feed, with the names of Supabase's own documentation (github.com/supabase/supabase-grafana).

Like the vendor's: the services of the project are joined as they are, so families such as `process_*` stand there once
for each of them, headers included.
"""

from __future__ import annotations

import math

GIB = 2**30


def exposition(ref: str, now: float) -> str:
    """The feed at a time."""
    busy = 0.35 + 0.15 * math.sin(now / 700)
    used = 0.55 + 0.05 * math.sin(now / 5000)
    labels = f'supabase_project_ref="{ref}",supabase_identifier="{ref}",service_type='
    database, auth, rest = (f'{labels}"{service}"' for service in ("db", "gotrue", "postgrest"))
    blocks = (
        ("node_cpu_seconds_total", "counter", f'{database},cpu="0",mode="user"', now * 0.35),
        ("node_cpu_seconds_total", "counter", f'{database},cpu="0",mode="idle"', now * 0.65),
        ("node_load1", "gauge", database, busy * 2),
        ("node_memory_MemTotal_bytes", "gauge", database, GIB),
        ("node_memory_MemAvailable_bytes", "gauge", database, GIB * (1 - used)),
        ("node_filesystem_size_bytes", "gauge", f'{database},mountpoint="/data"', 8 * GIB),
        ("node_filesystem_avail_bytes", "gauge", f'{database},mountpoint="/data"', 8 * GIB * 0.6),
        ("pg_up", "gauge", f'{labels}"postgresql"', 1),
        ("pg_stat_database_num_backends", "gauge", f'{labels}"postgresql"', 11),
        ("max_connections_connection_count", "gauge", f'{labels}"postgresql"', 60),
        ("pgbouncer_up", "gauge", database, 1),
        ("gotrue_running", "gauge", auth, 1),
        ("process_resident_memory_bytes", "gauge", auth, 60e6),
        ("pgrst_db_pool_available", "gauge", rest, 9),
        ("process_resident_memory_bytes", "gauge", rest, 80e6),
        ("supavisor_connections_active", "untyped", f'{database},mode="session"', 4),
        ("go_goroutines", "gauge", auth, 31),
        ("go_goroutines", "gauge", database, 12),
    )
    return "".join(
        f"# HELP {name} {name}\n# TYPE {name} {kind}\n{name}{{{series}}} {value}\n"
        for name, kind, series, value in blocks
    )
