"""How soon after its start Vigie has good numbers of all three sources, and how much memory it needs when idle."""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.real.celery_worker import celery_worker
from tests.real.postgres import postgres_server
from tests.real.process import answers, free_port, running
from tests.real.redis import redis_server

CONFIG = """\
product: bench
sources:
  postgres: {{dsn: "{dsn}", interval: 1s}}
  redis: {{url: "{redis}", interval: 1s}}
  celery: {{broker: "{redis}", queues: [celery], interval: 1s}}
"""
GOOD = (
    b"\npg_up 1.0",
    b"\nredis_up 1.0",
    b"\ncelery_worker_up{hostname=",
    b'\ncelery_queue_length{queue_name="celery"}',
)
IDLE_SECONDS = 20.0
STARTS = 5


def page(port: int) -> bytes:
    """What /metrics answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    body = connection.getresponse().read()
    connection.close()
    return body


def resident(pid: int) -> float:
    """MB of a process that are in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"process {pid} says no VmRSS")


def start(config: Path, folder: Path, idle: float) -> tuple[float, float, float]:
    """Seconds to the first answer, seconds to the first good scrape, and MB after `idle` seconds."""
    port = free_port()
    command = [sys.executable, "-m", "vigie", "serve", "--config", config, "--web.listen-address", f"127.0.0.1:{port}"]
    begin = time.perf_counter()
    with running([str(part) for part in command], lambda: answers(port), folder / "vigie.log") as process:
        answered = time.perf_counter() - begin
        while not all(line in page(port) for line in GOOD):
            time.sleep(0.02)
        good = time.perf_counter() - begin
        time.sleep(idle)
        return answered, good, resident(process.pid)


def main() -> None:
    """Start a few times against real servers and print the medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "postgres").mkdir()
        (folder / "redis").mkdir()
        with (
            postgres_server(folder / "postgres") as postgres,
            redis_server(folder / "redis") as redis,
            celery_worker(redis.url(), folder),
        ):
            config = folder / "vigie.yaml"
            config.write_text(CONFIG.format(dsn=postgres.dsn(), redis=redis.url()))
            starts = [start(config, folder, 0) for _ in range(STARTS)]
            _, _, memory = start(config, folder, IDLE_SECONDS)
    print(f"first answer       {statistics.median(answered for answered, _, _ in starts):5.2f} s (median of {STARTS})")
    print(f"first good scrape  {statistics.median(good for _, good, _ in starts):5.2f} s, all three sources")
    print(f"memory when idle   {memory:5.1f} MB after {IDLE_SECONDS:.0f} s, all three sources")


if __name__ == "__main__":
    main()
