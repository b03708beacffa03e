"""
Every secret of every source is a canary; each setting is broken in turn, and no output holds a canary.

The sources are found in the table and their secrets in their models, so a new source is watched from its first day.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from tests.real.answering import Quiet, answering
from tests.real.process import answers, free_port, running, wait_until
from vigie.core.settings import parts_of
from vigie.sources import SOURCES

CANARY = "zq7canary0secret"
ADDRESSES = {
    "dsn": "postgresql://user:{secret}@127.0.0.1:{port}/db",
    "url": "redis://user:{secret}@127.0.0.1:{port}/0",
    "broker": "redis://user:{secret}@127.0.0.1:{port}/0",
}
"""Secrets that are an address with a password in it, by their key."""
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "sentry": {"organization": "shop"},
    "supabase": {"project": "abcdefghijklmnopqrst"},
    "celery": {"events": False, "inspect_interval": "0s"},
}
"""What a source needs beside its secrets."""
BROKEN = {
    "whole": CANARY,
    "too long": CANARY * 400,
    "a line break in it": f"{CANARY[:8]}\n{CANARY}",
    "not ASCII": f"{CANARY}é",
    "a blank at its end": f"{CANARY} ",
    "signs": f"{CANARY}/#?@{CANARY}",
    "quotes": f"'{CANARY}\"",
    "a byte of none": f"{CANARY}\0",
}


class _Echo(Quiet):
    """A vendor that refuses, and repeats the credentials that it was sent in its words."""

    status: int

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        sent = " ".join(f"{name}: {value}" for name, value in self.headers.items())
        body = json.dumps({"error": {"message": f"not allowed: {sent}"}, "message": sent, "detail": sent}).encode()
        self.send_response(self.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _refuse  # noqa: N815 - names that the standard library asks for


@pytest.fixture(scope="module", params=[401, 500, 200])
def echo(request: pytest.FixtureRequest) -> Iterator[int]:
    """Port of a server that answers with this status and echoes what it was sent."""

    class OfStatus(_Echo):
        status = request.param

    with answering(OfStatus) as port:
        yield port


def _secrets(name: str) -> list[str]:
    fields = SOURCES[name].config_type.model_fields
    return [key for key, field in fields.items() if SecretStr in parts_of(field.annotation)]


def _source(name: str, port: int, secret: str = CANARY) -> Mapping[str, Any]:
    fields = SOURCES[name].config_type.model_fields
    given = {key: ADDRESSES.get(key, "{secret}").format(secret=secret, port=port) for key in _secrets(name)}
    if "password" in given and "url" in given:
        given["url"] = f"redis://127.0.0.1:{port}/0"
    base = {"base_url": f"http://127.0.0.1:{port}"} if "base_url" in fields else {}
    return {**OTHERS.get(name, {}), **base, **given, "timeout": "2s"}


def _file(folder: Path, sources: Mapping[str, Any]) -> Path:
    path = folder / "vigie.yaml"
    channels = {"slack": {"webhook_url_file": str(folder / "slack")}}
    product = {"product": "shop", "sources": sources, "channels": channels, "state": str(folder / "state")}
    path.write_text(json.dumps(product))
    (folder / "slack").write_text(f"https://hooks.example/{CANARY}")
    (folder / "state").mkdir(exist_ok=True)
    return path


def _run(path: Path, *command: str, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "vigie", *command, "--config", path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
        cwd=path.parent,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def _holds_no_canary(text: str) -> None:
    for part in (CANARY, quote(CANARY), CANARY[:8], CANARY[-8:]):
        assert part not in text


def test_no_command_shows_a_secret_to_a_vendor_that_repeats_it(echo: int, tmp_path: Path) -> None:
    path = _file(tmp_path, {name: _source(name, echo) for name in SOURCES})
    _holds_no_canary(_run(path, "check", "--log.level", "debug"))
    _holds_no_canary(_run(path, "metrics", "--log.level", "debug"))


def test_no_page_log_or_file_of_a_server_shows_a_secret(echo: int, tmp_path: Path) -> None:
    path = _file(tmp_path, {name: _source(name, echo) for name in SOURCES})
    port = free_port()
    address = f"127.0.0.1:{port}"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "vigie",
        "serve",
        "--config",
        path,
        "--web.listen-address",
        address,
    ]
    log = tmp_path / "vigie.log"
    with (
        running([*command, "--log.level", "debug"], lambda: answers(port), log),
        httpx.Client(base_url=f"http://{address}", timeout=30) as client,
    ):
        wait_until(lambda: client.get("/readyz").status_code == 200, "first read")
        seen = [client.get(page).text for page in ("/", "/metrics", "/readyz")]
        for broken in BROKEN.values():
            _file(tmp_path, {name: _source(name, echo, broken) for name in SOURCES})
            seen.append(client.post("/-/reload").text)
    _holds_no_canary("".join(seen) + log.read_text())
    for file in (tmp_path / "state").rglob("*"):
        _holds_no_canary(file.read_bytes().decode("latin-1"))


@pytest.mark.parametrize("name", SOURCES)
def test_no_refusal_shows_a_secret_however_it_is_broken(name: str, tmp_path: Path) -> None:
    from vigie.config.load import load  # noqa: PLC0415 - only this test reads in its own process
    from vigie.errors import UserError  # noqa: PLC0415 - as above

    for key in _secrets(name):
        good = dict(_source(name, 1))
        for broken in [*BROKEN.values(), [CANARY], {CANARY: CANARY}, 7]:
            bent = ADDRESSES[key].format(secret=broken, port=1) if key in ADDRESSES else broken
            for value, environment in ((bent, {}), ("${SECRET}", {"SECRET": str(bent)})):
                path = _file(tmp_path, {name: {**good, key: value}})
                try:
                    load(path, environment)
                except UserError as refused:
                    said = str(refused)
                    _holds_no_canary(said if not isinstance(broken, dict) else said.replace(f"{key}.{CANARY}", ""))


def test_nothing_rendered_holds_a_secret(tmp_path: Path) -> None:
    path = _file(tmp_path, {name: _source(name, 1) for name in SOURCES})
    said = _run(path, "render", "--mixin", str(Path(__file__).parent.parent), "--output", str(tmp_path / "out"))
    _holds_no_canary(said)
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert len(files) > 5
    for file in files:
        _holds_no_canary(file.read_text())
