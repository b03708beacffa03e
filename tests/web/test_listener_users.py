"""Users, headers and rate limit of a real listener."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from pathlib import Path

import bcrypt
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from tests.web.listener import hello, listening
from vigie.web.auth import BasicAuth, is_open, parse_basic

RIGHT, WRONG = "correct horse", "hunter2"


def hashed(password: str, cost: int = 4) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def write(folder: Path, **users: str) -> Path:
    path = folder / "web.yml"
    path.write_text("\n".join(["basic_auth_users:", *(f"  {name}: {value}" for name, value in users.items()), ""]))
    return path


def counting(calls: list[bytes]) -> Callable[[bytes, bytes], bool]:
    """Bcrypt that notes the hash of each comparison."""

    def check(password: bytes, against: bytes) -> bool:
        calls.append(against)
        return bcrypt.checkpw(password, against)

    return check


def directly(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://vigie")


async def test_a_right_password_gets_in_and_others_get_a_401_that_asks(tmp_path: Path) -> None:
    async with listening(write(tmp_path, alice=hashed(RIGHT))) as listener, listener.client() as client:
        good = await client.get("/metrics", auth=("alice", RIGHT))
        assert (good.status_code, good.text) == (200, "hello /metrics")
        attempts = [None, ("alice", WRONG), ("alice", ""), ("nobody", RIGHT), ("", ""), ("alice", RIGHT + "x" * 80)]
        for auth in attempts:
            refused = await client.get("/metrics", auth=auth)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == 'Basic realm="Vigie", charset="UTF-8"'
            assert "hello" not in refused.text


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !",
        "Basic " + base64.b64encode(b"alice").decode(),
        "Bearer YWxpY2U6eA==",
        "Basic /w==",
        "Basic a b",
    ],
)
async def test_a_header_that_is_no_login_is_a_401(tmp_path: Path, header: str) -> None:
    async with listening(write(tmp_path, alice=hashed(RIGHT))) as listener, listener.client() as client:
        assert (await client.get("/metrics", headers={"authorization": header})).status_code == 401


async def test_a_password_may_hold_colons_and_any_letters(tmp_path: Path) -> None:
    async with listening(write(tmp_path, zoë=hashed("a:b:ñ"))) as listener, listener.client() as client:
        encoded = base64.b64encode("zoë:a:b:ñ".encode()).decode()
        assert (await client.get("/metrics", headers={"authorization": f"basic {encoded}"})).status_code == 200


async def test_a_password_that_bcrypt_would_cut_off_is_never_right() -> None:
    long = "x" * 72
    app = BasicAuth(hello(), lambda: {"alice": hashed(long)})
    async with directly(app) as client:
        assert (await client.get("/metrics", auth=("alice", long))).status_code == 200
        assert (await client.get("/metrics", auth=("alice", long + "y"))).status_code == 401


async def test_health_and_signed_webhooks_need_no_password(tmp_path: Path) -> None:
    async with listening(write(tmp_path, alice=hashed(RIGHT))) as listener, listener.client() as client:
        status = {path: (await client.get(path)).status_code for path in ("/healthz", "/webhooks/stripe", "/metrics")}
        assert status == {"/healthz": 200, "/webhooks/stripe": 200, "/metrics": 401}
        sly = (
            "/healthz/more",
            "/webhooks",
            "//healthz",
            "/webhooks/../metrics",
            "/healthz/../metrics",
            "/metrics;/healthz",
        )
        for path in sly:
            assert "hello /metrics" not in (await client.get(path)).text


@given(st.text())
def test_only_the_named_paths_are_open(path: str) -> None:
    assert is_open(path) == (path == "/healthz" or path.startswith("/webhooks/"))


@given(st.one_of(st.text(), st.text().map(lambda text: f"Basic {text}"), st.binary().map(lambda raw: f"Basic {raw!r}")))
def test_any_header_is_a_login_or_none(header: str) -> None:
    found = parse_basic(header)
    assert found is None or isinstance(found[0], str)


@given(st.text(alphabet=st.characters(exclude_characters=":", codec="utf-8")), st.binary())
def test_a_login_is_read_as_it_was_written(user: str, password: bytes) -> None:
    encoded = base64.b64encode(user.encode() + b":" + password).decode()
    assert parse_basic(f"Basic {encoded}") == (user, password)


# What a login costs


async def test_bcrypt_runs_once_for_many_scrapes_and_for_each_wrong_password() -> None:
    calls: list[bytes] = []
    users = {"alice": hashed(RIGHT)}
    async with directly(BasicAuth(hello(), lambda: users, counting(calls))) as client:
        await asyncio.gather(*(client.get("/metrics", auth=("alice", RIGHT)) for _ in range(10)))
        assert len(calls) == 1
        for _ in range(3):
            assert (await client.get("/metrics", auth=("alice", WRONG))).status_code == 401
        assert len(calls) == 4
        assert (await client.get("/metrics", auth=("alice", RIGHT))).status_code == 200
        assert len(calls) == 4


async def test_an_unknown_user_costs_as_much_as_the_dearest_known_one() -> None:
    calls: list[bytes] = []
    users = {"alice": hashed(RIGHT, 4), "bob": hashed(RIGHT, 6)}
    async with directly(BasicAuth(hello(), lambda: users, counting(calls))) as client:
        assert (await client.get("/metrics", auth=("nobody", RIGHT))).status_code == 401
    assert [call.split(b"$")[2] for call in calls] == [b"06"]


async def test_the_logins_that_were_not_used_for_longest_are_forgotten() -> None:
    calls: list[bytes] = []
    users = {f"user{number}": hashed(RIGHT) for number in range(257)}
    async with directly(BasicAuth(hello(), lambda: users, counting(calls))) as client:
        for name in (*users, "user256", "user1", "user0"):
            assert (await client.get("/metrics", auth=(name, RIGHT))).status_code == 200
    assert len(calls) == 257 + 1


async def test_other_requests_are_answered_while_a_password_is_compared() -> None:
    """A bcrypt of cost 13 takes about half a second; the loop must not stand still for it."""
    users = {"alice": hashed(RIGHT, 13)}
    async with directly(BasicAuth(hello(), lambda: users)) as client:
        login = asyncio.create_task(client.get("/metrics", auth=("alice", RIGHT)))
        await asyncio.sleep(0.02)
        started = time.perf_counter()
        assert (await client.get("/healthz")).status_code == 200
        assert time.perf_counter() - started < 0.1
        assert not login.done()
        assert (await login).status_code == 200


# The file while it changes


async def test_users_follow_the_file(tmp_path: Path) -> None:
    async with listening(write(tmp_path, alice=hashed(RIGHT))) as listener, listener.client() as client:

        async def status(name: str, password: str) -> int:
            return (await client.get("/metrics", auth=(name, password))).status_code

        assert await status("alice", RIGHT) == 200
        write(tmp_path, alice=hashed("new password"), bob=hashed(RIGHT))
        assert await status("alice", RIGHT) == 401
        assert await status("alice", "new password") == 200
        assert await status("bob", RIGHT) == 200
        write(tmp_path, alice=hashed("new password"))
        assert await status("bob", RIGHT) == 401


@pytest.mark.parametrize("text", ["basic_auth_users: [\n", "basic_auth_user:\n", "", None])
async def test_a_file_that_goes_wrong_lets_nobody_new_in(tmp_path: Path, text: str | None) -> None:
    path = write(tmp_path, alice=hashed(RIGHT))
    async with listening(path) as listener, listener.client() as client:
        with capture_logs() as logs:
            path.unlink() if text is None else path.write_text(text)
            for _ in range(3):
                assert (await client.get("/metrics")).status_code == 401
                assert (await client.get("/metrics", auth=("alice", RIGHT))).status_code == 200
    assert [one["event"] for one in logs] == ["web_config_refused"]


# Headers and rate limit


async def test_headers_are_on_every_response(tmp_path: Path) -> None:
    path = write(tmp_path, alice=hashed(RIGHT))
    path.write_text(path.read_text() + "http_server_config:\n  headers:\n    X-Frame-Options: deny\n")
    async with listening(path) as listener, listener.client() as client:
        for status, response in ((401, await client.get("/metrics")), (200, await client.get("/healthz"))):
            assert (response.status_code, response.headers["x-frame-options"]) == (status, "deny")


async def test_requests_above_the_rate_are_told_when_to_come_back(tmp_path: Path) -> None:
    path = tmp_path / "web.yml"
    path.write_text("rate_limit:\n  interval: 1h\n  burst: 2\n")
    async with listening(path) as listener, listener.client() as client:
        assert [(await client.get("/metrics")).status_code for _ in range(3)] == [200, 200, 429]
        refused = await client.get("/metrics")
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert (await client.get("/healthz")).status_code == 200
