"""A real Prometheus and a real blackbox_exporter get in with credentials that no rendered file and no label holds."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mixin.conftest import ROOT, product
from tests.real.answering import Quiet, answering
from tests.real.process import answers, free_port, running, wait_until
from tests.real.tools import binary
from vigie.render import render, write

BASIC = "Basic " + base64.b64encode(b"vigie:canary-password").decode()
BEARER = "Bearer canary-token"


@pytest.fixture
def site() -> Iterator[int]:
    """The port of a site that answers the right query, at `/basic` and `/bearer` only to those who say who they are."""

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
            allowed = {"/basic?part=1": BASIC, "/bearer?part=1": BEARER, "/open?part=1": None}
            known = self.path in allowed and self.headers["Authorization"] == allowed[self.path]
            self.send_response(200 if known else 401)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(b"shop_is_there 1\n")

    with answering(Handler) as port:
        yield port


def test_who_must_say_who_they_are_does_and_nobody_else_sees_it(tmp_path: Path, site: int) -> None:
    (tmp_path / "password").write_text("canary-password")
    (tmp_path / "token").write_text("canary-token")
    ways: dict[str, dict[str, Any]] = {
        "basic": {"basic": {"username": "vigie", "password_file": str(tmp_path / "password")}},
        "bearer": {"bearer": {"token_file": str(tmp_path / "token")}},
        "open": {},
    }
    asked = {name: {"url": f"http://127.0.0.1:{site}/{name}?part=1", **way} for name, way in ways.items()}
    blackbox, prometheus = free_port(), free_port()
    shop = product(
        app={"metrics": list(asked.values())},
        probes=[{"name": name, **target} for name, target in asked.items()],
        stack={"blackbox": f"127.0.0.1:{blackbox}"},
        sources={},
    )
    files = render(shop, ROOT).files
    assert not [path for path, text in files.items() if "canary" in text]
    write(files, tmp_path)
    configuration = tmp_path / "prometheus" / "prometheus.yaml"
    text = configuration.read_text().replace(": 60s", ": 1s").replace(": 15s", ": 1s").replace(": 10s", ": 1s")
    configuration.write_text(text)

    def found(query: str, label: str) -> list[tuple[str, str]]:
        answer = httpx.get(f"http://127.0.0.1:{prometheus}/api/v1/query", params={"query": query}).json()
        return sorted((each["metric"][label], each["value"][1]) for each in answer["data"]["result"])

    with (
        running(
            [
                binary("blackbox_exporter"),
                f"--config.file={tmp_path / 'blackbox' / 'blackbox.yaml'}",
                f"--web.listen-address=127.0.0.1:{blackbox}",
            ],
            lambda: answers(blackbox),
            tmp_path / "blackbox.log",
        ),
        running(
            [
                binary("prometheus"),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address=127.0.0.1:{prometheus}",
            ],
            lambda: answers(prometheus),
            tmp_path / "prometheus.log",
        ),
    ):
        there = [("basic", "1"), ("bearer", "1"), ("open", "1")]
        wait_until(lambda: found("probe_success == 1", "probe") == there, "three pages that are there", seconds=60)
        paths = [(f"127.0.0.1:{site}/{name}", "1") for name in asked]
        wait_until(
            lambda: found('shop_is_there{job="app"}', "instance") == paths, "three services, told apart", seconds=60
        )
        instances = [instance for instance, _ in found("probe_success", "instance")]
    assert instances == [f"http://127.0.0.1:{site}/{name}" for name in ("basic", "bearer", "open")]
