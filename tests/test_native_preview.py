"""When the viewer of dashboards is made, and what is said when it cannot be; with a stand-in for Node.js."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.native import preview
from deploy.native.errors import NativeError

_NODE = """\
#!/bin/sh
[ "$1" = --version ] && { echo v20.19.2; exit; }
mkdir -p dist && cp src/a.ts dist/server.mjs
echo build >>calls
"""
_NPM = '#!/bin/sh\necho "$@" >>calls\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small viewer."""
    folder = tmp_path / "source"
    (folder / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc", "build.mjs", "src/a.ts"):
        (folder / name).write_text(name)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "of-a-developer").write_text("")
    return folder


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of programs that stand before the machine's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    _program(folder / "node", _NODE)
    _program(folder / "npm", _NPM)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path, programs: Path) -> Path:
    """Where it is made."""
    assert programs.is_dir()
    return tmp_path / "made"


def _calls(folder: Path) -> list[str]:
    """What was done since the last look: `viewer` or `all` installed, or built."""
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return ["build" if line == "build" else "viewer" if "--omit=dev" in line else "all" for line in lines]


def test_it_is_installed_and_built_once(source: Path, folder: Path) -> None:
    preview.make(source=source, folder=folder)
    assert _calls(folder) == ["viewer", "build"]
    assert preview.server(folder).read_text() == "src/a.ts"
    assert not (folder / "node_modules" / "of-a-developer").exists()
    preview.make(source=source, folder=folder)
    assert _calls(folder) == []


def test_a_changed_source_is_built_and_changed_packages_are_installed(source: Path, folder: Path) -> None:
    preview.make(source=source, folder=folder)
    _calls(folder)
    before = preview.built_stamp(folder).read_text()
    (source / "src" / "a.ts").write_text("new")
    preview.make(source=source, folder=folder)
    assert _calls(folder) == ["build"]
    assert preview.server(folder).read_text() == "new"
    assert preview.built_stamp(folder).read_text() != before
    (source / "package-lock.json").write_text("new")
    preview.make(source=source, folder=folder)
    assert _calls(folder) == ["viewer", "build"]


def test_what_tests_need_is_enough_for_the_viewer_but_not_the_other_way_round(source: Path, folder: Path) -> None:
    preview.make(source=source, folder=folder)
    preview.make(tests=True, source=source, folder=folder)
    preview.make(source=source, folder=folder)
    assert _calls(folder) == ["viewer", "build", "all"]


def test_a_build_that_was_broken_off_is_done_again(source: Path, folder: Path, programs: Path) -> None:
    _program(programs / "npm", "#!/bin/sh\necho 'npm error network is down' >&2\nexit 1\n")
    with pytest.raises(NativeError, match=r"npm ci in .* failed: npm error network is down"):
        preview.make(source=source, folder=folder)
    _program(programs / "npm", _NPM)
    preview.make(source=source, folder=folder)
    assert _calls(folder) == ["viewer", "build"]


@pytest.mark.parametrize(
    ("version", "words"),
    [("v18.20.4", "node is v18.20.4"), ("v20.11.1", "node is v20.11.1"), ("", "without a version")],
)
def test_a_node_that_is_too_old_is_named(source: Path, folder: Path, programs: Path, version: str, words: str) -> None:
    _program(programs / "node", f"#!/bin/sh\necho {version}\n")
    with pytest.raises(NativeError, match=rf"Node\.js 20\.12 or newer with npm.*{words}"):
        preview.make(source=source, folder=folder)


@pytest.mark.parametrize("missing", ["node", "npm"])
def test_a_machine_without_node_or_npm_is_told_what_to_install(
    source: Path, folder: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    (programs / missing).unlink()
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(NativeError, match=r"^Node\.js 20\.12 or newer with npm, .* not installed$"):
        preview.make(source=source, folder=folder)


def test_the_lock_names_no_registry() -> None:
    text = (preview.SOURCE / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "://registry" not in text
