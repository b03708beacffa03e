"""`up` is done only when Prometheus reaches everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.native import targets
from deploy.native.errors import NativeError
from deploy.native.ready import http_ok
from tests.real.process import free_port, running
from tests.real.tools import binary

DEAD = free_port()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that reaches itself, as `up` and `later`, and nothing at `down` and `never`; two of them once an hour."""
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    jobs = {"up": (port, "200ms"), "later": (port, "1h"), "down": (DEAD, "200ms"), "never": (DEAD, "1h")}
    scrapes = [
        {
            "job_name": name,
            "scrape_interval": interval,
            "scrape_timeout": "200ms",
            "static_configs": [{"targets": [f"127.0.0.1:{number}"]}],
        }
        for name, (number, interval) in jobs.items()
    ]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump({"scrape_configs": scrapes}))
    command: list[str | Path] = [
        binary("prometheus"),
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    url = f"http://127.0.0.1:{port}"
    with running(command, http_ok(f"{url}/-/ready"), folder / "log"):
        yield url


def test_only_targets_that_do_not_answer_are_named_with_the_reason(
    prometheus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is scraped once an hour, and has not been yet, is judged by its own answer."""
    monkeypatch.setattr(targets, "SECONDS", 7.0)  # Prometheus takes five to look at its targets
    with pytest.raises(NativeError) as error:
        targets.wait_until_up(prometheus)
    sentence = str(error.value)
    assert re.findall(r"(\w+) \(http", sentence) == ["down", "never"]
    assert sentence.count(f"http://127.0.0.1:{DEAD}/metrics") >= 2
    assert sentence.count("refused") == 2
