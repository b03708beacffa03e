"""Where each alert begins and ends: one row for each, with its thresholds, times and labels written out as promised."""

from __future__ import annotations

from typing import Any

from tests.mixin import boundaries_business, boundaries_vendors
from tests.mixin.levels import (
    answers,
    app,
    connections,
    disk,
    durations,
    ended,
    feed,
    free,
    idle,
    railway,
    resident,
    scaled,
    vigie,
    volume,
    waiting,
    workers,
)
from tests.mixin.promtool import Levels
from tests.mixin.row import Row, Side

API = {"component": "api", "owner": "backend"}
JOBS = {"component": "jobs", "owner": "backend", "source": "celery"}
DATABASE = {"component": "database", "owner": "backend", "source": "postgres"}
HOSTING = {"component": "hosting", "owner": "platform", "class": "saturation"}
MONITORING = {"component": "monitoring", "owner": "platform", "class": "blindness"}


def _down(series: str, severity: str, *, decoys: Levels | None = None, **row: Any) -> Row:
    """The row of an alert on something that is there or not."""
    quiet: Levels = {series: 1}
    far: Levels = {series: 0}
    return Row(quiet=quiet, far=far, sides={severity: Side(quiet, far)}, window=0, decoys=decoys, **row)


SLOW = durations(s2=0, s5=100)
SLOWEST = durations(s5=0, s10=100)

