"""Options and commands that are mistyped: one plain sentence on stderr, exit status 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.process import ROOT, vigie

COMMANDS = (("serve",), ("check",), ("metrics",), ("apply", "pagerduty"))


def _refusal(*arguments: str | Path, folder: Path, **env: str) -> str:
    done = vigie(*arguments, folder=folder, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("vigie: ")
    assert done.stderr.endswith("\n")
    return done.stderr.removeprefix("vigie: ").removesuffix("\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_unknown_level_is_answered_with_the_levels(command: tuple[str, ...], tmp_path: Path) -> None:
    refusal = _refusal(*command, "--log.level", "loud", folder=tmp_path)
    assert refusal == "--log.level: 'loud' is no level; choose debug, info, warning or error"


def test_an_unknown_level_in_the_environment_is_answered_too_and_capitals_are_not_unknown(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: shop\n")
    refusal = _refusal("check", folder=tmp_path, VIGIE_LOG_LEVEL="verbose")
    assert refusal == "--log.level: 'verbose' is no level; choose debug, info, warning or error"
    assert vigie("metrics", folder=tmp_path, env={"VIGIE_LOG_LEVEL": "WARNING"}).returncode == 0


@pytest.mark.parametrize("command", [*COMMANDS, ("render",)], ids=" ".join)
def test_a_config_that_is_not_there_or_is_a_folder_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    assert _refusal(*command, folder=tmp_path) == (
        "there is no file vigie.yaml; name yours with --config, or copy the vigie.yaml that Vigie brings"
    )
    assert _refusal(*command, "--config", tmp_path, folder=tmp_path) == (
        f"{tmp_path} is a folder; give the file in it, such as --config {tmp_path}/vigie.yaml"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("chek",), "No such command 'chek'. Did you mean 'check'? See `vigie --help`."),
        (("check", "now"), "Got unexpected extra argument(s) (now). See `vigie check --help`."),
        (("check", "--jsn"), "No such option: --jsn (Possible options: --json). See `vigie check --help`."),
        (("check", "--config"), "Option '--config' requires an argument. See `vigie --help`."),
        (("apply", "pager"), "No such command 'pager'. Did you mean 'pagerduty'? See `vigie apply --help`."),
        (
            ("render", "--mixin", "/nowhere"),
            "/nowhere: holds no mixin.libsonnet; --mixin names the folder of Vigie's mixin",
        ),
        (
            ("render", "--mixin", ROOT, "--output", "vigie.yaml"),
            "vigie.yaml is not a folder; name one with --output, such as --output rendered",
        ),
        (("render", "--mixin", ROOT, "--output", "/proc/x"), "/proc/x: cannot be written: No such file or directory"),
        (("serve", "--runbooks", "/nowhere"), "--runbooks: /nowhere is no folder"),
    ],
)
def test_what_is_mistyped_is_one_sentence(arguments: tuple[str | Path, ...], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: shop\n")
    assert _refusal(*arguments, folder=tmp_path) == sentence


@pytest.mark.parametrize(
    "address", ["localhost", "localhost:", "localhost:x", ":65536", ":-1", "::1:9847", "1.2.3.4:٣"]
)
def test_an_address_without_a_port_that_can_be_is_answered_with_examples(address: str, tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text("product: shop\n")
    refusal = _refusal("serve", "--web.listen-address", address, folder=tmp_path)
    assert refusal == (
        f"--web.listen-address {address!r}: expected host:port, such as 127.0.0.1:9847, [::1]:9847 or :9847"
    )


def test_help_and_version_are_no_mistakes_and_vigie_alone_shows_the_help(tmp_path: Path) -> None:
    for option in ("-h", "--help"):
        done = vigie(option, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Usage: vigie [OPTIONS] COMMAND")
    assert vigie("check", "-h", folder=tmp_path).returncode == 0
    assert vigie("--version", folder=tmp_path).stdout.startswith("vigie ")
    alone = vigie(folder=tmp_path)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr.startswith("Usage: vigie [OPTIONS] COMMAND")
