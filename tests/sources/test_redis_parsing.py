"""What INFO and URLs mean: pure reading, without a server."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vigie.core.exposition import encode
from vigie.core.families import Families
from vigie.errors import SourceError
from vigie.sources.redis import RedisConfig, RedisSource, read_info
from vigie.sources.redis.config import Address, Target, parse_url
from vigie.sources.redis.info import Info, number
from vigie.sources.redis.metrics import Answers, build

REPLICA = """# Server
redis_version:7.4.1
redis_mode:standalone
server_time_usec:1700000100999999
uptime_in_seconds:100
# Replication
role:slave
master_host:10.0.0.1
master_port:6379
master_link_status:down
master_last_io_seconds_ago:-1
master_sync_in_progress:1
slave_repl_offset:42
# Commandstats
cmdstat_config|get:calls=3,usec=1500000,usec_per_call=5.00,rejected_calls=2,failed_calls=1
# Errorstats
errorstat_WRONGTYPE:count=7
# Keyspace
db0:keys=2,expires=1,avg_ttl=0,subexpiry=0
db15:keys=9,expires=0,avg_ttl=0
"""


def series(families: Families) -> dict[str, dict[tuple[str, ...], float]]:
    return {family.name: dict(values) for family, values in families.values.items()}


def of(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    return series(build(Answers(Info.parse(text))))


def test_lists_in_info_become_labels_and_base_units() -> None:
    found = of(REPLICA)
    assert found["redis_commands_total"] == {("config|get",): 3}
    assert found["redis_commands_duration_seconds_total"] == {("config|get",): 1.5}
    assert found["redis_commands_rejected_calls_total"] == {("config|get",): 2}
    assert found["redis_commands_failed_calls_total"] == {("config|get",): 1}
    assert found["redis_errors_total"] == {("WRONGTYPE",): 7}
    assert found["redis_db_keys"] == {("db0",): 2, ("db15",): 9}
    assert found["redis_db_keys_expiring"] == {("db0",): 1, ("db15",): 0}


def test_a_replica_that_lost_its_master_says_so() -> None:
    found = of(REPLICA)
    assert found["redis_master_link_up"] == {("10.0.0.1", "6379"): 0}
    assert found["redis_master_last_io_seconds_ago"] == {("10.0.0.1", "6379"): -1}
    assert found["redis_slave_repl_offset"] == {("10.0.0.1", "6379"): 42}


def test_the_start_time_does_not_waver_between_polls() -> None:
    assert of(REPLICA)["redis_start_time_seconds"] == {(): 1_700_000_000}
    later = REPLICA.replace("1700000100999999", "1700000101000001").replace(
        "uptime_in_seconds:100", "uptime_in_seconds:101"
    )
    assert of(later)["redis_start_time_seconds"] == {(): 1_700_000_000}


def test_what_a_managed_redis_hides_is_absent_and_not_zero() -> None:
    found = of("redis_version:7.2.0\r\nrole:master\r\nused_memory:5\r\n")
    assert set(found) == {"redis_memory_used_bytes", "redis_instance_info"}


@pytest.mark.parametrize(("text", "value"), [("ok", 1.0), ("err", 0.0), ("fail", 0.0), ("dreaming", None), ("", None)])
def test_an_unknown_state_is_absent_and_not_a_failure(text: str, value: float | None) -> None:
    found = of(f"redis_version:7\nrdb_last_bgsave_status:{text}\n")
    assert found.get("redis_rdb_last_bgsave_status", {}).get(()) == value


def test_of_two_replicas_behind_one_address_the_one_further_behind_stands() -> None:
    slaves = "".join(
        f"slave{n}:ip=10.0.0.9,port=6379,state=online,offset={offset},lag={lag}\n"
        for n, (offset, lag) in enumerate(((10_771, 0), (28, 3)))
    )
    found = of(f"redis_version:7\nrole:master\nmaster_repl_offset:10771\n{slaves}")
    assert found["redis_connected_slave_offset_bytes"] == {("10.0.0.9", "6379", "online"): 28}
    assert found["redis_connected_slave_lag_seconds"] == {("10.0.0.9", "6379", "online"): 3}


@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    with contextlib.suppress(SourceError):
        encode(build(Answers(read_info(text.encode("utf-8", errors="surrogatepass"), "redis:6379"))))


_NAMES = st.sampled_from(
    [line.partition(":")[0] for line in REPLICA.splitlines() if ":" in line]
    + ["used_memory", "maxmemory", "slave0", "slave7", "loading", "errorstat_", "cmdstat_", "db", "db0", "role"]
)
_PARTS = st.one_of(st.text(), st.sampled_from(["keys=1", "calls=9,usec=x", "ip=,port=,offset=1,lag=1", "ok", "1e999"]))


@given(st.lists(st.tuples(_NAMES, _PARTS)))
def test_any_value_of_a_known_field_is_exported_or_left_out(fields: list[tuple[str, str]]) -> None:
    text = "redis_version:7\n" + "\n".join(f"{name}:{value}" for name, value in fields)
    families = build(Answers(Info.parse(text)))
    encode(families)
    assert {family.name for family in families.values} <= {family.name for family in RedisSource.families}


@given(st.text())
def test_a_number_is_finite_or_nothing(text: str) -> None:
    value = number(text)
    assert value is None or math.isfinite(value)


@pytest.mark.parametrize("text", ["nan", "inf", "1e5", "1_000", "٣", "0x10", " 1", "", "9" * 400, None])
def test_what_is_no_plain_number_is_none(text: str | None) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("redis://cache", Target((Address("cache", 6379),))),
        ("redis://cache:7000/3", Target((Address("cache", 7000),))),
        ("redis://:p%40ss@cache", Target((Address("cache", 6379),), password="p@ss")),
        (
            "rediss://vigie:x@[::1]:1/0?ssl_cert_reqs=none",
            Target((Address("::1", 1),), encrypted=True, username="vigie", password="x"),
        ),
        ("unix:///run/redis.sock?db=1", Target((Address("/run/redis.sock"),))),
        ("unix://:x@/run/redis.sock", Target((Address("/run/redis.sock"),), password="x")),
        (
            "redis+sentinel://:x@a,b:7/main/0",
            Target((Address("a", 26379), Address("b", 7)), master="main", password="x"),
        ),
        ("rediss+sentinel://a/main", Target((Address("a", 26379),), encrypted=True, master="main")),
    ],
)
def test_a_url_names_servers_credentials_and_master(url: str, target: Target) -> None:
    assert parse_url(url) == target


def test_addresses_read_as_people_write_them() -> None:
    addresses = Address("/run/redis.sock"), Address("cache", 6379), Address("::1", 6379)
    assert [str(address) for address in addresses] == ["/run/redis.sock", "cache:6379", "[::1]:6379"]


def test_a_socket_is_told_from_a_host() -> None:
    assert Address("/run/redis.sock").is_socket
    assert not Address("cache", 6379).is_socket


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hunter2@cache", "expected a URL such as redis://"),
        ("cache:6379", "expected a URL such as redis://"),
        ("redis://:hunter2@", "its host or port cannot be read"),
        ("redis://:hunter2@cache:port", "a password with special characters belongs in `password`"),
        ("redis://:hunter2#x@cache", "its host or port cannot be read"),
        ("redis://:hunter2@a,b", "which only sentinels may be"),
        ("redis+sentinel://:hunter2@a:26379", "the name of the master is missing"),
        ("unix://:hunter2@", "the path of the socket is missing"),
        ("redis://:hunter2@[cache", "its host or port cannot be read"),
    ],
)
def test_a_bad_url_is_explained_without_its_password(url: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RedisConfig.model_validate({"url": url})
    message = caught.value.errors(include_url=False)[0]["msg"]
    assert words in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "redis://:a@cache", "password": "b"}, "is given in `url` too"),
        ({"url": "redis://vigie@cache"}, "is missing, although there is a user name"),
        ({"url": "rediss://cache", "tls": {"key_file": "/k"}}, "needs `cert_file`"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RedisConfig.model_validate(settings)


def test_no_secret_stands_in_the_text_of_the_settings() -> None:
    config = RedisConfig.model_validate(
        {"url": "redis://:hunter2@cache", "sentinel_password": "hunter3", "username": "vigie"}
    )
    assert "hunter" not in repr(config)


VALKEY = b"""# Server
redis_version:7.2.4
server_name:valkey
valkey_version:8.1.4
server_mode:standalone
# Replication
role:master
"""
"""What Valkey 8 answers."""


def test_valkey_is_called_by_its_name_and_version() -> None:
    info = read_info(VALKEY, "h:1")
    assert info.product == "Valkey 8.1.4"
    assert of(VALKEY.decode())["redis_instance_info"] == {("master", "7.2.4", "standalone", ""): 1}
    assert Info.parse(REPLICA).product == "Redis 7.4.1"
    assert Info.parse("server_name:valkey").product == "Valkey"


def test_a_sentinel_of_valkey_is_refused_as_one_of_redis() -> None:
    for mode in (b"server_mode:sentinel", b"redis_mode:sentinel"):
        with pytest.raises(SourceError, match="this is a sentinel"):
            read_info(VALKEY.replace(b"server_mode:standalone", mode), "h:1")
