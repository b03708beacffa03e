"""TLS, sentinels and replicas, with real servers of each kind."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from tests.real.certificates import Authority, Certificate
from tests.real.process import free_port, stop, wait_until
from tests.real.redis import RedisServer, redis_server, sentinel
from tests.sources.redis_polls import SECRET, failure, numbers, source, value
from vigie.core.poller import poll_once
from vigie.errors import Reason
from vigie.sources.redis import metrics as m


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@contextlib.contextmanager
def tls_server(folder: Path, authority: Authority, *options: str) -> Iterator[RedisServer]:
    port = free_port()
    own = authority.issue("redis")
    files = ["--tls-cert-file", str(own.cert_file), "--tls-key-file", str(own.key_file)]
    files += ["--tls-ca-cert-file", str(authority.ca_file)]
    with redis_server(folder, "--port", "0", "--tls-port", str(port), *files, *options, port=port) as server:
        yield server


def shown(certificate: Certificate) -> dict[str, str]:
    return {"cert_file": str(certificate.cert_file), "key_file": str(certificate.key_file)}


async def test_a_server_of_our_own_authority_is_trusted_by_its_file_alone(tmp_path: Path, authority: Authority) -> None:
    with tls_server(tmp_path, authority, "--tls-auth-clients", "no", "--requirepass", SECRET) as server:
        url = server.url(scheme="rediss", user=f":{SECRET}")
        async with source(url, tls={"ca_file": str(authority.ca_file)}) as redis:
            numbers(await poll_once(redis))
        async with source(url, tls={"verify": False}) as redis:
            numbers(await poll_once(redis))
        error = await failure(url)
    assert error.reason is Reason.NETWORK
    assert "its certificate is not trusted (" in str(error)
    assert "name its authority in `tls.ca_file`" in str(error)


async def test_a_certificate_for_another_host_is_refused(tmp_path: Path, authority: Authority) -> None:
    with tls_server(tmp_path, authority, "--tls-auth-clients", "no") as server:
        other = authority.issue("redis", hosts=["elsewhere.example"])
        assert other.cert_file.exists()
        server.run(
            "CONFIG", "SET", "tls-cert-file", str(other.cert_file), ssl=True, ssl_ca_certs=str(authority.ca_file)
        )
        error = await failure(server.url(scheme="rediss"), tls={"ca_file": str(authority.ca_file)})
    assert error.reason is Reason.NETWORK
    assert "IP address mismatch" in str(error)


async def test_a_server_that_asks_for_a_certificate_gets_one_or_its_absence_is_said(
    tmp_path: Path, authority: Authority
) -> None:
    stranger = Authority(tmp_path / "stranger").issue("vigie")
    trust = {"ca_file": str(authority.ca_file)}
    with tls_server(tmp_path, authority) as server:
        url = server.url(scheme="rediss")
        async with source(url, tls={**trust, **shown(authority.issue("vigie"))}) as redis:
            numbers(await poll_once(redis))
        missing = await failure(url, tls=trust)
        foreign = await failure(url, tls={**trust, **shown(stranger)})
    for error in (missing, foreign):  # the server's alert may be lost when it hangs up at once
        assert error.reason in {Reason.AUTH, Reason.NETWORK}
        assert "client certificate" in str(error)


async def test_a_missing_certificate_file_is_named(tmp_path: Path, authority: Authority) -> None:
    with tls_server(tmp_path, authority) as server:
        error = await failure(server.url(scheme="rediss"), tls={"ca_file": str(tmp_path / "absent.pem")})
    assert "cannot be opened (No such file or directory)" in str(error)


async def test_tls_and_plain_text_mixed_up_are_told_apart(tmp_path: Path, authority: Authority) -> None:
    with tls_server(tmp_path, authority) as server:
        plain = await failure(server.url())
    assert "if this port speaks TLS, write rediss://" in str(plain)
    with redis_server(tmp_path) as server:
        encrypted = await failure(server.url(scheme="rediss"), timeout="3s")
    assert "TLS" in str(encrypted)


@contextlib.contextmanager
def pair(folder: Path, *options: str) -> Iterator[tuple[RedisServer, RedisServer]]:
    """A master and its replica, in step."""
    options = ("--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0", *options)
    (folder / "master").mkdir()
    (folder / "replica").mkdir()
    with redis_server(folder / "master", *options) as master:
        follow = ["--replicaof", "127.0.0.1", str(master.port), *options]
        with redis_server(folder / "replica", *follow) as replica, replica.client() as client:
            wait_until(lambda: client.info("replication")["master_link_status"] == "up", "the first copy")
            wait_until(lambda: "online" in repr(master.run("INFO", "replication")), "the replica to be in step")
            yield master, replica


async def test_both_ends_of_a_replication_are_exported(tmp_path: Path) -> None:
    with pair(tmp_path) as (master, replica):
        async with source(master.url()) as redis:
            above = numbers(await poll_once(redis))
        async with source(replica.url()) as redis:
            below = numbers(await poll_once(redis))
    assert value(above, m.GAUGES["connected_slaves"]) == 1
    assert value(above, m.CONNECTED_SLAVE_LAG, "127.0.0.1", str(replica.port), "online") >= 0
    assert value(below, m.MASTER_LINK_UP, "127.0.0.1", str(master.port)) == 1
    assert next(iter(below.values[m.INSTANCE]))[0] == "slave"


async def test_a_replica_that_may_not_serve_old_data_is_not_ready(tmp_path: Path) -> None:
    with pair(tmp_path, "--replica-serve-stale-data", "no") as (master, replica):
        stop(master.process)
        with replica.client() as client:
            wait_until(lambda: client.info("replication")["master_link_status"] == "down", "the loss of the master")
        async with source(replica.url()) as redis:
            outcome = await poll_once(redis)
    assert [error.reason for error in outcome.errors] == [Reason.NOT_READY]
    assert outcome.poll is not None
    assert value(outcome.poll.families, m.MASTER_LINK_UP, "127.0.0.1", str(master.port)) == 0


def through(*sentinels: int, name: str = "main") -> str:
    hosts = ",".join(f"127.0.0.1:{port}" for port in sentinels)
    return f"redis+sentinel://:{SECRET}@{hosts}/{name}"


async def test_the_master_is_found_through_whichever_sentinel_answers(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--requirepass", SECRET) as master:
        lines = [f"sentinel auth-pass main {SECRET}", "requirepass guard"]
        with sentinel(tmp_path / "sentinel", "main", master, *lines) as guard:
            url = through(free_port(), guard.port)
            async with source(url, sentinel_password="guard") as redis:
                numbers(await poll_once(redis))
                assert f"at 127.0.0.1:{master.port}," in await redis.describe()
            locked = await failure(url)
            unknown = await failure(through(guard.port, name="mein"), sentinel_password="guard")
            direct = await failure(guard.url(user=":guard"))
    assert (locked.reason, unknown.reason) == (Reason.AUTH, Reason.NOT_FOUND)
    assert "none of 2 sentinels named the master: " in str(locked)
    assert str(unknown) == f"sentinel 127.0.0.1:{guard.port}: it watches no master named 'mein'; check `url`"
    assert "this is a sentinel; write redis+sentinel://" in str(direct)


async def test_sentinels_that_are_all_away_are_said_to_be(tmp_path: Path) -> None:
    error = await failure(through(free_port(), free_port()))
    assert error.reason is Reason.NETWORK
    assert "none of 2 sentinels named the master: 127.0.0.1:" in str(error)
    with redis_server(tmp_path) as server:
        error = await failure(f"redis+sentinel://127.0.0.1:{server.port}/main")
    assert error.reason is Reason.BAD_PAYLOAD
    assert str(error) == f"sentinel 127.0.0.1:{server.port}: what answers is no sentinel; check `url`"


async def test_after_a_failover_the_new_master_is_read(tmp_path: Path) -> None:
    """Also when the old master lives on as a replica: the connection to it still works, but its role tells."""
    with pair(tmp_path) as (master, replica), sentinel(tmp_path / "sentinel", "main", master) as guard:
        async with source(f"redis+sentinel://127.0.0.1:{guard.port}/main") as redis:
            assert value(numbers(await poll_once(redis)), m.GAUGES["connected_slaves"]) == 1
            wait_until(lambda: accepts_failover(guard), "the sentinel to know the replica")
            question = "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"
            wait_until(lambda: str(replica.port) in repr(guard.run(*question)), "the failover")
            master.run("REPLICAOF", "127.0.0.1", str(replica.port))  # as the sentinel itself does seconds later
            numbers(await poll_once(redis))
            assert f"master at 127.0.0.1:{replica.port}," in await redis.describe()


def accepts_failover(guard: RedisServer) -> bool:
    """Order a failover; a sentinel refuses while it has not met the replica."""
    try:
        guard.run("SENTINEL", "FAILOVER", "main")
    except ResponseError:
        return False
    return True
