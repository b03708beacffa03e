"""`vigie serve` as a process: start, answer, reload, stop."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt
import httpx
import pytest

from tests.real.certificates import Authority
from tests.real.process import answers, free_port, running, wait_until
from tests.web.stalled_clients import stalled_clients

CONFIG = "product: acme\nsources:\n  redis:\n    url: redis://:hunter2@127.0.0.1:{port}\n    timeout: 1s\n"
HASH = bcrypt.hashpw(b"scrape", bcrypt.gensalt(4)).decode()


@contextlib.contextmanager
def _vigie(
    folder: Path, *arguments: str | Path, descriptors: int | None = None, port: int | None = None
) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """Watch a Redis that is not there, with at most so many open files."""
    (folder / "vigie.yaml").write_text(CONFIG.format(port=free_port()))
    port = port or free_port()
    command: list[str | Path] = [sys.executable, "-m", "vigie", "serve", "--config", folder / "vigie.yaml"]
    command += ["--web.listen-address", f"127.0.0.1:{port}", *arguments]
    if descriptors:
        command = ["prlimit", f"--nofile={descriptors}", *command]
    log = folder / "vigie.log"
    with (
        running(command, lambda: answers(port), log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client, process


def _seconds_to_stop(process: subprocess.Popen[bytes], number: signal.Signals) -> float:
    """Seconds until it ends with its proper status, without those in which a busy machine did not let it run."""
    started, waited = time.monotonic(), _seconds_in_queue(process.pid)
    process.send_signal(number)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    took = time.monotonic() - started - (_seconds_in_queue(process.pid) - waited)
    assert process.wait() == (130 if number is signal.SIGINT else 0)
    return took


def _seconds_in_queue(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_two_seconds_quietly(tmp_path: Path, number: signal.Signals) -> None:
    with _vigie(tmp_path) as (client, process):
        assert client.get("/healthz").status_code == 200
        assert _seconds_to_stop(process, number) < 2
    log = (tmp_path / "vigie.log").read_text()
    assert {json.loads(line)["level"] for line in log.splitlines()} <= {"info", "warning"}


def test_a_server_that_is_not_there_is_said_in_metrics_log_and_page_without_its_password(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        wait_until(lambda: client.get("/readyz").status_code == 200, "first read")
        once = 'vigie_source_errors_total{reason="network",source="redis"} 1.0'
        wait_until(lambda: once in client.get("/metrics").text, "the failure is counted, after its first 0")
        metrics, landing = client.get("/metrics").text, client.get("/").text
    assert 'vigie_source_up{source="redis"} 0.0' in metrics
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


def test_scrapes_go_on_while_configurations_are_reloaded_at_the_same_time(tmp_path: Path) -> None:
    """Each reload waits for sources to be read; a scrape waits for none of them, and the last file counts."""
    with _vigie(tmp_path) as (client, process), socket.create_server(("127.0.0.1", 0)) as silent:
        wait_until(lambda: client.get("/-/ready").status_code == 200, "first read")
        slow = CONFIG.format(port=silent.getsockname()[1]).replace("1s", "30s")  # accepts, and never answers
        (tmp_path / "vigie.yaml").write_text(slow)
        process.send_signal(signal.SIGHUP)
        with ThreadPoolExecutor(1) as pool:
            reload = pool.submit(httpx.post, client.base_url.join("/-/reload"), timeout=60)
            (tmp_path / "vigie.yaml").write_text("product: other\n")
            scrapes = 0
            while not reload.done():
                assert client.get("/metrics").status_code == 200
                scrapes += 1
        assert scrapes > 2
        assert reload.result().text == "reloaded\n"
        wait_until(lambda: "Vigie watches other" in client.get("/").text, "the last file")
        assert "vigie_source_up{" not in client.get("/metrics").text
        events = [json.loads(line)["event"] for line in (tmp_path / "vigie.log").read_text().splitlines()]
        assert events.count("reloaded") == 2
        assert "task_died" not in events


def test_a_reload_whose_state_file_cannot_be_used_leaves_the_old_watch_running(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        wait_until(lambda: client.get("/-/ready").status_code == 200, "first read")
        (tmp_path / "a-file").write_text("not a folder")
        (tmp_path / "vigie.yaml").write_text(f"product: other\nstate: {tmp_path}/a-file\n")
        refused = client.post("/-/reload")
        assert refused.status_code == 400
        assert "Vigie watches acme" in client.get("/").text
        wait_until(lambda: 'vigie_source_up{source="redis"} 0.0' in client.get("/metrics").text, "polls go on")


def test_two_thousand_connections_held_open_keep_no_scrape_out_and_no_stop(tmp_path: Path) -> None:
    """As many as 256 descriptors never could hold, in every way of stalling; it still ends within two seconds."""
    with _vigie(tmp_path, descriptors=256) as (client, process), stalled_clients(client.base_url.port or 0, 2000):
        for _ in range(20):
            assert httpx.get(client.base_url.join("/metrics"), timeout=10).status_code == 200
        open_files = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        assert open_files <= 200
        assert _seconds_to_stop(process, signal.SIGTERM) < 2
    log = (tmp_path / "vigie.log").read_text()
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events.count("connections_dropped") in {1, 2}  # 2 where the machine took over a minute
    assert len(events) < 12
    assert "Traceback" not in log


def test_a_thousand_handshakes_that_are_never_finished_take_little_memory(tmp_path: Path) -> None:
    """Asyncio alone sets 256 KiB aside for each, and keeps that of closed ones for a while: over 250 MiB."""
    authority = Authority(tmp_path / "authority")
    own, web = authority.issue("server"), tmp_path / "web.yml"
    web.write_text(f"tls_server_config:\n  cert_file: {own.cert_file}\n  key_file: {own.key_file}\n")
    trust = ssl.create_default_context(cafile=authority.ca_file)
    with _vigie(tmp_path, "--web.config.file", web) as (client, process):
        before = _peak_memory(process.pid)
        with stalled_clients(client.base_url.port or 0, 1000):
            url = client.base_url.copy_with(scheme="https").join("/metrics")
            assert httpx.get(url, timeout=30, verify=trust).status_code == 200
        assert _peak_memory(process.pid) - before < 120 * 2**20


def _peak_memory(pid: int) -> int:
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def test_when_descriptors_run_out_all_the_same_scrapes_go_on_and_the_log_stays_short(tmp_path: Path) -> None:
    """As when the sources need more than was kept for them."""
    with _vigie(tmp_path) as (client, process):
        in_use = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (in_use + 20, in_use + 20))
        with stalled_clients(client.base_url.port or 0, 200):
            for _ in range(5):
                assert httpx.get(client.base_url.join("/metrics"), timeout=10).status_code == 200
        log = (tmp_path / "vigie.log").read_text()
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events.count("accept_failed") in {1, 2}
    assert len(events) < 12
    assert "Traceback" not in log


def test_a_vendor_that_breaks_off_leaves_no_traceback(tmp_path: Path) -> None:
    with _vigie(tmp_path) as (client, _):
        with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as vendor:
            vendor.sendall(b"POST /webhooks/redis HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            assert client.get("/healthz").status_code == 200
        assert client.get("/healthz").status_code == 200
    assert "Traceback" not in (tmp_path / "vigie.log").read_text()


@pytest.mark.parametrize(
    ("web", "warned"),
    [
        (None, "Everybody who can reach port {port} can read all metrics"),
        ("http_server_config: {http2: false}\n", "Everybody who can reach port {port} can read all metrics"),
        (f"basic_auth_users:\n  prometheus: {HASH}\n", "reads the passwords sent to port {port}"),
    ],
    ids=["no file", "a file that asks nobody", "passwords in the clear"],
)
def test_an_address_that_others_can_reach_is_warned_about(tmp_path: Path, web: str | None, warned: str) -> None:
    port = free_port()
    arguments: list[str | Path] = ["--web.listen-address", f":{port}"]
    if web:
        (tmp_path / "web.yml").write_text(web)
        arguments += ["--web.config.file", tmp_path / "web.yml"]
    with _vigie(tmp_path, *arguments, port=port):
        lines = [json.loads(line) for line in (tmp_path / "vigie.log").read_text().splitlines()]
    (warning,) = [line for line in lines if line["event"] == "open_to_the_network"]
    assert warning["level"] == "warning"
    assert warned.format(port=port) in warning["message"]
    assert "--web.config.file" in warning["message"]


def test_an_address_of_this_machine_alone_is_not_warned_about(tmp_path: Path) -> None:
    with _vigie(tmp_path):
        assert "open_to_the_network" not in (tmp_path / "vigie.log").read_text()


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
        == f"vigie: cannot listen on {address}: address already in use; choose another with --web.listen-address\n"
    )


def test_a_host_that_nobody_knows_is_explained_without_a_number(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.listen-address", "nosuch.invalid:9000")
    said = r"vigie: cannot listen on nosuch\.invalid:9000: [a-z -]*name[a-z -]*; choose another with --web\.\S+\n"
    assert re.fullmatch(said, refusal)


def test_of_port_0_the_real_one_is_logged(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    log = tmp_path / "vigie.log"
    command = [sys.executable, "-m", "vigie", "serve", "--config", str(tmp_path / "vigie.yaml")]
    command += ["--web.listen-address", "127.0.0.1:0"]
    with running(command, lambda: '"listening"' in log.read_text(), log):
        url = json.loads(log.read_text().splitlines()[0])["url"]
        wait_until(lambda: answers(int(url.rpartition(":")[2])), "the logged port")


def test_an_address_that_is_none_is_explained(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.listen-address", "localhost")
    assert (
        refusal
        == "vigie: --web.listen-address 'localhost': expected host:port, such as 127.0.0.1:9847, [::1]:9847 or :9847\n"
    )


def test_a_web_config_file_brings_users(tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text(f"basic_auth_users:\n  prometheus: {HASH}\n")
    with _vigie(tmp_path, "--web.config.file", web) as (client, _):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", auth=("prometheus", "scrape")).status_code == 200
        assert client.get("/healthz").status_code == 200
        for path in ("/-/healthy", "/-/ready"):  # as Prometheus and its exporters ask on every path
            assert client.get(path).status_code == 401


def test_a_wrong_web_config_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: acme\n")
    web = tmp_path / "web.yml"
    web.write_text("basic_auth_user: {}\n")
    refusal = _refused("serve", "--config", tmp_path / "vigie.yaml", "--web.config.file", web)
    assert refusal == f"vigie: {web}:1: unknown key 'basic_auth_user'; did you mean 'basic_auth_users'?\n"
