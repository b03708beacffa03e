"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import surroundings
from tests.months import table
from tests.months.table import tell
from tests.vendors import matrix as faults
from tests.vendors.matrix import matrix

__all__ = ["matrix", "tell"]

surroundings.settle()
settings.register_profile("shared", deadline=None)  # a busy machine is slow, which says nothing about the code
settings.load_profile("shared")


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home without anybody's files, for every test."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        yield folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables that a run ends with."""
    faults.show(terminalreporter)
    table.show(terminalreporter)
