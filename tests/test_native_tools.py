"""The programs that are unpacked: where they come from, that they run, and what is said when they cannot be had."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from deploy.native import tools
from deploy.native.apt import unpack
from deploy.native.errors import NativeError
from deploy.native.sources import debian
from deploy.native.tools import OWN, SETS, TESTING, Move, Package, binary, install
from tests.real.process import answers, free_port, running

_DEB822 = """\
Types: deb
# a comment
URIs: http://mirror.test/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb deb-src
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
"""
_ONE_LINE = """\
# deb http://old.test/debian bookworm main
deb-src http://source.test/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian bookworm main non-free # ours
deb http://tools.test/linux/debian bookworm stable
deb http://charts.test stable main
"""
_OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n'


def _machine(folder: Path, name: str, sources: str, os_release: str = _OS_RELEASE) -> tuple[Path, Path]:
    path = folder / "apt" / name
    path.parent.mkdir(parents=True)
    path.write_text(sources)
    (folder / "os-release").write_text(os_release)
    return folder / "apt", folder / "os-release"


def test_sources_in_the_new_format_are_understood(tmp_path: Path) -> None:
    found = debian(*_machine(tmp_path, "sources.list.d/debian.sources", _DEB822))
    assert [each.line() for each in found] == [
        "deb [signed-by=/usr/share/keyrings/debian.gpg] http://mirror.test/debian/ bookworm main",
        "deb [signed-by=/usr/share/keyrings/debian.gpg] http://mirror.test/debian/ bookworm-updates main",
        "deb http://mirror.test/debian-security bookworm-security main",
    ]
    assert found[0].line("testing").endswith("http://mirror.test/debian/ testing main")


def test_sources_in_the_old_format_are_understood_and_other_peoples_packages_left_out(tmp_path: Path) -> None:
    found = debian(*_machine(tmp_path, "sources.list", _ONE_LINE))
    assert [each.line() for each in found] == ["deb [signed-by=/k.gpg] http://mirror.test/debian bookworm main"]


@pytest.mark.parametrize("os_release", ["", 'ID=fedora\nPRETTY_NAME="Fedora 44"\n'])
def test_a_machine_that_is_no_debian_is_sent_to_docker(tmp_path: Path, os_release: str) -> None:
    with pytest.raises(NativeError, match=r"unpacked from Debian packages.*use \./scripts/up --docker"):
        debian(*_machine(tmp_path, "sources.list", _ONE_LINE, os_release))


def test_sources_without_debians_archive_are_refused_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(NativeError, match="apt: no package source is Debian's main archive for bookworm"):
        debian(*_machine(tmp_path, "sources.list", "deb http://charts.test stable main\n"))


def test_a_missing_program_says_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "TOOLS", tmp_path)
    with pytest.raises(NativeError, match=r"prometheus is not unpacked.*run \./scripts/test"):
        binary("prometheus")


def test_installing_again_does_nothing_and_is_quick() -> None:
    """Quick by its own work: on a busy machine it may have to wait for its turn."""
    said: list[str] = []
    begin = time.process_time()
    install("stack", "tests", say=said.append)
    assert said == []
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    "name",
    [name for package in SETS["stack"] for name in package.programs] + ["docker-compose"],
)
def test_every_program_runs_on_this_machine(name: str) -> None:
    word = "version" if name == "docker-compose" else "--version"
    done = subprocess.run([binary(name), word], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


def test_alertmanager_finds_its_default_templates_from_any_folder(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yaml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    port = free_port()
    command: list[str | Path] = [
        binary("alertmanager"),
        f"--config.file={config}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with running(command, lambda: answers(port), tmp_path / "log", cwd=tmp_path) as process:
        assert process.poll() is None


@pytest.fixture
def empty_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A tools folder of the test's own."""
    folder = tmp_path / "tools"
    (folder / "bin").mkdir(parents=True)
    monkeypatch.setattr(tools, "TOOLS", folder)
    return folder


