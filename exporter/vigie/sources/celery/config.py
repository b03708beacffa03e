"""What `sources.celery` in `vigie.yaml` may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from vigie.config.values import FilePath
from vigie.core.settings import AnyText, Duration, Timeout, between
from vigie.core.source import SourceConfig
from vigie.sources.celery.address import addresses

_SHORTEST = 1.0
"""Seconds between two rounds of questions at least."""


def _known_broker(url: SecretStr) -> SecretStr:
    addresses(url.get_secret_value())
    return url


def _never_or_seldom(seconds: float) -> float:
    if 0 < seconds < _SHORTEST:
        raise ValueError("expected 0s for never, or a duration of at least 1s")
    return seconds


class CeleryConfig(SourceConfig):
    """Celery: queues, workers and tasks, as the broker and the workers tell them."""

    broker: Annotated[SecretStr, AfterValidator(_known_broker)]
    """Broker URL as in Celery's `broker_url`; several are separated by `;`."""
    queues: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Queues to measure; unless set, those that Celery's bindings, workers and events name."""
    key_prefix: str = ""
    """`global_keyprefix` of the broker transport options (Redis)."""
    separator: Annotated[str, AnyText()] = "\x06\x16"
    """`sep` of the broker transport options: stands between queue name and priority (Redis)."""
    priority_steps: tuple[Annotated[int, Field(ge=0, le=255)], ...] = Field(default=(0, 3, 6, 9), min_length=1)
    """`priority_steps` of the broker transport options (Redis)."""
    event_exchange: Annotated[str, Field(min_length=1)] = "celeryev"
    """Celery's `event_exchange`: where task and worker events are sent."""
    control_exchange: Annotated[str, Field(min_length=1)] = "celery"
    """Celery's `control_exchange`: where workers are asked."""
    fanout_prefix: bool | str = True
    """`fanout_prefix` of the broker transport options: `false` for none, or text before the exchange's name (Redis)."""
    visibility_timeout: Annotated[float, between("1s", "366d")] = 3600.0
    """`visibility_timeout` of the broker transport options: unacknowledged tasks older than this run again (Redis)."""
    sentinel_master: str = "mymaster"
    """`master_name` of the broker transport options (Sentinel)."""
    sentinel_password: SecretStr | None = None
    """Password of the Sentinels themselves; the one in `broker` is for the Redis behind them."""
    tls_ca: FilePath | None = None
    """File with the certificate authority of a `rediss://` or `amqps://` broker; the system's unless set."""
    tls_cert: FilePath | None = None
    """File with a client certificate."""
    tls_key: FilePath | None = None
    """File with the client certificate's key."""
    events: bool = True
    """Whether to count task and worker events."""
    enable_events: bool = False
    """Whether to switch task events on, remotely, in workers that were started without `-E`."""
    inspect_interval: Annotated[float, AfterValidator(_never_or_seldom), between("0s", "1d")] = 60.0
    """Time between two rounds of questions to the workers; `0s` never asks."""
    inspect_timeout: Timeout = 2.0
    """How long workers may take to answer."""
    missed_heartbeats: int = Field(default=5, ge=2)
    """A worker that is silent for so many of its heartbeats is down."""
    worker_retention: Duration = 600.0
    """How long a worker that went away stays in the output, as down."""
    max_tasks: int = Field(default=100_000, ge=1000)
    """Tasks in flight whose names are remembered; finished tasks leave at once."""
    max_buffer_mib: int = Field(default=128, ge=1)
    """Events that arrived but are not counted yet; what does not fit is dropped, and counted as dropped."""
