"""The families of a Redis server, under the names of redis_exporter, and how INFO fills them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vigie.core.families import Families, Family, counter, gauge
from vigie.sources.redis.info import Info, number

UP = gauge("redis_up", "Whether the last poll reached Redis (1) or not (0).")

GAUGES = {
    "uptime_in_seconds": gauge("redis_uptime_in_seconds", "Time since Redis started (INFO uptime_in_seconds)."),
    "connected_clients": gauge("redis_connected_clients", "Client connections (INFO connected_clients)."),
    "blocked_clients": gauge(
        "redis_blocked_clients",
        "Clients that wait in a blocking call such as BRPOP; idle Celery workers do (INFO blocked_clients).",
    ),
    "maxclients": gauge("redis_max_clients", "Most client connections that Redis accepts (INFO maxclients)."),
    "used_memory": gauge("redis_memory_used_bytes", "Memory that Redis allocated (INFO used_memory)."),
    "used_memory_rss": gauge(
        "redis_memory_used_rss_bytes", "Memory of the process as the system counts it (INFO used_memory_rss)."
    ),
    "used_memory_peak": gauge("redis_memory_used_peak_bytes", "Most memory allocated so far (INFO used_memory_peak)."),
    "maxmemory": gauge("redis_memory_max_bytes", "Memory limit; 0 means that there is none (INFO maxmemory)."),
    "mem_fragmentation_ratio": gauge(
        "redis_mem_fragmentation_ratio", "Resident over allocated memory (INFO mem_fragmentation_ratio)."
    ),
    "total_system_memory": gauge(
        "redis_total_system_memory_bytes", "Memory of the machine that Redis runs on (INFO total_system_memory)."
    ),
    "loading": gauge("redis_loading_dump_file", "Whether Redis is loading its data (1) or not (0) (INFO loading)."),
    "rdb_changes_since_last_save": gauge(
        "redis_rdb_changes_since_last_save", "Writes that no dump holds yet (INFO rdb_changes_since_last_save)."
    ),
    "rdb_bgsave_in_progress": gauge(
        "redis_rdb_bgsave_in_progress", "Whether a dump is being written (INFO rdb_bgsave_in_progress)."
    ),
    "rdb_last_save_time": gauge(
        "redis_rdb_last_save_timestamp_seconds", "Unix time of the last good dump (INFO rdb_last_save_time)."
    ),
    "aof_enabled": gauge("redis_aof_enabled", "Whether the append-only file is on (INFO aof_enabled)."),
    "connected_slaves": gauge("redis_connected_slaves", "Replicas connected to this server (INFO connected_slaves)."),
    "master_repl_offset": gauge(
        "redis_master_repl_offset", "Replication offset of this server, in bytes (INFO master_repl_offset)."
    ),
}
"""By INFO field: numbers taken as they are."""

STATES = {
    "rdb_last_bgsave_status": gauge(
        "redis_rdb_last_bgsave_status", "Whether the last dump was written (1) or failed (0) (INFO)."
    ),
    "aof_last_write_status": gauge(
        "redis_aof_last_write_status", "Whether the last write to the append-only file worked (1) or not (0) (INFO)."
    ),
    "aof_last_bgrewrite_status": gauge(
        "redis_aof_last_bgrewrite_status", "Whether the last rewrite of the append-only file worked (1) or not (0)."
    ),
}
"""By INFO field: `ok` is 1, `err` and `fail` are 0."""
_STATE = {"ok": 1, "err": 0, "fail": 0}

COUNTERS = {
    "total_connections_received": counter(
        "redis_connections_received_total", "Connections accepted (INFO total_connections_received).", kept_by="system"
    ),
    "rejected_connections": counter(
        "redis_rejected_connections_total",
        "Connections refused because of maxclients (INFO rejected_connections).",
        kept_by="system",
    ),
    "total_commands_processed": counter(
        "redis_commands_processed_total",
        "Commands run, of all kinds (INFO total_commands_processed).",
        kept_by="system",
    ),
    "expired_keys": counter(
        "redis_expired_keys_total", "Keys whose time had come (INFO expired_keys).", kept_by="system"
    ),
    "evicted_keys": counter(
        "redis_evicted_keys_total", "Keys thrown away because memory was full (INFO evicted_keys).", kept_by="system"
    ),
    "keyspace_hits": counter(
        "redis_keyspace_hits_total", "Reads that found their key (INFO keyspace_hits).", kept_by="system"
    ),
    "keyspace_misses": counter(
        "redis_keyspace_misses_total", "Reads that found no key (INFO keyspace_misses).", kept_by="system"
    ),
    "total_net_input_bytes": counter(
        "redis_net_input_bytes_total", "Bytes received (INFO total_net_input_bytes).", kept_by="system"
    ),
    "total_net_output_bytes": counter(
        "redis_net_output_bytes_total", "Bytes sent (INFO total_net_output_bytes).", kept_by="system"
    ),
    "used_cpu_sys": counter(
        "redis_cpu_sys_seconds_total", "CPU time in the kernel (INFO used_cpu_sys).", kept_by="system"
    ),
    "used_cpu_user": counter(
        "redis_cpu_user_seconds_total", "CPU time in Redis itself (INFO used_cpu_user).", kept_by="system"
    ),
}
"""By INFO field: numbers that only grow while the server runs."""

START_TIME = gauge("redis_start_time_seconds", "Unix time at which Redis started, by its own clock (INFO).")
CONFIG_MAXCLIENTS = gauge("redis_config_maxclients", "The same as redis_max_clients, a name that dashboards also use.")
INSTANCE = gauge(
    "redis_instance_info",
    "Always 1; the labels describe the server. A maxmemory_policy other than noeviction may drop queues (INFO).",
    "role",
    "redis_version",
    "redis_mode",
    "maxmemory_policy",
)
DB_KEYS = gauge("redis_db_keys", "Keys by database; empty databases are not listed (INFO keyspace).", "db", join="sum")
DB_KEYS_EXPIRING = gauge("redis_db_keys_expiring", "Keys with an expiry by database (INFO keyspace).", "db", join="sum")
COMMANDS = counter("redis_commands_total", "Calls by command (INFO commandstats).", "cmd", kept_by="system")
COMMAND_SECONDS = counter(
    "redis_commands_duration_seconds_total", "Time spent by command (INFO commandstats).", "cmd", kept_by="system"
)
COMMANDS_REJECTED = counter(
    "redis_commands_rejected_calls_total",
    "Calls refused before they ran, by command (INFO commandstats).",
    "cmd",
    kept_by="system",
)
COMMANDS_FAILED = counter(
    "redis_commands_failed_calls_total",
    "Calls that ran and failed, by command (INFO commandstats).",
    "cmd",
    kept_by="system",
)
ERRORS = counter(
    "redis_errors_total", "Error replies by prefix, such as WRONGTYPE (INFO errorstats).", "err", kept_by="system"
)
MASTER_LINK_UP = gauge(
    "redis_master_link_up",
    "On a replica: whether it follows its master (1) or not (0).",
    "master_host",
    "master_port",
    join="min",
)
MASTER_LAST_IO = gauge(
    "redis_master_last_io_seconds_ago",
    "On a replica: time since it last heard of its master; -1 while the link is down (INFO).",
    "master_host",
    "master_port",
)
MASTER_SYNC = gauge(
    "redis_master_sync_in_progress",
    "On a replica: whether it is copying everything from its master (INFO).",
    "master_host",
    "master_port",
)
SLAVE_OFFSET = gauge(
    "redis_slave_repl_offset",
    "On a replica: how far it has read, in bytes (INFO).",
    "master_host",
    "master_port",
    join="min",
)
CONNECTED_SLAVE_OFFSET = gauge(
    "redis_connected_slave_offset_bytes",
    "How far each replica has read (INFO replication).",
    "slave_ip",
    "slave_port",
    "slave_state",
    join="min",
)
CONNECTED_SLAVE_LAG = gauge(
    "redis_connected_slave_lag_seconds",
    "Time since each replica last confirmed (INFO replication).",
    "slave_ip",
    "slave_port",
    "slave_state",
)
SLOWLOG_LENGTH = gauge("redis_slowlog_length", "Entries in the slow log (SLOWLOG LEN).")
LATENCY_SPIKE_LAST = gauge(
    "redis_latency_spike_last", "Unix time of the last latency spike by event (LATENCY LATEST).", "event_name"
)
LATENCY_SPIKE_SECONDS = gauge(
    "redis_latency_spike_duration_seconds", "Length of the last latency spike by event (LATENCY LATEST).", "event_name"
)
PING_SECONDS = gauge(
    "redis_ping_duration_seconds", "Time from sending PING, with the poll's other commands, to its answer."
)

FAMILIES: tuple[Family, ...] = (
    *GAUGES.values(),
    *STATES.values(),
    *COUNTERS.values(),
    START_TIME,
    CONFIG_MAXCLIENTS,
    INSTANCE,
    DB_KEYS,
    DB_KEYS_EXPIRING,
    COMMANDS,
    COMMAND_SECONDS,
    COMMANDS_REJECTED,
    COMMANDS_FAILED,
    ERRORS,
    MASTER_LINK_UP,
    MASTER_LAST_IO,
    MASTER_SYNC,
    SLAVE_OFFSET,
    CONNECTED_SLAVE_OFFSET,
    CONNECTED_SLAVE_LAG,
    SLOWLOG_LENGTH,
    LATENCY_SPIKE_LAST,
    LATENCY_SPIKE_SECONDS,
    PING_SECONDS,
)

_DATABASE = re.compile(r"(db[0-9]+)")
_COMMAND = re.compile(r"cmdstat_(.+)")
_ERROR = re.compile(r"errorstat_(.+)")
_SLAVE = re.compile(r"(slave[0-9]+)")
_MICROSECONDS = 1e-6

RECORDS: Sequence[tuple[re.Pattern[str], str, Family, float]] = (
    (_DATABASE, "keys", DB_KEYS, 1),
    (_DATABASE, "expires", DB_KEYS_EXPIRING, 1),
    (_COMMAND, "calls", COMMANDS, 1),
    (_COMMAND, "usec", COMMAND_SECONDS, _MICROSECONDS),
    (_COMMAND, "rejected_calls", COMMANDS_REJECTED, 1),
    (_COMMAND, "failed_calls", COMMANDS_FAILED, 1),
    (_ERROR, "count", ERRORS, 1),
)
"""Lines that hold lists: which lines, which part of the list, where it goes, and its unit in base units."""

MASTER_FIELDS = {
    "master_last_io_seconds_ago": MASTER_LAST_IO,
    "master_sync_in_progress": MASTER_SYNC,
    "slave_repl_offset": SLAVE_OFFSET,
}


@dataclass(frozen=True, slots=True)
class Spike:
    """The latest latency spike of one event: what LATENCY LATEST says."""

    event: str
    timestamp: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """
    What a server said in one poll; None stands for what it refused to say.

    Attributes:
        info: INFO.
        ping_seconds: How long PING took.
        slowlog: Entries of the slow log.
        spikes: Latency spikes.
    """

    info: Info
    ping_seconds: float | None = None
    slowlog: float | None = None
    spikes: tuple[Spike, ...] = ()


def build(answers: Answers) -> Families:
    """Fill the families. What INFO does not say (managed services hide some) has no series; nothing becomes 0."""
    families = Families()
    info = answers.info
    for fields in (GAUGES, COUNTERS):
        for name, family in fields.items():
            _put(families, family, info.number(name))
    for name, family in STATES.items():
        _put(families, family, _STATE.get(info.text(name)))
    _put(families, CONFIG_MAXCLIENTS, info.number("maxclients"))
    _put(families, START_TIME, start_time(info))
    for pattern, part, family, unit in RECORDS:
        for name, parts in info.records(pattern):
            _put(families, family, number(parts.get(part)), name, unit=unit)
    _replication(families, info)
    if info.text("role") or info.text("redis_version"):
        described = {**info.fields, "redis_mode": info.mode}
        families.add(INSTANCE, 1, *(described.get(label, "") for label in INSTANCE.labels))
    _put(families, SLOWLOG_LENGTH, answers.slowlog)
    _put(families, PING_SECONDS, answers.ping_seconds)
    for spike in answers.spikes:
        families.add(LATENCY_SPIKE_LAST, spike.timestamp, spike.event)
        families.add(LATENCY_SPIKE_SECONDS, spike.seconds, spike.event)
    return families


def start_time(info: Info) -> float | None:
    """
    Unix time in whole seconds at which the server started.

    Redis counts both its clock and its uptime in whole seconds of one clock, so their difference never wavers.
    """
    clock, uptime = info.number("server_time_usec"), info.number("uptime_in_seconds")
    return None if clock is None or uptime is None else clock // 1_000_000 - uptime


def _replication(families: Families, info: Info) -> None:
    if link := info.text("master_link_status"):
        master = info.text("master_host"), info.text("master_port")
        families.add(MASTER_LINK_UP, link == "up", *master)
        for name, family in MASTER_FIELDS.items():
            _put(families, family, info.number(name), *master)
    for _, parts in info.records(_SLAVE):
        labels = tuple(parts.get(part, "") for part in ("ip", "port", "state"))
        _put(families, CONNECTED_SLAVE_OFFSET, number(parts.get("offset")), *labels)
        _put(families, CONNECTED_SLAVE_LAG, number(parts.get("lag")), *labels)


def _put(families: Families, family: Family, value: float | None, *labels: str, unit: float = 1) -> None:
    if value is not None:
        families.add(family, value * unit, *labels)