ROWS = (
    Row(
        "HighErrorRate",
        API | {"class": "errors"},
        quiet=answers(10_000),
        far=answers(5_000, error=5_000),
        sides={
            "warning": Side(answers(9_900, error=100), answers(9_899, error=101), seen=15, ends=285),
            "critical": Side(answers(9_500, error=500), answers(9_499, error=501), seen=30, ends=270),
        },
        window=300,
        lasting=300,
        few=(answers(0, error=1.47), answers(0, error=1.48)),
    ),
    Row(
        "ServerErrors",
        API | {"class": "errors"},
        quiet=answers(1_000),
        far=answers(1_000, error=100),
        sides={
            "warning": Side(answers(1_000, error=2.5), answers(1_000, error=2.5025), seen=15, ends=285),
            "critical": Side(answers(1_000, error=12.5), answers(1_000, error=12.5025), seen=45, ends=255),
        },
        window=300,
        lasting=300,
    ),
    Row(
        "ClientErrors",
        API | {"class": "abuse"},
        quiet=answers(1_000),
        far=answers(1_000, refused=1_000),
        sides={
            "warning": Side(answers(1_000, refused=25), answers(1_000, refused=25.01), seen=15, ends=285),
            "critical": Side(answers(1_000, refused=125), answers(1_000, refused=125.01), seen=45, ends=255),
        },
        window=300,
        lasting=300,
    ),
    Row(
        "SlowResponse",
        API | {"class": "latency"},
        quiet=durations(s0_01=0, s0_25=100),
        far=SLOW,
        sides={
            "warning": Side(durations(s0_5=95, s1=100), durations(s0_5=94.99, s1=100), seen=15, ends=285),
            "critical": Side(durations(s2=95, s5=100), durations(s2=94.9, s5=100), seen=15, ends=285),
        },
        window=285,
        lasting=300,
        few=(scaled(SLOW, 0.0147), scaled(SLOW, 0.0148)),
    ),
    Row(
        "SlowTailResponse",
        API | {"class": "latency"},
        quiet=durations(s0_01=0, s0_25=100),
        far=SLOWEST,
        sides={
            "warning": Side(durations(s1=99, s2=100), durations(s1=98.99, s2=100), seen=15, ends=285),
            "critical": Side(durations(s5=99, s10=100), durations(s5=98.99, s10=100), seen=15, ends=285),
        },
        window=285,
        lasting=300,
        few=(scaled(SLOWEST, 0.0997), scaled(SLOWEST, 0.0998)),
    ),
    Row(
        "QueueBackup",
        JOBS | {"class": "saturation", "queue_name": "emails"},
        quiet=waiting(0),
        far=waiting(1_000),
        sides={
            "warning": Side(waiting(100), waiting(101)),
            "critical": Side(waiting(500), waiting(501)),
        },
        window=0,
        lasting=300,
    ),
    Row(
        "JobFailures",
        JOBS | {"class": "errors"},
        quiet=ended(10_000, 0),
        far=ended(5_000, 5_000),
        sides={
            "warning": Side(ended(9_500, 500), ended(9_499, 501), seen=60, ends=540),
            "critical": Side(ended(8_000, 2_000), ended(7_999, 2_001), seen=240, ends=360),
        },
        window=600,
        lasting=300,
        few=(ended(0, 0.485), ended(0, 0.49)),
    ),
    Row(
        "NoWorkers",
        JOBS | {"class": "availability"},
        quiet=workers(1, 1),
        far=workers(0, 0),
        sides={"critical": Side(workers(0, 1), workers(0, 0))},
        window=0,
        lasting=300,
    ),
    Row(
        "WorkerDown",
        JOBS | {"class": "availability", "hostname": "w2"},
        quiet=workers(1, 1),
        far=workers(1, 0),
        sides={"warning": Side(workers(1, 1), workers(1, 0))},
        window=0,
        lasting=300,
    ),
    _down(
        vigie("vigie_celery_events_enabled", hostname="w1"),
        "warning",
        alert="CeleryEventsOff",
        labels=JOBS | {"class": "blindness", "hostname": "w1"},
        lasting=600,
    ),
    *(
        Row(
            "CeleryEventsLost",
            JOBS | {"class": "blindness"},
            quiet={first: 0, second: 0},
            far={first: 1, second: 0},
            sides={"warning": Side({first: 0, second: 0}, {first: 0.001, second: 0}, seen=15, ends=885)},
            window=15,
            lasting=0,
            name=f"CeleryEventsLost: {what}",
        )
        for broke in [vigie("vigie_celery_events_interruptions_total", cause="closed")]
        for overflowed in [vigie("vigie_celery_events_dropped_total")]
        for what, first, second in (("broke", broke, overflowed), ("overflowed", overflowed, broke))
    ),
    _down(vigie("pg_up"), "critical", alert="DatabaseDown", labels=DATABASE | {"class": "availability"}, lasting=60),
    Row(
        "DatabaseConnectionsHigh",
        DATABASE | {"class": "saturation"},
        quiet=connections(10, 90),
        far=connections(500, 500),
        sides={
            "warning": Side(connections(300, 500), connections(301, 500)),
            "critical": Side(connections(450, 500), connections(451, 500)),
        },
        window=0,
        lasting=300,
    ),
    Row(
        "HighCPU",
        HOSTING | {"source": "node", "instance": "node:1"},
        quiet=idle(15),
        far=idle(0),
        sides={
            "warning": Side(idle(4.5), idle(4.4985), seen=210, ends=90),
            "critical": Side(idle(1.5), idle(1.4985), seen=270, ends=30),
        },
        window=285,
        lasting=600,
        name="HighCPU of a machine",
    ),
    Row(
        "HighCPU",
        HOSTING | {"source": "process", "instance": "app:1"},
        quiet={app("process_cpu_seconds_total"): 0},
        far={app("process_cpu_seconds_total"): 30},
        sides={
            "warning": Side(
                {app("process_cpu_seconds_total"): 21}, {app("process_cpu_seconds_total"): 21.003}, seen=225, ends=90
            ),
            "critical": Side(
                {app("process_cpu_seconds_total"): 27}, {app("process_cpu_seconds_total"): 27.003}, seen=285, ends=30
            ),
        },
        window=300,
        lasting=600,
        name="HighCPU of the application",
    ),
    Row(
        "HighCPU",
        HOSTING | {"source": "supabase", "instance": "supabase:1"},
        quiet=idle(15, feed),
        far=idle(0, feed),
        sides={
            "warning": Side(idle(4.5, feed), idle(4.4985, feed), seen=210, ends=90),
            "critical": Side(idle(1.5, feed), idle(1.4985, feed), seen=270, ends=30),
        },
        window=285,
        lasting=600,
        name="HighCPU of the database",
    ),
    *(
        Row(
            f"High{name}",
            HOSTING | {"source": "railway", "instance": "api"},
            quiet=railway(figure, 0, 10_000),
            far=railway(figure, 9_999, 10_000),
            sides={
                severity: Side(railway(figure, limit, 10_000), railway(figure, limit + 1, 10_000))
                for severity, limit in limits.items()
            },
            window=0,
            lasting=lasting,
            name=f"High{name} of a service",
        )
        for name, figure, limits, lasting in (
            ("CPU", "cpu cores", {"warning": 7_000, "critical": 9_000}, 600),
            ("Memory", "memory bytes", {"warning": 7_000, "critical": 8_500}, 300),
        )
    ),
    Row(
        "DiskSpaceLow",
        HOSTING | {"source": "railway", "instance": "api", "mountpoint": "data"},
        quiet=volume(0, 10_000),
        far=volume(9_999, 10_000),
        sides={
            "warning": Side(volume(7_000, 10_000), volume(7_001, 10_000)),
            "critical": Side(volume(8_500, 10_000), volume(8_501, 10_000)),
        },
        window=0,
        lasting=900,
        name="DiskSpaceLow of a volume",
    ),
    Row(
        "HighMemory",
        HOSTING | {"source": "node", "instance": "node:1"},
        quiet=free(90),
        far=free(1),
        sides={"warning": Side(free(30), free(29.99)), "critical": Side(free(15), free(14.99))},
        window=0,
        lasting=300,
        name="HighMemory of a machine",
    ),
    Row(
        "HighMemory",
        HOSTING | {"source": "process", "instance": "app:1"},
        quiet=resident(0.1),
        far=resident(0.99),
        sides={"warning": Side(resident(0.7), resident(0.7001)), "critical": Side(resident(0.85), resident(0.8501))},
        window=0,
        lasting=300,
        name="HighMemory of the application",
    ),
    Row(
        "DiskSpaceLow",
        HOSTING | {"source": "node", "instance": "node:1", "mountpoint": "/data"},
        quiet=disk(90),
        far=disk(1),
        sides={"warning": Side(disk(30), disk(29.99)), "critical": Side(disk(15), disk(14.99))},
        window=0,
        lasting=900,
    ),
    _down(
        vigie("vigie_source_up", source="redis"),
        "warning",
        alert="SourceSilent",
        labels=MONITORING | {"source": "redis"},
        lasting=300,
    ),
    _down(
        app("up"),
        "warning",
        alert="TargetDown",
        labels=MONITORING | {"job": "app", "instance": "app:1"},
        lasting=300,
        decoys={vigie("up"): 0, 'up{job="of somebody else",instance="theirs:1"}': 0},
    ),
    _down(vigie("up"), "critical", alert="VigieDown", labels=MONITORING, lasting=300),
    *boundaries_business.ROWS,
    *boundaries_vendors.ROWS,
)
