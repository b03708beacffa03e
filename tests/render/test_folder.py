"""The folder of `vigie render`: all files or none, and nobody else's file is touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from vigie.errors import RenderError
from vigie.render import drift, write
from vigie.render.folder import LIST


def _all(folder: Path) -> dict[str, str]:
    """Every file below a folder, and what it holds; links by what they name."""
    return {
        path.relative_to(folder).as_posix(): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def _differences(files: dict[str, str], folder: Path) -> list[str]:
    return [f"{found.path}: {found.what}" for found in drift(files, folder)]


def test_drift_is_named(tmp_path: Path) -> None:
    write({"a.yaml": "1", "b/c.yaml": "2", "d.yaml": "3", "e.yaml": "4"}, tmp_path)
    assert drift({"a.yaml": "1", "b/c.yaml": "2", "d.yaml": "3", "e.yaml": "4"}, tmp_path) == []
    (tmp_path / "b" / "c.yaml").write_text("changed")
    (tmp_path / "d.yaml").unlink()
    (tmp_path / "mine.yaml").write_text("mine")
    assert _differences({"a.yaml": "1", "b/c.yaml": "2", "d.yaml": "3", "mine.yaml": "5"}, tmp_path) == [
        "b/c.yaml: differs",
        "d.yaml: is missing",
        "e.yaml: is not rendered any more",
        "mine.yaml: differs, and was not written by Vigie",
    ]


def test_only_own_files_are_deleted(tmp_path: Path) -> None:
    write({"rules/ours.yaml": "a", "rules/old.yaml": "b"}, tmp_path)
    (tmp_path / "rules" / "theirs.yaml").write_text("c")
    write({"rules/ours.yaml": "d"}, tmp_path)
    assert _all(tmp_path) == {LIST: "rules/ours.yaml\n", "rules/ours.yaml": "d", "rules/theirs.yaml": "c"}


def test_failed_writing_changes_nothing(tmp_path: Path) -> None:
    write({"a.yaml": "old", "b/c.yaml": "old"}, tmp_path)
    (tmp_path / "taken").write_text("a file where a folder must be")
    before = _all(tmp_path)
    with pytest.raises(RenderError, match="cannot be written"):
        write({"a.yaml": "new", "b/c.yaml": "new", "taken/d.yaml": "new"}, tmp_path)
    assert _all(tmp_path) == before


def test_files_that_vigie_did_not_write_are_named_and_kept(tmp_path: Path) -> None:
    write({"a.yaml": "old"}, tmp_path)
    (tmp_path / "dashboards").mkdir()
    for number in range(12):
        (tmp_path / "dashboards" / f"{number:02}.json").write_text("mine")
    before = _all(tmp_path)
    files = {"a.yaml": "new", **{f"dashboards/{number:02}.json": "mine" for number in range(12)}}
    with pytest.raises(RenderError) as refused:
        write(files, tmp_path)
    lines = str(refused.value).split("\n")
    assert lines[0].startswith(f"{tmp_path}: nothing was written, because Vigie did not make these files")
    assert lines[1] == f"  {tmp_path}/dashboards/00.json"
    assert lines[-2:] == [
        "  and 2 more",
        "Name another folder with --output, or move them away if they are not needed.",
    ]
    assert _all(tmp_path) == before


def _link(path: Path) -> None:
    (path.parent / "elsewhere").write_text("of the user")
    path.unlink()
    path.symlink_to("elsewhere")


def _dangle(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("make", [_link, _dangle, _folder])
def test_what_took_the_place_of_a_file_of_ours_is_kept(make: Callable[[Path], None], tmp_path: Path) -> None:
    write({"a.yaml": "old", "b.yaml": "old"}, tmp_path)
    make(tmp_path / "b.yaml")
    before = _all(tmp_path)
    with pytest.raises(RenderError, match=r"Vigie did not make .*\n.*/b\.yaml\n"):
        write({"a.yaml": "new", "b.yaml": "new"}, tmp_path)
    assert _all(tmp_path) == before
    write({"a.yaml": "new"}, tmp_path)  # what is not rendered any more is not deleted either
    assert os.path.lexists(tmp_path / "b.yaml")


@pytest.mark.parametrize("listed", ["../precious\n", "/etc/hostname\n", "a/../../precious\n", b"\xff\xfe"])
def test_a_list_that_vigie_did_not_write_deletes_nothing(listed: str | bytes, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    folder = tmp_path / "rendered"
    folder.mkdir()
    (folder / LIST).write_bytes(listed if isinstance(listed, bytes) else listed.encode())
    with pytest.raises(RenderError, match=r"\.rendered cannot be read as the list"):
        write({"a.yaml": "new"}, folder)
    assert (tmp_path / "precious").read_text() == "keep"
    assert [path.name for path in folder.iterdir()] == [LIST]


def test_a_rendering_that_was_killed_half_way_is_finished_by_the_next(tmp_path: Path) -> None:
    """The list is there before the first file, so what is left behind is not taken for somebody else's."""
    (tmp_path / LIST).write_text("a.yaml\nb.yaml\n")
    (tmp_path / "a.yaml").write_text("of a rendering that was killed")
    write({"a.yaml": "new", "b.yaml": "new"}, tmp_path)
    assert _all(tmp_path) == {LIST: "a.yaml\nb.yaml\n", "a.yaml": "new", "b.yaml": "new"}


def test_a_file_as_the_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rendered"
    file.write_text("mine")
    for use in (write, drift):
        with pytest.raises(RenderError, match="is not a folder; name one with --output"):
            use({"a.yaml": "new"}, file)
    assert file.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(RenderError, match=r"^/proc/vigie.*: cannot be written: No such file or directory$"):
        write({"a.yaml": "new"}, Path("/proc/vigie"))


def test_the_folder_may_be_a_link_to_another(tmp_path: Path) -> None:
    (tmp_path / "release-7").mkdir()
    (tmp_path / "current").symlink_to("release-7")
    write({"a.yaml": "new"}, tmp_path / "current")
    assert (tmp_path / "release-7" / "a.yaml").read_text() == "new"


def test_others_may_read_what_holds_no_secret_as_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write({"a.yaml": "new"}, tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.yaml").stat().st_mode) == 0o640
