"""Clients that stall, are too many or send too much: what the listener does about each, over plain HTTP and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from tests.real.certificates import Authority
from tests.web.listener import Listener, listening
from vigie.web.bodies import ReadyBytes
from vigie.web.limits import SECONDS, Limits, Phase, connections_within
from vigie.web.throttled_log import ThrottledWarning

HOST = b"Host: vigie\r\n"
GET = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"
LAST_GET = b"GET /metrics HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
POST = b"POST /webhooks/stripe HTTP/1.1\r\n" + HOST
CHUNKS = b"400\r\n%b\r\n" % (b"a" * 1024) * 4000 + b"0\r\n\r\n"
HEADERS = b"".join(b"X-%d: a\r\n" % number for number in range(5000))

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def brisk(**seconds: float) -> Limits:
    """Limits of which some are short, and those that are not under test so long that no loaded machine meets them."""
    return Limits(seconds={**dict.fromkeys(SECONDS, 600), **{Phase[name]: value for name, value in seconds.items()}})


def app() -> Starlette:
    """An application that greets, reads bodies, or answers with more than the kernel's buffers hold."""

    async def hello(_request: Request) -> Response:
        return PlainTextResponse("hello")

    async def take(request: Request) -> Response:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    async def much(_request: Request) -> Response:
        return ReadyBytes(b"x" * 2**26)

    return Starlette(
        routes=[
            Route("/metrics", hello),
            Route("/webhooks/stripe", take, methods=["POST"]),
            Route("/much", much),
        ]
    )


async def connect(listener: Listener, trust: Path | None = None) -> Peer:
    context = ssl.create_default_context(cafile=trust) if trust else None
    return await asyncio.open_connection("127.0.0.1", listener.port, ssl=context)


async def said(peer: Peer, request: bytes) -> bytes:
    """All that the server sends until it closes, or resets, the connection."""
    reader, writer = peer
    writer.write(request)
    answer = bytearray()
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(30):
            while part := await reader.read(2**16):
                answer += part
    writer.close()
    return bytes(answer)


@pytest.fixture
def web_config(tmp_path: Path) -> Path:
    own = Authority(tmp_path / "authority").issue("server")
    path = tmp_path / "web.yml"
    path.write_text(f"tls_server_config:\n  cert_file: {own.cert_file}\n  key_file: {own.key_file}\n")
    return path


@pytest.fixture(params=["plain", "tls"])
async def open_listener(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[Limits], contextlib.AbstractAsyncContextManager[tuple[Listener, Path | None]]]:
    """Gives a listener and the authority to trust; each test that uses it runs over plain HTTP and over TLS."""
    path = request.getfixturevalue("web_config") if request.param == "tls" else None
    trust = tmp_path / "authority" / "ca.pem" if path else None

    @contextlib.asynccontextmanager
    async def opened(limits: Limits) -> AsyncIterator[tuple[Listener, Path | None]]:
        async with listening(path, app(), limits=limits) as listener:
            yield listener, trust

    return opened


Open = Callable[[Limits], contextlib.AbstractAsyncContextManager[tuple[Listener, Path | None]]]

STALLS: Mapping[str, tuple[Phase, bytes]] = {
    "nothing is sent": (Phase.HEAD, b""),
    "half a head": (Phase.HEAD, b"GET /metrics HTTP/1.1\r\nHo"),
    "half a body": (Phase.BODY, POST + b"Content-Length: 100\r\n\r\n{"),
    "a chunk that never ends": (Phase.BODY, POST + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "a body after the answer": (Phase.BODY, b"GET /metrics HTTP/1.1\r\nContent-Length: 100\r\n" + HOST + b"\r\n{"),
    "an answer, and no further request": (Phase.IDLE, GET),
    "an answer that is not read": (Phase.ANSWER, b"GET /much HTTP/1.1\r\n" + HOST + b"\r\n"),
}


@pytest.mark.parametrize("name", STALLS)
async def test_a_client_that_stalls_is_cut_off(name: str, open_listener: Open) -> None:
    phase, sent = STALLS[name]
    async with open_listener(brisk(**{phase.name: 0.3})) as (listener, trust):
        _, writer = await connect(listener, trust)
        writer.write(sent)
        await _until(lambda: len(listener.server.acceptor.connections) == 1)
        await _until(lambda: len(listener.server.acceptor.connections) == 0)
        await _until(lambda: not listener.server.server_state.connections)
        writer.close()


@pytest.mark.parametrize(("phase", "sent"), [(Phase.HEAD, b"GET /metrics HTTP/1.1\r\nX: "), (Phase.BODY, POST)])
async def test_a_byte_now_and_then_wins_no_time(phase: Phase, sent: bytes, open_listener: Open) -> None:
    async with open_listener(brisk(**{phase.name: 0.5})) as (listener, trust):
        reader, writer = await connect(listener, trust)
        writer.write(sent if phase is Phase.HEAD else sent + b"Content-Length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(30):
                while not reader.at_eof():
                    writer.write(b"a")
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.05):
                            await reader.read(1)
        writer.close()


async def test_a_tls_handshake_that_is_never_finished_is_cut_off(web_config: Path) -> None:
    async with listening(web_config, app(), limits=brisk(HANDSHAKE=0.3)) as listener:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"\x16\x03\x01")
        assert await said((reader, writer), b"") == b""
        await _until(lambda: len(listener.server.acceptor.connections) == 0)


