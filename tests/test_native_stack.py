"""What `up` and `down` do with parts, shown on small real ones."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.native.errors import NativeError
from deploy.native.parts import Part, Service, Step
from deploy.native.ready import exists
from deploy.native.settings import Settings
from deploy.native.stack import Stack
from deploy.ports import PORTS
from tests.real.process import free_port

Make = Callable[..., Stack]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A stack of the given parts, in one folder for the whole test."""
    stacks: list[Stack] = []

    def stack(*parts: Part) -> Stack:
        stacks.append(Stack(Settings(tmp_path, dict(PORTS), team={}, demo=True), parts))
        return stacks[-1]

    yield stack
    for each in stacks:
        each.down()


def _service(folder: Path, name: str = "one", work: str = "", **options: object) -> Service:
    """A service that does `work`, leaves its mark and stays."""
    mark = folder / f"{name}.ready"
    program = f"{work}\nimport pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)"
    return Service(name, [sys.executable, "-c", program], exists(mark), mark=mark, **options)  # type: ignore[arg-type]


def test_a_part_starts_only_when_what_it_needs_is_ready(make: Make, tmp_path: Path) -> None:
    seen: list[bool] = []
    look = Step("look", lambda: seen.append((tmp_path / "one.ready").exists()), needs=("one",))
    make(look, _service(tmp_path)).start()
    assert seen == [True]


def test_parts_that_need_each_other_are_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        make(Step("a", lambda: None, needs=("b",)), Step("b", lambda: None, needs=("a",))).start()


def test_a_second_start_leaves_alone_what_runs(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = make(_service(tmp_path))
    stack.start()
    first = stack.book.read("one")
    make(_service(tmp_path)).start()
    assert stack.book.read("one") == first
    assert "already running" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["command", "environment", "file"])
def test_a_service_that_would_be_started_differently_is_started_again(make: Make, tmp_path: Path, what: str) -> None:
    file = tmp_path / "settings"
    file.write_text("a")
    stack = make(_service(tmp_path, reads=(file,)))
    stack.start()
    first = stack.book.read("one")
    if what == "file":
        file.write_text("b")
    other = _service(
        tmp_path,
        work="1 + 1" if what == "command" else "",
        env={"A": "b"} if what == "environment" else {},
        reads=(file,),
    )
    make(other).start()
    second = stack.book.read("one")
    assert first is not None
    assert second is not None
    assert second.pid != first.pid
    assert not first.alive


def test_a_service_that_dies_is_named_with_its_last_words_and_its_log(make: Make, tmp_path: Path) -> None:
    with pytest.raises(NativeError) as error:
        make(_service(tmp_path, work="import sys; sys.exit('no such file: flags.ini')")).start()
    sentence = str(error.value)
    assert sentence.startswith("one ended at once; its log")
    assert str(tmp_path / "log" / "one.log") in sentence
    assert "no such file: flags.ini" in sentence


def test_what_came_up_before_a_failure_stays_and_the_next_start_goes_on(make: Make, tmp_path: Path) -> None:
    fault = {"there": True}

    def fail() -> None:
        if fault["there"]:
            raise NativeError("vigie.yaml, line 3: unknown key")

    stack = make(_service(tmp_path), Step("step", fail, needs=("one",)), _service(tmp_path, "two", needs=("step",)))
    with pytest.raises(NativeError, match="line 3"):
        stack.start()
    assert stack.book.read("one") is not None
    assert stack.book.read("two") is None
    fault["there"] = False
    stack.start()
    assert stack.book.read("two") is not None


def test_a_taken_port_is_one_sentence_that_names_the_variable(make: Make, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NativeError) as error:
            make(_service(tmp_path, "prometheus", port=port)).start()
    assert str(port) in str(error.value)
    assert "VIGIE_PORT_PROMETHEUS" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_port_that_our_own_running_service_has_is_not_taken(make: Make, tmp_path: Path) -> None:
    port = free_port()
    work = f"import socket; server = socket.create_server(('127.0.0.1', {port}))"
    make(_service(tmp_path, work=work, port=port)).start()
    make(_service(tmp_path, work=work, port=port)).start()


def test_services_that_a_later_run_does_not_have_are_ended(make: Make, tmp_path: Path) -> None:
    make(_service(tmp_path), _service(tmp_path, "traffic")).start()
    later = make(_service(tmp_path))
    later.start()
    assert later.book.names() == ["one"]


def test_one_service_can_be_ended_and_the_next_start_brings_it_back(make: Make, tmp_path: Path) -> None:
    stack = make(_service(tmp_path), _service(tmp_path, "two"))
    stack.start()
    with pytest.raises(NativeError, match="three does not run; what runs is: one, two"):
        make().end("one", "three")
    make().end("one")
    assert stack.book.names() == ["two"]
    stack.start()
    assert stack.book.names() == ["one", "two"]


def test_down_ends_what_was_started_and_keeps_the_data_unless_told(make: Make, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    stack = make(_service(tmp_path), _service(tmp_path, "two"))
    stack.start()
    processes = [stack.book.read(name) for name in ("one", "two")]
    assert make().down() == 2
    assert [process.alive for process in processes if process] == [False, False]
    assert (tmp_path / "data").is_dir()
    assert make().down(wipe=True) == 0
    assert {path.name for path in tmp_path.iterdir()} <= {"one.ready", "two.ready"}


def _refuse() -> None:
    raise NativeError("there is no oven")


def test_what_is_optional_and_fails_is_left_out_with_what_needs_it(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = make(
        Step("oven", _refuse, optional=True),
        _service(tmp_path, "grafana", needs=("oven",), optional=True),
        _service(tmp_path, "inbox"),
    )
    stack.start()
    assert "oven          left out: there is no oven\n" in capsys.readouterr().out
    assert not (tmp_path / "grafana.ready").exists()
    assert stack.urls == {"inbox": "http://127.0.0.1:8025", "app": "http://127.0.0.1:8000"}


def test_an_optional_service_whose_port_is_taken_is_left_out(make: Make, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        stack = make(_service(tmp_path, "grafana", port=other.getsockname()[1], optional=True))
        stack.start()
    assert "grafana" not in stack.urls


def test_what_was_left_out_once_comes_when_its_fault_is_gone(make: Make, tmp_path: Path) -> None:
    faults = [NativeError("not yet")]

    def work() -> None:
        if faults:
            raise faults.pop()

    stack = make(Step("oven", work, optional=True), _service(tmp_path, "grafana", needs=("oven",), optional=True))
    stack.start()
    assert "grafana" not in stack.urls
    stack.start()
    assert "grafana" in stack.urls
