"""Processes that are known for certain, and ended only when they are ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.native.processes import Book, Process, end, spawn
from tests.real.process import wait_until

Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start Python with the given program."""
    started: list[Process] = []

    def run(program: str = "import time; time.sleep(60)") -> Process:
        log = tmp_path / "log" / "one.log"
        command = [sys.executable, "-c", program]
        process = spawn(command, env={}, cwd=tmp_path, log=log, digest="d", stop=signal.SIGTERM)
        started.append(process)
        return process

    yield run
    for process in started:
        end(process, seconds=0)


def test_a_process_is_alive_until_it_is_ended(start: Start) -> None:
    process = start()
    assert process.alive
    end(process)
    assert not process.alive


@pytest.mark.parametrize("other", [{"started": 1}, {"boot": "another"}], ids=["pid reused", "machine restarted"])
def test_a_pid_that_belongs_to_somebody_else_now_is_neither_alive_nor_ended(
    start: Start, other: dict[str, str]
) -> None:
    process = start()
    stranger = replace(process, **other)  # type: ignore[arg-type]  # one field of several types
    assert not stranger.alive
    end(stranger, seconds=0)
    assert process.alive


def test_a_process_that_ignores_the_polite_signal_is_ended_by_force(start: Start, tmp_path: Path) -> None:
    process = start(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('deaf', 'w'); time.sleep(60)"
    )
    wait_until((tmp_path / "deaf").exists, "deafness")
    end(process, seconds=0.1)
    assert not process.alive


def test_its_children_are_ended_with_it_by_force(start: Start, tmp_path: Path) -> None:
    program = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "open('child.new', 'w').write(str(child.pid)); import os; os.rename('child.new', 'child'); time.sleep(60)"
    )
    process = start(program)
    wait_until((tmp_path / "child").exists, "the child's start")
    child = int((tmp_path / "child").read_text())
    end(process, seconds=0.1)
    wait_until(lambda: not _runs(child), "the child's end")


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_process_that_ended_and_that_nobody_waited_for_is_not_alive(start: Start) -> None:
    process = start("")
    wait_until(lambda: not process.alive, "its end")
    assert Path(f"/proc/{process.pid}/stat").exists()
    os.waitpid(process.pid, 0)


def test_a_new_start_keeps_the_last_log(start: Start, tmp_path: Path) -> None:
    for word in ("first", "second"):
        process = start(f"print('{word}')")
        wait_until(lambda process=process: not process.alive, "its end")  # type: ignore[misc]  # binds the loop's value
        os.waitpid(process.pid, 0)
    log = tmp_path / "log" / "one.log"
    assert (log.read_text(), log.with_name("one.log.1").read_text()) == ("second\n", "first\n")


def test_the_book_knows_what_runs_and_forgets_what_does_not(start: Start, tmp_path: Path) -> None:
    book, process = Book(tmp_path / "run"), start()
    book.write("one", process)
    assert book.read("one") == process
    assert (tmp_path / "run" / "one.pid").read_text() == f"{process.pid}\n"
    end(process)
    assert book.read("one") is None
    book.forget("one")
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_an_entry_that_is_half_written_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.json").write_text(text)
    assert Book(tmp_path).read("one") is None


def test_a_process_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    program = (
        "import signal, sys; from pathlib import Path; from deploy.native.processes import Book, spawn;"
        "folder = Path(sys.argv[1]);"
        "process = spawn(['sleep', '60'], env={'PATH': '/usr/bin:/bin'}, cwd=folder, log=folder / 'log', digest='',"
        " stop=signal.SIGTERM); Book(folder).write('sleep', process)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True)  # noqa: S603 - ours
    process = Book(tmp_path).read("sleep")
    assert process is not None
    end(process)
    assert not process.alive