@pytest.mark.parametrize("name", [name for name in STALLS if "not read" not in name])
async def test_a_full_listener_answers_the_next_scrape(name: str, open_listener: Open) -> None:
    """However many stall, and wherever they stall, one that waits is closed for one that asks; the log says so once."""
    _, sent = STALLS[name]
    with capture_logs() as logs:
        async with open_listener(Limits(8, brisk().seconds)) as (listener, trust):
            stalled = []
            for _ in range(24):
                peer = await connect(listener, trust)
                peer[1].write(sent)
                stalled.append(peer)
                assert len(listener.server.acceptor.connections) <= 8
            for _ in range(3):
                assert b" 200 OK" in await said(await connect(listener, trust), LAST_GET)
            for _, writer in stalled:
                writer.close()
    assert [line["event"] for line in logs] == ["connections_dropped"]
    assert logs[0]["limit"] == 8


async def test_half_open_handshakes_do_not_keep_a_scrape_out(web_config: Path, tmp_path: Path) -> None:
    async with listening(web_config, app(), limits=Limits(8, brisk().seconds)) as listener:
        silent = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(24)]
        trust = tmp_path / "authority" / "ca.pem"
        assert b" 200 OK" in await said(await connect(listener, trust), LAST_GET)
        for _, writer in silent:
            writer.close()


