"""The locks: hashed, silent about where things came from, and enough for every Python that is promised."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.native.paths import ROOT

LOCKS = ("exporter/requirements.txt", "demo/requirements.txt", "requirements-dev.txt")


def _pinned(lock: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_version_has_hashes_and_no_place_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(_pinned(lock))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|--index|--extra-index|--find-links|--trusted-host|file:/", text) == []


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", ["3.11.2", "3.13.9"], ids=["Debian 12", "Debian 13"])
def test_the_lock_is_enough(lock: str, python: str) -> None:
    """A lock is made by one Python, and a package may need others on another."""
    pinned = _pinned(lock)
    environment: dict[str, str] = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "extra": "",
    }
    lacking = [
        f"{name} needs {text}"
        for name in pinned
        for text in distribution(name).requires or []
        for requirement in [Requirement(text)]
        if requirement.marker is None or requirement.marker.evaluate(environment)
        if canonicalize_name(requirement.name) not in pinned
    ]
    assert lacking == []


def test_the_locks_agree() -> None:
    exporter, demo, dev = map(_pinned, LOCKS)
    assert {name: version for name, version in demo.items() if exporter.get(name, version) != version} == {}
    assert exporter.items() | demo.items() <= dev.items()


def test_the_exporters_lock_fits_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for text in project["project"]["dependencies"]:
        requirement = Requirement(text)
        assert _pinned(LOCKS[0])[canonicalize_name(requirement.name)] in requirement.specifier, text
