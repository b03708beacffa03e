"""How the findings are shown: on any terminal, in a pipe, and to programs."""

from __future__ import annotations

import io
import json
import os
import pty
import re
from pathlib import Path

import pytest

from vigie.check import Finding, Report
from vigie.check.progress import Progress
from vigie.check.report import as_json, as_text
from vigie.config.document import Document
from vigie.config.dotenv import EnvFile
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.logs import Redactor

LONG = "Redis at cache.example:6379 cannot be reached (connection refused); check that it runs, host and port " * 2
FINDINGS = (
    Finding("source", "redis", "failed", (LONG, "told \x1b[31mred\x1b[0m\nand hunter2"), 0.25),
    Finding("app", "app.metrics", "ok", ("http://app:8000/metrics answered 200 in 4 ms",), 0.004),
    Finding("thresholds", "thresholds", "warning", ("one differs from the default",)),
    Finding("source", "stripe", "off", ("STRIPE_API_KEY is not set",)),
)
REDACTOR = Redactor(["hunter2"])


def _report(*findings: Finding, env_file: EnvFile | None = None) -> Report:
    document = Document(Path("vigie.yaml"), {}, {})
    return Report(Configuration(document, Product(product="shop"), {}, frozenset(), env_file), findings)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def test_in_a_pipe_no_line_is_folded_or_coloured() -> None:
    lines = as_text(_report(*FINDINGS), REDACTOR).splitlines()
    assert [line.split()[0] for line in lines] == ["WHAT", "redis", "told", "app.metrics", "thresholds", "stripe"]
    assert lines[1].endswith(LONG.strip())
    assert lines[2].strip() == "told \N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}[0m and ***"
    assert not any(line.endswith(" ") or "\x1b" in line for line in lines)


@pytest.mark.parametrize("columns", [12, 30, 50, 71, 72, 100])
def test_on_any_terminal_no_line_is_too_wide_and_no_word_is_lost(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")  # rich's word for: this is a terminal
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    text = re.sub(r"\x1b\[[0-9;]*m", "", as_text(_report(*FINDINGS), REDACTOR))
    assert max(map(len, text.splitlines())) <= columns
    squeezed = "".join(text.split())
    for finding in FINDINGS:
        assert finding.name in squeezed
        assert finding.verdict in squeezed
    assert "answered200in4ms" in squeezed if columns >= 72 else "answered" in squeezed


def test_json_has_a_shape_that_programs_can_rely_on() -> None:
    shown = json.loads(as_json(_report(*FINDINGS, env_file=EnvFile(Path(".env"))), REDACTOR))
    assert {key: value for key, value in shown.items() if key != "findings"} == {
        "product": "shop",
        "config": "vigie.yaml",
        "env_file": {"path": ".env", "problem": None},
        "ok": False,
    }
    assert [tuple(finding) for finding in shown["findings"]] == [("kind", "name", "state", "seconds", "sentences")] * 4
    assert shown["findings"][0]["seconds"] == 0.25
    assert shown["findings"][0]["sentences"][1].endswith("and ***")
    assert shown["findings"][3]["seconds"] is None


def test_something_must_have_been_read_for_all_to_be_well() -> None:
    off, thresholds, page, failed = FINDINGS[3], FINDINGS[2], FINDINGS[1], FINDINGS[0]
    assert _report(page, thresholds, off).is_good
    assert not _report(page, failed).is_good
    assert not _report(thresholds, off).is_good
    assert _report(thresholds, off).is_empty
    assert "Nothing was read" in as_text(_report(thresholds, off), REDACTOR)
    assert not _report().is_good
    assert not _report(page, Finding("source", "redis", "partly", ("",), 1.0)).is_good


def test_the_env_file_is_named() -> None:
    read = as_text(_report(*FINDINGS, env_file=EnvFile(Path("shop/.env"))), REDACTOR)
    assert "those that it does not set from shop/.env." in read
    left = as_text(_report(*FINDINGS, env_file=EnvFile(Path(".env"), "Permission denied")), REDACTOR)
    assert ".env was left out (Permission denied)" in left


def test_progress_is_a_line_on_a_terminal_and_nothing_elsewhere() -> None:
    text = io.StringIO()
    Progress(text, {"TERM": "xterm"}).show(frozenset({"redis"}))
    assert text.getvalue() == ""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        Progress(stream, {"TERM": "dumb"}).show(frozenset({"redis"}))
        progress = Progress(stream, {"TERM": "xterm"})
        progress.show(frozenset({"redis", "app.metrics"}))
        progress.show(frozenset({f"probes.page-{number}" for number in range(40)}))
        progress.clear()
        first, second, third = os.read(ours, 65536).decode().split("\r\x1b[2K")[1:]
    os.close(ours)
    assert (first, third) == ("waiting for app.metrics, redis", "")
    assert len(second) < 80
    assert second.endswith("…")
