"""What the watched systems show, in the names that they really use."""

from __future__ import annotations

from collections.abc import Callable

from tests.mixin.promtool import Labels, Levels

NO_DISKS = ("tmpfs", "ramfs", "squashfs", "overlay", "iso9660")
BUCKETS = ("0.01", "0.25", "0.5", "1.0", "2.0", "5.0", "10.0", "+Inf")


def app(metric: str, **labels: str) -> str:
    """A series of the application."""
    return _series(metric, "app", labels)


def vigie(metric: str, **labels: str) -> str:
    """A series of Vigie."""
    return _series(metric, "vigie", labels)


def node(metric: str, **labels: str) -> str:
    """A series of node_exporter."""
    return _series(metric, "node", labels)


def feed(metric: str, **labels: str) -> str:
    """A series of a Supabase project."""
    return _series(metric, "supabase", labels)


def _series(metric: str, job: str, labels: Labels) -> str:
    pairs = {"job": job, "instance": f"{job}:1", "product": "shop", **labels}
    inside = ",".join(f'{name}="{value}"' for name, value in pairs.items())
    return f"{metric}{{{inside}}}"


def answers(ok: float, error: float = 0, refused: float = 0) -> Levels:
    """Requests by status, on two routes."""
    shares = (("/", 0.25), ("/jobs", 0.75))
    return {
        app("http_requests_total", status=status, handler=handler): level * share
        for status, level in (("2xx", ok), ("5xx", error), ("4xx", refused))
        for handler, share in shares
    }


def durations(**below: float) -> Levels:
    """100 requests to two instances; how many of them take less than each bound (`s0_5` is half a second)."""
    total = 0.0
    levels: Levels = answers(100)
    for bound in BUCKETS:
        total = 100.0 if bound == "+Inf" else below.get(f"s{bound.removesuffix('.0').replace('.', '_')}", total)
        for instance, part in (("app:1", min(total, 60)), ("app:2", max(total - 60, 0))):
            levels[app("http_request_duration_highr_seconds_bucket", instance=instance, le=bound)] = part
    return levels


def scaled(levels: Levels, factor: float) -> Levels:
    """The same picture with fewer events."""
    return {selector: level * factor for selector, level in levels.items() if level is not None}


def ended(ok: float, failed: float) -> Levels:
    """Jobs of two tasks by how they ended."""
    levels: Levels = {}
    for name, share in (("mail", 0.25), ("report", 0.75)):
        task = {"name": name, "hostname": "w1", "queue_name": "emails"}
        levels[vigie("celery_task_succeeded_total", **task)] = ok * share
        levels[vigie("celery_task_failed_total", **task, exception="ValueError")] = failed * share
    return levels


def waiting(jobs: float) -> Levels:
    """A queue that is long and one that is short."""
    return {
        vigie("celery_queue_length", queue_name="emails"): jobs,
        vigie("celery_queue_length", queue_name="celery"): 3,
    }


def workers(first: float, second: float) -> Levels:
    """Two workers, up or not."""
    return {
        vigie("celery_worker_up", hostname="w1"): first,
        vigie("celery_worker_up", hostname="w2"): second,
    }


def connections(active: float, idle: float) -> Levels:
    """Connections of a server that allows 1000."""
    return {
        vigie("pg_stat_activity_count", state="active"): active,
        vigie("pg_stat_activity_count", state="idle"): idle,
        vigie("pg_settings_max_connections"): 1000,
    }


Machine = Callable[..., str]
"""Who says it: `node` or `feed`."""


def idle(seconds: float, says: Machine = node) -> Levels:
    """Two CPUs that were idle for so long on average, and busy for the rest."""
    return {
        says("node_cpu_seconds_total", cpu=cpu, mode=mode): level
        for cpu, share in (("0", 0.9), ("1", 1.1))
        for mode, level in (("idle", seconds * share), ("user", 15 - seconds))
    }


def free(percent: float, says: Machine = node) -> Levels:
    """Memory of a machine."""
    return {says("node_memory_MemAvailable_bytes"): percent, says("node_memory_MemTotal_bytes"): 100}


def railway(figure: str, used: float, limit: float) -> Levels:
    """CPU or memory of a service, whose limit is known, beside one that has none."""
    name, unit = figure.split()
    return {
        vigie(f"railway_service_{name}_usage_{unit}", service="api"): used,
        vigie(f"railway_service_{name}_limit_{unit}", service="api"): limit,
        vigie(f"railway_service_{name}_usage_{unit}", service="free"): used,
        vigie(f"railway_service_{name}_limit_{unit}", service="free"): 0,
    }


def volume(used: float, size: float) -> Levels:
    """A volume of a service on Railway, beside one whose size is not known."""
    levels: Levels = {}
    for name, of in (("data", size), ("new", 0)):
        labels = {"service": "api", "volume": name}
        levels[vigie("railway_volume_used_bytes", **labels)] = used
        levels[vigie("railway_volume_size_bytes", **labels)] = of
    return levels


def resident(share: float) -> Levels:
    """Memory of the application, whose limit is 512 MiB."""
    return {app("process_resident_memory_bytes"): share * 512 * 1024 * 1024}


def disk(percent: float, says: Machine = node) -> Levels:
    """A real disk, and file systems that are none and always full."""
    levels: Levels = {}
    for fstype, available in {"ext4": percent, **dict.fromkeys(NO_DISKS, 0)}.items():
        where = {"mountpoint": "/data" if fstype == "ext4" else f"/{fstype}", "fstype": fstype}
        levels[says("node_filesystem_avail_bytes", **where)] = available
        levels[says("node_filesystem_size_bytes", **where)] = 100
    return levels
