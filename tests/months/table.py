"""The tables that a run of the months ends with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

Tell = Callable[[str, Sequence[str]], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Note a row of a table under its title."""
    return lambda title, row: record_property("month", (title, tuple(row)))


def show(terminalreporter: pytest.TerminalReporter) -> None:
    """One table for each title."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    noted = [value for report in reports for name, value in report.user_properties if name == "month"]
    tables: dict[str, list[tuple[str, ...]]] = {}
    for title, row in noted:
        tables.setdefault(title, []).append(tuple(row))
    for title, rows in sorted(tables.items(), reverse=True):
        terminalreporter.section(title)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in sorted(rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write_line("  ".join(cells).rstrip())
