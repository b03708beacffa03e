"""What can be said of the images without building them, and their health check."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator

import pytest

from deploy.native.paths import ROOT
from tests.real.answering import Quiet, answering
from tests.real.process import free_port
from vigie import __version__

_HEALTHY = ROOT / "deploy" / "image" / "healthy"
_FOLDERS = ("exporter", "demo")


def _dockerfile(folder: str) -> str:
    return (ROOT / folder / "Dockerfile").read_text()


@pytest.mark.parametrize("folder", _FOLDERS)
def test_the_label_names_the_version(folder: str) -> None:
    assert f'org.opencontainers.image.version="{__version__}"' in _dockerfile(folder)


def test_both_images_begin_with_the_same_layers() -> None:
    """Only then do they share them: most of what is stored and pulled."""
    shared = [
        re.findall(r"^FROM python:\S+ AS python$|^FROM python AS lean\n(?:.+\n)+", text, re.MULTILINE)
        for text in map(_dockerfile, _FOLDERS)
    ]
    assert len(shared[0]) == 2
    assert shared[0] == shared[1]


@pytest.mark.parametrize("folder", _FOLDERS)
def test_the_base_is_an_exact_tag_named_once_and_agrees_with_the_paths_and_the_label(folder: str) -> None:
    text = _dockerfile(folder)
    [base] = re.findall(r"^FROM (python:\S+)", text, re.MULTILINE)
    version = re.fullmatch(r"python:(3\.\d+)-slim-[a-z]+", base.partition("@")[0])
    assert version
    assert set(re.findall(r"lib/python(\d+\.\d+)", text)) <= {version[1]}
    assert f'org.opencontainers.image.base.name="{base.partition("@")[0]}"' in text


@pytest.mark.parametrize("folder", _FOLDERS)
def test_everything_that_is_copied_is_let_in(folder: str) -> None:
    """`.dockerignore` is a white list by top-level name."""
    let_in = set(re.findall(r"^!([\w.-]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for line in re.findall(r"^COPY (?!--from)(.+)$", _dockerfile(folder), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source.partition("/")[0] in let_in, source


class _Face(Quiet):
    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """Answer with the status that the path names."""
        self.send_response(int(self.path.strip("/")))
        self.end_headers()


@pytest.fixture
def face() -> Iterator[str]:
    """URL of a server whose path is the status that it answers."""
    with answering(_Face) as port:
        yield f"http://127.0.0.1:{port}"


def _healthy(url: str) -> tuple[int, str]:
    done = subprocess.run(["bash", _HEALTHY, url], capture_output=True, text=True, check=False)  # noqa: S603, S607 - ours
    return done.returncode, done.stdout + done.stderr


def test_a_part_that_answers_200_is_healthy(face: str) -> None:
    assert _healthy(f"{face}/200") == (0, "")


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_part_that_answers_otherwise_is_not_and_the_answer_is_shown(face: str, status: int) -> None:
    code, said = _healthy(f"{face}/{status}")
    assert code == 1
    assert f"{face}/{status} answered HTTP/1.0 {status}" in said


def test_a_part_that_does_not_listen_or_answer_is_not_healthy() -> None:
    assert _healthy(f"http://127.0.0.1:{free_port()}/health")[0] == 1
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/health"
        assert _healthy(url) == (1, f"{url} answered nothing\n")
