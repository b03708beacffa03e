"""What is imported is in the lock that is installed for it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.native.paths import ROOT

_PROGRAM = """
import importlib, json, pkgutil, sys
package, barred = json.loads(sys.argv[1])

class Barred:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in barred:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Barred)
names = [package]
for name in names:
    module = importlib.import_module(name)
    names += [found.name for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}.")]
print(len(names))
"""
"""Imports a package with everything below it, while some top-level names cannot be found."""


@dataclass(frozen=True, slots=True)
class Part:
    """
    Something that is installed on its own.

    Attributes:
        package: Import name.
        folder: Where its code is.
        locks: What is installed for it.
        beside: Packages of the checkout that are there too.
    """

    package: str
    folder: str
    locks: tuple[str, ...]
    beside: tuple[str, ...] = ()


EXPORTER, DEMO = "exporter/requirements.txt", "demo/requirements.txt"
PARTS = (
    Part("vigie", "exporter/vigie", (EXPORTER,)),
    Part("demo", "demo", (DEMO,)),
    Part("deploy.containers", "deploy/containers", (EXPORTER,), ("deploy", "vigie")),  # in the exporter's image
    Part("deploy", "deploy", (EXPORTER, DEMO), ("vigie", "demo")),  # by scripts/up and scripts/down
)
_INDIRECT = {
    "async-timeout": "for redis, see pyproject.toml",
    "hiredis": "makes redis faster",
    "tzdata": "time zones where the system has none",
}
"""Distributions that are asked for and not imported, and why."""


def _pinned(*locks: str) -> set[str]:
    text = "".join((ROOT / lock).read_text() for lock in locks)
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


@cache
def _by_module() -> Mapping[str, Sequence[str]]:
    return packages_distributions()


def _distributions(module: str) -> set[str]:
    return {canonicalize_name(name) for name in _by_module().get(module, ())}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.package)
def test_every_module_is_imported_with_its_own_lock_alone(part: Part, tmp_path: Path) -> None:
    pinned = _pinned(*part.locks)
    barred = [name for name in _by_module() if not _distributions(name) & pinned]
    barred += {"vigie", "demo", "deploy", "tests", "scripts"} - {part.package.partition(".")[0], *part.beside}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM, json.dumps([part.package, barred])],
        env={"PYTHONPATH": f"{ROOT / 'exporter'}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    files = [path for path in (ROOT / part.folder).rglob("*.py") if "node_modules" not in path.parts]
    assert int(done.stdout) == len(files), "a module was not reached: a folder lacks its __init__.py"


def _imports(folder: str) -> Iterator[tuple[str, Path]]:
    """Every top-level name that code below a folder imports, also inside functions."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((alias.name.partition(".")[0], path) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield (node.module or "").partition(".")[0], path


def _declared(part: Part) -> set[str]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = {EXPORTER: project["project"]["dependencies"], DEMO: project["dependency-groups"]["demo"]}
    return {canonicalize_name(Requirement(text).name) for lock in part.locks for text in listed[lock]}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.package)
def test_what_is_imported_is_asked_for_by_name(part: Part) -> None:
    """Not by luck: what only another package brings may go with its next version."""
    declared = _declared(part)
    own = {*sys.stdlib_module_names, part.package.partition(".")[0], *part.beside}
    lacking = {
        f"{path.relative_to(ROOT)} imports {name}"
        for name, path in _imports(part.folder)
        if name not in own and not _distributions(name) & declared
    }
    assert sorted(lacking) == []


@pytest.mark.parametrize("part", PARTS[:2], ids=lambda part: part.package)
def test_what_is_asked_for_is_imported(part: Part) -> None:
    used = {distribution for name, _ in _imports(part.folder) for distribution in _distributions(name)}
    assert sorted(_declared(part) - used - _INDIRECT.keys()) == []
