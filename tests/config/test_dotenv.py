"""The `.env` beside `vigie.yaml`: read as Docker Compose reads it, below the environment, and never repeated."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vigie.config.dotenv import EnvFile, beside
from vigie.config.load import load
from vigie.errors import ConfigError

NAMES = ("A", "B", "C")


def _read(folder: Path, text: str, **environment: str) -> dict[str, str]:
    (folder / ".env").write_text(text)
    variables, found = beside(folder / "vigie.yaml", NAMES, environment)
    assert found == EnvFile(folder / ".env")
    return dict(variables)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=redis://cache:6379/0", "redis://cache:6379/0"),
        ("export A=1", "1"),
        ("A = spaced ", "spaced"),
        ("A=", ""),
        ("A='single # $quoted ${B}'", "single # $quoted ${B}"),
        ('A="double # quoted"', "double # quoted"),
        ('A="two\\nlines"', "two\nlines"),
        ("A=one # a comment", "one"),
        ("A=one#none", "one#none"),
        ("A=p@ss:w/rd=&?", "p@ss:w/rd=&?"),
        ("# nothing\n\nA=1\n", "1"),
        ("A=1\r\nZ=2\r\n", "1"),
        ("\ufeffA=1", "1"),
        ("A=1\nA=2", "2"),
        ("B=https://shop.example\nA=${B}/metrics", "https://shop.example/metrics"),
        ("A=${C:-none}", "none"),
        ('A="${B:-x}y"', "xy"),
    ],
)
def test_values_are_those_that_compose_reads(line: str, value: str, tmp_path: Path) -> None:
    assert _read(tmp_path, line)["A"] == value


def test_the_environment_wins_even_where_it_is_empty(tmp_path: Path) -> None:
    assert _read(tmp_path, "A=file\nB=file\nC=file", A="mine", B="") == {"A": "mine", "B": "", "C": "file"}


def test_only_what_is_referred_to_is_taken(tmp_path: Path) -> None:
    assert _read(tmp_path, "A=1\nPATH=/tmp\nOTHER=$x$$") == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A=1\n\nSTRIPE sk_canary\n", ":3: expected NAME=VALUE, such as VIGIE_PRODUCT=shop"),
        ('A=1\nB="canary\n', ":2: expected NAME=VALUE, such as VIGIE_PRODUCT=shop"),
        ("A=1\n\n# about B\nB\n", ":4: B has no value; write B=VALUE, or remove the line"),
        *(
            (
                f"\nA={value}\n",
                ":2: A: Docker Compose would not read this dollar sign as it stands; put the value in '…'",
            )
            for value in ("canary$x", "canary$$", "canary$", "${B-canary}", "${B:?canary}", '"canary$1"', "canary$(x)")
        ),
    ],
)
def test_a_line_that_cannot_be_understood_is_named_and_not_repeated(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        _read(tmp_path, text)
    assert str(refused.value) == f"{tmp_path}/.env{sentence}"
    assert "canary" not in str(refused.value)


def test_what_is_no_text_is_refused_and_a_folder_of_that_name_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(ConfigError, match=r"\.env: is not UTF-8 text \(line 1\)"):
        beside(tmp_path / "vigie.yaml", NAMES, {})
    (tmp_path / ".env").unlink()
    assert beside(tmp_path / "vigie.yaml", NAMES, {"A": "1"}) == ({"A": "1"}, None)
    (tmp_path / ".env").mkdir()
    assert beside(tmp_path / "vigie.yaml", NAMES, {}) == ({}, None)


def test_a_file_that_may_not_be_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service gets its variables from systemd or a container, and may not look into the file itself."""
    (tmp_path / ".env").write_text("A=1")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    left_out = EnvFile(tmp_path / ".env", "cannot be read: Permission denied")
    assert beside(tmp_path / "vigie.yaml", NAMES, {}) == ({}, left_out)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (os.mkfifo, "is a pipe; expected a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "is a device or socket; expected a regular file"),
        (lambda path: path.write_text("A=" + "1" * 300_000), "is larger than 256 KiB"),
    ],
    ids=["pipe", "device", "large"],
)
def test_what_has_no_end_or_is_too_large_is_refused(
    make: Callable[[Path], object], sentence: str, tmp_path: Path
) -> None:
    make(tmp_path / ".env")
    with pytest.raises(ConfigError) as refused:
        beside(tmp_path / "vigie.yaml", NAMES, {})
    assert str(refused.value) == f"{tmp_path}/.env: {sentence}"


def test_a_source_is_on_by_the_file_beside_its_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    (tmp_path / "vigie.yaml").write_text("product: shop\nsources: {redis: {url: '${REDIS_URL}'}}\n")
    assert load(tmp_path / "vigie.yaml").off == {"redis": "REDIS_URL is not set"}
    (tmp_path / ".env").write_text("REDIS_URL=redis://cache\n")
    configuration = load(tmp_path / "vigie.yaml")
    assert (configuration.off, list(configuration.product.sources)) == ({}, ["redis"])
    assert configuration.env_file == EnvFile(tmp_path / ".env")
    assert load(tmp_path / "vigie.yaml", {}).off == {"redis": "REDIS_URL is not set"}
