"""`vigie check` as a user types it: what it asks, and the status with which it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.cli.process import ROOT, vigie
from tests.real.process import free_port
from tests.real.redis import RedisServer, redis_server
from tests.real.vendor import serving

METRICS = "# TYPE http_requests_total counter\n# TYPE http_request_duration_highr_seconds histogram\n"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis."""
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """An application that is well."""
    kind = "text/plain; version=0.0.4"
    routes = [
        Route("/", lambda _: PlainTextResponse("shop")),
        Route("/metrics", lambda _: PlainTextResponse(METRICS, media_type=kind)),
    ]
    with serving(Starlette(routes=routes)) as url:
        yield url


def test_all_is_well(redis: RedisServer, site: str, tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text(
        f"product: shop\napp: {{metrics: {site}/metrics}}\nprobes: [{{name: front, url: '{site}/'}}]\n"
        "sources:\n  redis: {url: '${REDIS_URL}'}\n  stripe: {api_key: '${STRIPE_API_KEY}'}\n"
        "thresholds: {QueueBackup: {warning: 50}, HighCPU: {enabled: false}}\n"
    )
    (tmp_path / ".env").write_text(f"# of the shop\nREDIS_URL={redis.url()}\n")
    done = vigie("check", "--mixin", ROOT, "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert (shown["ok"], shown["env_file"]) == (True, {"path": ".env", "problem": None})
    states = {finding["name"]: finding["state"] for finding in shown["findings"]}
    thresholds = states.pop("thresholds")
    assert thresholds in {"ok", "warning"}
    assert states == {"redis": "ok", "app.metrics": "ok", "probes.front": "ok", "stripe": "off"}
    said = {finding["name"]: finding["sentences"] for finding in shown["findings"]}
    assert said["thresholds"][0] == "2 differ from the defaults, HighCPU is switched off"
    assert said["stripe"] == ["STRIPE_API_KEY is not set"]


def test_what_is_not_read_is_status_one_within_its_timeout(tmp_path: Path, site: str) -> None:
    (tmp_path / "vigie.yaml").write_text(
        f"product: shop\napp: {{metrics: {site}/}}\n"
        f"sources: {{redis: {{url: 'redis://127.0.0.1:{free_port()}', timeout: 2s}}}}\n"
    )
    done = vigie("check", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "nobody listens there" in done.stdout
    assert "app.metrics   partly" in done.stdout
    assert "holds no mixin.libsonnet; name Vigie's own folder with --mixin" in done.stdout


def test_nothing_read_is_status_one(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: shop\nsources: {redis: {url: '${REDIS_URL}'}}\n")
    done = vigie("check", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "redis         off     REDIS_URL is not set" in done.stdout
    assert "Nothing was read" in done.stdout


@pytest.mark.parametrize(
    ("threshold", "sentence"),
    [
        ("QueuBackup: {warning: 5}", "thresholds.QueuBackup: no alert has this name; did you mean 'QueueBackup'?"),
        ("QueueBackup: {warning: 600}", "thresholds.QueueBackup: the warning comes after the critical; put it below"),
    ],
)
def test_thresholds_that_cannot_work_are_refused_as_by_render(threshold: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text(f"product: shop\nthresholds:\n  {threshold}\n")
    checked, rendered = (vigie(command, "--mixin", ROOT, folder=tmp_path) for command in ("check", "render"))
    assert (checked.returncode, checked.stdout) == (2, "")
    assert checked.stderr == rendered.stderr
    assert checked.stderr.startswith(f"vigie: vigie.yaml:3: {sentence}")


def test_a_configured_queue_that_does_not_exist_is_status_one(redis: RedisServer, tmp_path: Path) -> None:
    redis.run("SADD", "_kombu.binding.celery", "celery\x06\x16\x06\x16celery", db=5)
    (tmp_path / "vigie.yaml").write_text(
        f"product: shop\nsources:\n  celery: {{broker: '{redis.url(5)}', queues: [celery, emials], "
        "events: false, inspect_interval: 0s, inspect_timeout: 200ms}\n"
    )
    done = vigie("check", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "has no queue emials: nothing was ever sent to it" in done.stdout
    assert "has no queue celery" not in done.stdout
