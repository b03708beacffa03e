"""Show what was found: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vigie.check.everything import Report
from vigie.check.finding import Finding
from vigie.core.logs import Redactor

_STYLES: Final = {"ok": "green", "warning": "yellow", "partly": "yellow", "failed": "red", "off": "dim"}
_TITLES: Final = ("WHAT", "STATE", "WHAT WAS FOUND")
_NARROW: Final = 72
"""Columns below which the sentences go below the names."""
_UNBOUNDED: Final = 100_000
"""Columns where the output does not go to a terminal: a line is never folded, so that programs can read it."""


def as_text(report: Report, redactor: Redactor) -> str:
    """A table, or a list where the terminal is narrow; without secrets."""
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=False)
    console.width = console.width if console.is_terminal else _UNBOUNDED
    with console.capture() as capture:
        if console.width < _NARROW:
            _print_list(console, report, redactor)
        else:
            console.print(_table(report, redactor))
        for sentence in _remarks(report):
            console.print(Text(redactor.text(sentence)))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def as_json(report: Report, redactor: Redactor) -> str:
    """One object, whose keys docs/check.md explains; without secrets."""
    configuration = report.configuration
    env_file = configuration.env_file
    shown: dict[str, Any] = {
        "product": configuration.product.product,
        "config": str(configuration.document.path),
        "env_file": {"path": str(env_file.path), "problem": env_file.problem} if env_file else None,
        "ok": report.is_good,
        "findings": [
            {
                "kind": finding.kind,
                "name": finding.name,
                "state": finding.verdict,
                "seconds": None if finding.seconds is None else round(finding.seconds, 3),
                "sentences": [redactor.text(sentence) for sentence in finding.sentences],
            }
            for finding in report.findings
        ],
    }
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _table(report: Report, redactor: Redactor) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for title in _TITLES[:-1]:
        table.add_column(title, no_wrap=True)
    table.add_column(_TITLES[-1], overflow="fold")
    for finding in report.findings:
        table.add_row(Text(finding.name), _state(finding), Text("\n".join(_sentences(finding, redactor))))
    return table


def _print_list(console: Console, report: Report, redactor: Redactor) -> None:
    for finding in report.findings:
        console.print(Text(finding.name, overflow="fold"), _state(finding))
        for sentence in _sentences(finding, redactor):
            console.print(Padding(Text(sentence, overflow="fold"), (0, 0, 0, 2)))


def _state(finding: Finding) -> Text:
    return Text(finding.verdict, style=_STYLES[finding.verdict])


def _sentences(finding: Finding, redactor: Redactor) -> Iterator[str]:
    """One line each, whatever a server put into its answer."""
    for sentence in finding.sentences:
        text = " ".join(redactor.text(sentence).split())
        yield "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _remarks(report: Report) -> Iterator[str]:
    env_file = report.configuration.env_file
    if env_file is not None and env_file.problem is None:
        yield f"\nVariables come from the environment, and those that it does not set from {env_file.path}."
    elif env_file is not None:
        yield f"\n{env_file.path} was left out ({env_file.problem}), so variables come from the environment alone."
    if report.is_empty:
        yield "\nNothing was read: no source that is on gave its numbers, and no page answered."
