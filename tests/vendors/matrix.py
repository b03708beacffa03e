"""The fault matrix that a run ends with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Note = Callable[[str, str, str], None]


@pytest.fixture
def matrix(record_property: Callable[[str, object], None]) -> Note:
    """Note what a source said to a fault."""
    return lambda source, fault, said: record_property("fault-matrix", (source, fault, said))


def show(terminalreporter: pytest.TerminalReporter) -> None:
    """One line per fault, one column per source."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    noted = [value for report in reports for name, value in report.user_properties if name == "fault-matrix"]
    said = {(fault, source): words for source, fault, words in noted}
    if not said:
        return
    sources = sorted({source for _, source in said})
    width = {
        source: max(len(source), *(len(words) for (_, of), words in said.items() if of == source)) for source in sources
    }
    terminalreporter.section("fault matrix")
    terminalreporter.write_line(" " * 22 + "  ".join(name.ljust(width[name]) for name in sources))
    for fault in sorted({fault for fault, _ in said}):
        cells = (said.get((fault, source), "").ljust(width[source]) for source in sources)
        terminalreporter.write_line(f"{fault:22}" + "  ".join(cells))
