"""Logs: JSON that a machine reads, without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.logs import Redactor, configure, logger


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before
    structlog.reset_defaults()


def _configure() -> None:
    configure("info", Redactor(["hunter2", "redis://:hunter2@cache"]))


def test_a_line_is_one_json_object_with_time_level_event_and_context(capsys: pytest.CaptureFixture[str]) -> None:
    _configure()
    logger(product="acme").info("source_recovered", source="redis")
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "source_recovered", "level": "info", "product": "acme", "source": "redis"}


def test_no_secret_passes_in_events_values_tracebacks_or_library_logs(capsys: pytest.CaptureFixture[str]) -> None:
    _configure()
    try:
        int("no route to redis://:hunter2@cache")
    except ValueError:
        logger().exception("hunter2 failed", details={"urls": ["redis://:hunter2@cache/0"]})
    logging.getLogger("redis").warning("AUTH %s", "hunter2")
    text = capsys.readouterr().err
    assert "hunter2" not in text
    assert "no route to ***" in text
    assert len([json.loads(line) for line in text.splitlines()]) == 2


@pytest.mark.parametrize(
    ("variable", "value"),
    [("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")],
)
def test_no_line_holds_colour_codes_whatever_the_terminal(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    _configure()
    coloured = {"color_message": "Started server process [\x1b[36m%d\x1b[0m]"}
    logging.getLogger("a.library").info("Started server process [%d]", 7, extra=coloured)
    logger().warning("source_failed", message="\x1b[1;31mno\x1b[0m \x1b]0;title\x07such user", seen=["\x1b[2Kgone"])
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["event"] == "Started server process [7]"
    assert "color_message" not in first
    assert (second["message"], second["seen"]) == ("no such user", ["gone"])


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    _configure()
    logger().debug("detail")
    assert capsys.readouterr().err == ""


@given(st.sets(st.text(min_size=1), max_size=4), st.text())
def test_whatever_the_secrets_none_is_left(secrets: set[str], text: str) -> None:
    cleaned = Redactor(secrets).text(text)
    assert not [secret for secret in secrets if secret in cleaned and secret not in "***"]
