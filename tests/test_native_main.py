"""The command behind the scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.native.__main__ import alone, main
from deploy.native.errors import NativeError


def test_two_commands_at_once_are_refused(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(NativeError, match=r"another .* is at work"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_down_where_nothing_runs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    assert main(["down"]) == 0
    assert capsys.readouterr().out == "Nothing was running\n"


def test_a_users_mistake_is_one_sentence_and_exit_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    monkeypatch.setenv("VIGIE_PORT_VIGIE", "high")
    assert main(["down"]) == 1
    assert capsys.readouterr().err == "error: VIGIE_PORT_VIGIE is 'high'; expected a port number from 1 to 65535\n"


def test_variables_for_databases_of_the_persons_own_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    monkeypatch.setenv("VIGIE_PORT_VIGIE", "none")  # so that nothing is started
    assert main(["up"]) == 1
    assert "PGHOSTADDR" not in os.environ
