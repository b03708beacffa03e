"""The simulated Supabase answers as the real one: its logs as ClickHouse does, its feed as Prometheus takes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
import yaml

from demo.vendors.clickhouse import QueryError, Row, query
from demo.vendors.supabase import Supabase
from demo.vendors.supabase_life import Line, row
from deploy.native.ready import http_ok
from tests.mixin.conftest import ROOT, product
from tests.real.process import free_port, running, wait_until
from tests.real.tools import binary
from tests.vendors.polling import Clock
from tests.vendors.setup import SECRET
from tests.vendors.supabase.world import DAY, quiet
from vigie.render import render
from vigie.sources.supabase import queries

T = 1_795_000_020
ALICE, BOB = "11111111-aaaa", "22222222-bbbb"
GUESS = Line(T + 1.5, status=400, code="invalid_credentials", address="203.0.113.1", id="a")
FACTOR = Line(T + 64, "/factors/5e0a/verify", "", 422, "mfa_verification_failed", BOB, "203.0.113.2", id="f")
LINES = [
    GUESS,
    GUESS,
    Line(T + 61.25, account=ALICE, address="203.0.113.1", id="c"),
    Line(T + 62, grant="refresh_token", address="203.0.113.1", id="d"),
    Line(T + 63, grant="refresh_token", status=400, code="refresh_token_not_found", address="203.0.113.2", id="e"),
    FACTOR,
    Line(T + 65, FACTOR.path, "", 422, FACTOR.code, BOB, "203.0.113.3", id="g"),
    Line(T + 66, FACTOR.path, "", 200, "", BOB, "203.0.113.3", id="h"),
    Line(T + 67, grant="made up", status=400, code="validation_failed", address="203.0.113.1", id="i"),
    Line(T + 68, "/user", "", 403, address="203.0.113.1", id="j"),
    Line(T + 69, "/verify", "", 303, account=ALICE, address="", id="k"),
    Line(T + 70, status=500, address="203.0.113.1", id="l"),
]
WITHOUT_CODE = Line(T + 2.0, status=400, code="invalid_credentials", address="203.0.113.1", id="b")
ROWS = [*(row(line, codes=True) for line in LINES), row(WITHOUT_CODE, codes=False)]
CLICKHOUSE = {
    queries.minutes("source"): {
        (T, "/token", "password", 400, "invalid_credentials", 2),
        (T + 60, "/factors", "", 200, "", 1),
        (T + 60, "/factors", "", 422, "mfa_verification_failed", 2),
        (T + 60, "/token", "other", 400, "validation_failed", 1),
        (T + 60, "/token", "password", 200, "", 1),
        (T + 60, "/token", "refresh_token", 400, "refresh_token_not_found", 1),
        (T + 60, "/verify", "", 303, "", 1),
    },
    queries.failures("source", "account", 2): {(2, 1, 1)},
    queries.failures("source", "address", 2): {(3, 1, 1), (1, 1, 0)},
    queries.failures("source", "address", 2, ["203.0.113.1"]): {(1, 1, 0)},
}
"""What ClickHouse 26.9 answers to these questions about these lines."""


@pytest.mark.parametrize("question", CLICKHOUSE, ids=["minutes", "account", "address", "shared"])
def test_questions_are_answered_as_clickhouse_answers_them(question: str) -> None:
    assert {tuple(found.values()) for found in query(question, ROWS)} == CLICKHOUSE[question]


@pytest.mark.parametrize(
    "question",
    [
        "select * from logs",
        "select count(*) as n from logs where source = 'auth_logs'",
        "delete from logs",
        "select id from logs; select id from logs",
        "select id from auth_logs",
        "select nonsense(id) from logs",
    ],
)
def test_what_the_vendor_refuses_is_refused(question: str) -> None:
    with pytest.raises(QueryError):
        query(question, ROWS)


def test_a_time_that_is_asked_for_is_written_as_the_vendor_writes_it() -> None:
    line = Row("a", T + 1.5, "auth_logs", {})
    assert query("select timestamp from logs limit 1", [line]) == [{"timestamp": "2026-11-18T11:07:01.500000"}]


def _ask(url: str, path: str, token: str = SECRET, **more: str) -> httpx.Response:
    address = f"{url}/v1/projects/{quiet().ref}{path}?{urlencode(more)}"
    return httpx.get(address, headers={"authorization": f"Bearer {token}"})


def _count(url: str, **more: str) -> int:
    answer = _ask(
        url, "/analytics/endpoints/logs", sql="select count() as n from logs where source = 'auth_logs'", **more
    )
    found: int = answer.json()["result"][0]["n"]
    return found


def test_windows_are_as_documented(served: tuple[Supabase, str], supabase: Supabase, clock: Clock) -> None:
    clock.time = 1_795_000_080.0
    supabase.world.lines = [Line(clock.time - ago) for ago in (30.0, 90.0, 150.0, 3600.0)]
    minute, two = "2026-11-18T11:06:40Z", "2026-11-18T11:07:00Z"
    assert _count(served[1]) == 1
    assert _count(served[1], iso_timestamp_start=minute) == 1
    assert _count(served[1], iso_timestamp_end=two) == 1
    assert _count(served[1], iso_timestamp_start="2026-11-18T10:00:00Z", iso_timestamp_end=two) == 3
    logs = "/analytics/endpoints/logs"
    long = _ask(served[1], logs, iso_timestamp_start="2026-11-16T11:00:00Z", iso_timestamp_end=two)
    assert (long.status_code, long.json()["message"]) == (400, "The timestamp range must be within 24 hours")


def test_lines_show_up_late_and_are_gone_after_their_time(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = [Line(clock.time, late=30)]
    window = {"iso_timestamp_start": "2026-11-18T11:00:00Z", "iso_timestamp_end": "2026-11-18T11:30:00Z"}
    seen = []
    for later in (10.0, 30.0, DAY):
        clock.time += later
        seen.append(_count(served[1], **window))
    assert seen == [0, 1, 0]


def test_limits_are_announced_and_held(served: tuple[Supabase, str], supabase: Supabase) -> None:
    supabase.begin(quiet(requests_per_minute=3))
    answers = [_ask(served[1], "") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[-1].headers["x-ratelimit-reset"] == "60"


def test_refusals_are_as_documented(served: tuple[Supabase, str], supabase: Supabase) -> None:
    url = served[1]
    assert _ask(url, "", token="other").status_code == 401
    assert _ask(url, "/health").status_code == 400
    assert _ask(url, "/health", services="kitchen").status_code == 400
    assert _ask(url, "/analytics/endpoints/logs.all").status_code == 410
    supabase.world.ref = "elsewhere"
    assert _ask(url, "").status_code == 404


def test_the_demo_lives_by_the_clock_alone() -> None:
    vendor = Supabase()
    hour = vendor.attempts(T, T + 3600)
    assert hour == Supabase().attempts(T, T + 3600)
    assert 30 < len(hour) < 150


@pytest.fixture
def scraped(served: tuple[Supabase, str], supabase: Supabase, tmp_path: Path) -> Iterator[str]:
    """A real Prometheus with the job that is rendered for the feed."""
    supabase.world.secret_key = SECRET
    (tmp_path / "key").write_text(SECRET)
    config = yaml.safe_load(render(product(), ROOT).files["prometheus/prometheus.yaml"])
    (job,) = (job for job in config["scrape_configs"] if job["job_name"] == "supabase")
    job |= {"scheme": "http", "scrape_interval": "200ms", "scrape_timeout": "200ms"}
    job["basic_auth"]["password_file"] = str(tmp_path / "key")
    job["static_configs"][0]["targets"] = [served[1].removeprefix("http://")]
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump({"scrape_configs": [job]}))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [
        binary("prometheus"),
        f"--config.file={tmp_path / 'prometheus.yaml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with running(command, http_ok(f"{url}/-/ready"), tmp_path / "log"):
        yield url


def _series(url: str, selector: str) -> list[dict[str, str]]:
    data = httpx.get(f"{url}/api/v1/query", params={"query": selector}).json()["data"]
    return [sample["metric"] for sample in data["result"]]


def test_prometheus_takes_the_feed_with_the_job_that_is_rendered(scraped: str) -> None:
    """Families that stand in the feed twice do not break the scrape, and what the allow-list leaves out is not kept."""
    wait_until(lambda: bool(_series(scraped, 'up{job="supabase"} == 1')), "scrape of the feed")
    names = {series["__name__"] for series in _series(scraped, '{job="supabase"}')}
    assert {"node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "pgbouncer_up", "gotrue_running"} <= names
    assert {"process_resident_memory_bytes", "go_goroutines"} & names == set()
    assert {series["product"] for series in _series(scraped, "node_load1")} == {"shop"}
    targets = json.loads(httpx.get(f"{scraped}/api/v1/targets").text)["data"]["activeTargets"]
    assert [target["lastError"] for target in targets] == [""]