def _archive(folder: Path, files: dict[str, str]) -> Path:
    """A real Debian package with the given programs."""
    tree = folder / "tree"
    for path, text in {
        "DEBIAN/control": "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n",
        **files,
    }.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
        (tree / path).chmod(0o755)
    command: list[str | Path] = ["dpkg-deb", "--build", tree, folder / "x.deb"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - ours
    return folder / "x.deb"


def _run(name: str) -> str:
    return subprocess.run([binary(name)], check=True, capture_output=True, text=True).stdout  # noqa: S603 - ours


def test_a_program_from_testing_is_linked_and_runs(empty_tools: Path, tmp_path: Path) -> None:
    package = Package("x", TESTING, {"greet": "usr/lib/*/greet"})
    tools._place(package, [_archive(tmp_path, {"usr/lib/1.2/greet": "#!/bin/sh\necho hello\n"})])  # noqa: SLF001
    assert (empty_tools / "bin" / "greet").is_symlink()
    assert _run("greet") == "hello\n"


def test_a_program_finds_the_libraries_and_the_surroundings_that_came_with_it(
    empty_tools: Path, tmp_path: Path
) -> None:
    package = Package("x", OWN, {"greet": "usr/bin/greet"}, prelude='export WHO="{root}/who"')
    files = {
        "usr/bin/greet": "#!/bin/sh\necho $LD_LIBRARY_PATH; cat $WHO\n",
        "usr/lib/x86_64-linux-gnu/liba.so.1": "",
        "who": "world\n",
    }
    tools._place(package, [_archive(tmp_path, files)])  # noqa: SLF001 - the unpacking itself is shown
    assert _run("greet") == f"{empty_tools}/x/usr/lib/x86_64-linux-gnu\nworld\n"


def test_a_path_in_a_script_is_moved_and_one_in_a_compiled_program_keeps_its_length(
    empty_tools: Path, tmp_path: Path
) -> None:
    files = {"script": "#!/bin/sh\necho /usr/share/x\n", "compiled": "\x7fELF /usr/share/x end"}
    moves = (Move("script", "/usr/share/x", "{root}/share"), Move("compiled", "/usr/share/x", "/proc/9"))
    tools._place(Package("x", TESTING, {"script": "script"}, moves=moves), [_archive(tmp_path, files)])  # noqa: SLF001
    assert _run("script") == f"{empty_tools}/x/share\n"
    assert (empty_tools / "x" / "compiled").read_text() == "\x7fELF /proc/9///// end"


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        (Package("x", TESTING, {"a": "usr/bin/a"}), "has no usr/bin/a; Debian may have moved it"),
        (Package("x", TESTING, {"b": "b"}, moves=(Move("b", "/gone", "/x"),)), "does not hold /gone"),
    ],
    ids=["program", "path"],
)
def test_a_package_that_debian_has_changed_is_refused(
    empty_tools: Path, tmp_path: Path, package: Package, sentence: str
) -> None:
    assert empty_tools.is_dir()
    with pytest.raises(NativeError, match=sentence):
        tools._place(package, [_archive(tmp_path, {"b": "#!/bin/sh\n"})])  # noqa: SLF001 - as above


def test_a_damaged_package_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_bytes(b"half")
    with pytest.raises(NativeError, match=r"x\.deb could not be unpacked"):
        unpack(tmp_path / "x.deb", tmp_path / "out")


def test_a_stamp_counts_only_for_the_same_table_in_the_same_place(
    empty_tools: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = Package("x", TESTING, {"script": "script"})
    tools._place(package, [_archive(tmp_path, {"script": "#!/bin/sh\n"})])  # noqa: SLF001 - as above
    assert tools._stands(package)  # noqa: SLF001
    assert not tools._stands(Package("x", TESTING, {"script": "script"}, prelude=":"))  # noqa: SLF001
    moved = empty_tools.rename(tmp_path / "moved")
    monkeypatch.setattr(tools, "TOOLS", moved)
    assert not tools._stands(package)  # noqa: SLF001


@pytest.fixture
def machine(empty_tools: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine on which a server is installed, and a wrapper of its name is on the search path."""
    root = tmp_path / "machine"
    for name, path in {"server": "usr/sbin", "9.6": "usr/lib/server/9.6/bin", "15": "usr/lib/server/15/bin"}.items():
        program = root / path / "server"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {name} $WHO\n")
        program.chmod(0o755)
    monkeypatch.setattr(tools, "_MACHINE", root)
    monkeypatch.setenv("PATH", f"{root / 'usr' / 'sbin'}:/usr/bin:/bin")
    assert empty_tools.is_dir()
    return root


_SERVER = Package("server", OWN, {"server": "usr/lib/server/*/bin/server"}, prelude='export WHO="{root}/who"')


def test_of_what_the_machine_has_the_latest_version_itself_is_taken_and_no_wrapper(machine: Path) -> None:
    assert tools._machine_has(_SERVER)  # noqa: SLF001 - as above
    assert tools._stands(_SERVER)  # noqa: SLF001
    assert _run("server") == f"15 {machine}/who\n"


def test_a_wrapper_alone_is_not_what_the_package_has(machine: Path) -> None:
    shutil.rmtree(machine / "usr" / "lib")
    assert not tools._machine_has(_SERVER)  # noqa: SLF001 - as above


def test_a_program_that_the_machine_has_no_longer_is_made_anew(machine: Path) -> None:
    tools._machine_has(_SERVER)  # noqa: SLF001 - as above
    shutil.rmtree(machine / "usr" / "lib" / "server" / "15")
    assert not tools._stands(_SERVER)  # noqa: SLF001
    tools._machine_has(_SERVER)  # noqa: SLF001
    assert _run("server").startswith("9.6 ")


def test_what_an_older_checkout_has_shown_is_made_anew(machine: Path) -> None:
    tools._machine_has(_SERVER)  # noqa: SLF001 - as above
    stamp, mark = tools._stamp(_SERVER)  # noqa: SLF001
    stamp.write_text(f"{mark}\n")
    assert machine.is_dir()
    assert not tools._stands(_SERVER)  # noqa: SLF001