TOO_LONG: Mapping[str, tuple[bytes, int]] = {
    "64 KiB in one header": (b"GET /metrics HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 65536 + b"\r\n\r\n", 431),
    "5,000 headers": (b"GET /metrics HTTP/1.1\r\n" + HOST + HEADERS + b"\r\n", 431),
    "101 short headers": (b"GET /metrics HTTP/1.1\r\n" + HOST + HEADERS[: HEADERS.find(b"X-100:")] + b"\r\n", 431),
    "headers that never end": (b"GET /metrics HTTP/1.1\r\n" + HOST + HEADERS, 431),
    "a URI of 100 kB": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a first line that never ends": (b"GET /" + b"a" * 100_000, 414),
    "the second of two requests": (GET + b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a TLS client, or any other noise": (b"\x17\x03\x01\x02\x00", 400),
    "no host": (b"GET /metrics HTTP/1.1\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
    "a length beyond all numbers": (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    "a chunk without a length": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    "a body in tiny chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 100_000, 413),
}


@pytest.mark.parametrize("name", TOO_LONG)
async def test_a_request_that_cannot_be_taken_is_told_why(name: str, open_listener: Open) -> None:
    """The answer arrives although the client is still sending, and ends the connection."""
    request, status = TOO_LONG[name]
    with capture_logs() as logs:
        async with open_listener(brisk(LINGER=0.3)) as (listener, trust):
            answer = await said(await connect(listener, trust), request)
            await _until(lambda: len(listener.server.acceptor.connections) == 0)
    head, _, sentence = answer.removeprefix(b"HTTP/1.1 200 OK").rpartition(b"\r\n\r\n")
    assert f"HTTP/1.1 {status} ".encode() in head
    assert b"connection: close" in head
    assert sentence.endswith(b".\n")
    assert "Traceback" not in str(logs)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /metrics HTTP/1.1\r\n" + HOST + HEADERS[: HEADERS.find(b"X-98:")] + b"Connection: close\r\n\r\n",
        b"GET /metrics?" + b"a" * 8_000 + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 16_000 + b"\r\nConnection: close\r\n\r\n",
        b"GET /metrics HTTP/1.0\r\n\r\n",
        b"HEAD /metrics HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        GET * 19 + LAST_GET,
        b"GET /metrics HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
        POST
        + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"400\r\n%b\r\n" % (b"a" * 1024) * 4000
        + b"0\r\n\r\n",
    ],
    ids=["99 headers", "8 kB of query", "16 kB of headers", "1.0", "HEAD", "20 at once", "upgrade", "4,000 chunks"],
)
async def test_an_unusual_request_within_the_limits_is_answered(request_: bytes, open_listener: Open) -> None:
    async with open_listener(brisk()) as (listener, trust):
        answer = await said(await connect(listener, trust), request_)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.count(b"HTTP/1.1 200 OK") == max(1, request_.count(b"GET /metrics HTTP/1.1\r\n"))


async def test_a_slow_reader_gets_a_large_answer_whole_and_it_is_not_copied_for_him(open_listener: Open) -> None:
    async with open_listener(brisk()) as (listener, trust):
        reader, writer = await connect(listener, trust)
        writer.write(b"GET /much HTTP/1.1\r\n" + HOST + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        (connection,) = listener.server.server_state.connections
        assert connection.transport.get_write_buffer_size() < 2**20
        assert await reader.readexactly(2**26) == b"x" * 2**26
        writer.close()


async def test_answers_are_not_held_back_for_an_acknowledgement(open_listener: Open) -> None:
    """Without TCP_NODELAY the second write of an answer waits for the client's delayed ACK: 40 ms a scrape."""
    async with open_listener(brisk()) as (listener, trust):
        _, writer = await connect(listener, trust)
        assert await _no_delay(listener)
        writer.close()


async def test_answers_over_ipv6_are_not_held_back_either() -> None:
    async with listening(app=app(), host="::1") as listener:
        _, writer = await asyncio.open_connection("::1", listener.port)
        assert await _no_delay(listener)
        writer.close()


async def _no_delay(listener: Listener) -> bool:
    await _until(lambda: len(listener.server.server_state.connections) == 1)
    (connection,) = listener.server.server_state.connections
    accepted: socket.socket = connection.transport.get_extra_info("socket")
    return accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


async def test_a_connection_that_idles_is_used_again(open_listener: Open) -> None:
    async with open_listener(Limits()) as (listener, trust):
        verify = ssl.create_default_context(cafile=trust) if trust else True
        url = f"{'https' if trust else 'http'}://127.0.0.1:{listener.port}/metrics"
        async with httpx.AsyncClient(verify=verify, trust_env=False) as client:
            for _ in range(3):
                assert (await client.get(url)).status_code == 200
                (connection,) = listener.server.server_state.connections
                assert connection.phase is Phase.IDLE  # type: ignore[union-attr]


async def test_answers_carry_the_time_of_their_second() -> None:
    async with listening() as listener, listener.client() as client:
        before = int(time.time())
        answer = await client.get("/metrics")
        assert before <= parsedate_to_datetime(answer.headers["date"]).timestamp() <= time.time()


async def test_a_listener_that_nobody_asks_sleeps() -> None:
    """Each time that the process wakes costs CPU, all day long."""
    async with listening():
        await asyncio.sleep(0.05)
        timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells
        assert [timer for timer in timers if not timer.cancelled()] == []


@pytest.mark.parametrize(("descriptors", "connections"), [(64, 32), (256, 128), (512, 384), (1024, 512), (2**20, 512)])
def test_descriptors_are_left_for_the_sources(descriptors: int, connections: int) -> None:
    assert connections_within(descriptors) == connections


def test_what_strangers_cause_is_logged_once_a_minute_and_counted() -> None:
    times = iter((0.0, 1.0, 59.9, 60.0, 61.0, 121.0))
    warn = ThrottledWarning("too_many", lambda: next(times))
    with capture_logs() as logs:
        for _ in range(6):
            warn("full", limit=8)
    assert [(line["event"], line["count"], line["limit"]) for line in logs] == [
        ("too_many", 1, 8),
        ("too_many", 3, 8),
        ("too_many", 2, 8),
    ]


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
