"""`vigie serve` as a process: start, answer, reload, stop."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import httpx
import pytest

from tests.real.process import answers, free_port, running, wait_until

CONFIG = "product: acme\nsources:\n  redis:\n    url: redis://:hunter2@127.0.0.1:{port}\n    timeout: 1s\n"


@contextlib.contextmanager
def _vigie(folder: Path, *arguments: str | Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """Watch a Redis that is not there."""
    (folder / "vigie.yaml").write_text(CONFIG.format(port=free_port()))
    port = free_port()
    command: list[str | Path] = [sys.executable, "-m", "vigie", "serve", "--config", folder / "vigie.yaml"]
    command += ["--web.listen-address", f"127.0.0.1:{port}", *arguments]
    log = folder / "vigie.log"
    with (
        running(command, lambda: answers(port), log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client, process


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_stops_within_two_seconds_quietly(tmp_path: Path, number: signal.Signals, status: int) -> None:
    with _vigie(tmp_path) as (client, process):
        assert client.get("/healthz").status_code == 200
        started = time.monotonic()
        process.send_signal(number)
        assert process.wait(10) == status
        assert time.monotonic() - started < 2
    log = (tmp_path / "vigie.log").read_text()
    assert {json.loads(line)["level"] for line in log.splitlines()} <= {"info", "warning"}


def test_a_server_that_is_not_there_is_said_in_metrics_log_and_page_without_its_password(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        wait_until(lambda: client.get("/readyz").status_code == 200, "first read")
        wait_until(lambda: 'vigie_source_up{source="redis"} 0.0' in client.get("/metrics").text, "up is 0")
        metrics, landing = client.get("/metrics").text, client.get("/").text
    assert 'vigie_source_errors_total{reason="network",source="redis"} 1.0' in metrics
    assert "▲ failing" in landing
    log = (tmp_path / "vigie.log").read_text()
    failed = [line for line in map(json.loads, log.splitlines()) if line["event"] == "source_failed"]
    assert [(line["source"], line["reason"]) for line in failed] == [("redis", "network")]
    assert "hunter2" not in metrics + landing + log
    assert "Traceback" not in log


def test_a_reload_takes_in_a_changed_file_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        (tmp_path / "vigie.yaml").write_text("product: other\n")
        assert client.post("/-/reload").text == "reloaded\n"
        assert "Vigie watches other" in client.get("/").text
        (tmp_path / "vigie.yaml").write_text("product: Not A Name\n")
        refused = client.post("/-/reload")
        assert refused.status_code == 400
        assert "vigie.yaml:1: product:" in refused.text
        assert "Vigie watches other" in client.get("/").text


def test_hang_up_reloads_too(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, process):
        (tmp_path / "vigie.yaml").write_text("product: other\n")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: "Vigie watches other" in client.get("/").text, "reload")


def _refused(*arguments: object) -> str:
    command = [sys.executable, "-m", "vigie", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - our own
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    return result.stderr


def test_a_wrong_file_is_one_line_and_status_two(tmp_path: Path) -> None:
    path = tmp_path / "vigie.yaml"
    path.write_text("product: acme\nsuorces: {}\n")
    for command in ("serve", "check", "metrics"):
        assert (
            _refused(command, "--config", path) == f"vigie: {path}:2: unknown key 'suorces'; did you mean 'sources'?\n"
        )


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        address = client.base_url.netloc.decode()
        refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.listen-address", address)
    assert (
        refusal
        == f"vigie: cannot listen on {address}: Address already in use; choose another with --web.listen-address\n"
    )


def test_an_address_that_is_none_is_explained(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.listen-address", "localhost")
    assert (
        refusal
        == "vigie: --web.listen-address 'localhost': expected host:port, such as 127.0.0.1:9847, [::1]:9847 or :9847\n"
    )


def test_a_web_config_file_brings_users(tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text(f"basic_auth_users:\n  prometheus: {bcrypt.hashpw(b'scrape', bcrypt.gensalt(4)).decode()}\n")
    with _vigie(tmp_path, "--web.config.file", web) as (client, _):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", auth=("prometheus", "scrape")).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_a_wrong_web_config_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    web = tmp_path / "web.yml"
    web.write_text("basic_auth_user: {}\n")
    refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.config.file", web)
    assert refusal == f"vigie: {web}:1: unknown key 'basic_auth_user'; did you mean 'basic_auth_users'?\n"
