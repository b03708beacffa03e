"""The inbox keeps its messages: over restarts and `kill -9`, the latest only, and says where it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from demo.inbox.messages import from_slack
from demo.inbox.store import Store
from deploy.native.paths import ROOT
from deploy.native.ready import http_ok
from tests.real.process import free_port, running

_COMMAND = [sys.executable, "-m", "demo.inbox"]


def _titles(store: Store) -> list[str]:
    return [message.title for message in store.messages()]


@pytest.mark.parametrize("on_disk", [True, False], ids=["folder", "memory"])
def test_the_latest_messages_are_kept_and_the_oldest_go(tmp_path: Path, on_disk: bool) -> None:  # noqa: FBT001 - a case
    store = Store(tmp_path / "inbox" if on_disk else None, kept=3)
    for number in range(5):
        store.add(from_slack({"text": f"message {number}"}))
    assert _titles(store) == ["message 4", "message 3", "message 2"]
    later = Store(tmp_path / "inbox" if on_disk else None, kept=3)
    assert later.messages() == (store.messages() if on_disk else [])


def test_no_message_that_was_taken_is_lost_by_a_kill(tmp_path: Path) -> None:
    """What was answered with 200 is there, with its id and time, after `kill -9` and another start."""
    seen = []
    for run in range(2):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        env = {"INBOX_PORT": str(port), "INBOX_FOLDER": str(tmp_path / "inbox")}
        with running(_COMMAND, http_ok(f"{url}/health"), tmp_path / "log", env=env, cwd=ROOT) as process:
            assert httpx.get(f"{url}/messages.json").json() == seen
            assert httpx.post(f"{url}/slack/alerts", json={"text": f"message {run}"}).status_code == 200
            seen = httpx.get(f"{url}/messages.json").json()
            assert len(seen) == run + 1
            process.kill()


def test_a_folder_that_cannot_hold_them_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "inbox.sqlite").write_text("no database, but long enough to be taken for one" * 100)
    for folder, why in (("file", "File exists"), ("broken", "file is not a database")):
        done = subprocess.run(  # noqa: S603 - our own words
            _COMMAND,
            env={"INBOX_FOLDER": str(tmp_path / folder)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith(f"inbox: {tmp_path / folder} cannot hold the messages: {why};"), done.stderr
        assert "Traceback" not in done.stderr
