"""What holds for every test."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.months import table
from tests.months.table import tell
from tests.vendors import matrix as faults
from tests.vendors.matrix import matrix

__all__ = ["matrix", "tell"]

settings.register_profile("shared", deadline=None)  # a busy machine is slow, which says nothing about the code
settings.load_profile("shared")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The tables that a run ends with."""
    faults.show(terminalreporter)
    table.show(terminalreporter)
