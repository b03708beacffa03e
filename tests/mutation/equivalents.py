"""Faults that are none: what equivalents.yaml lists, each with the reason why no test can notice it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.mutation.mutants import Mutant

_LIST = Path(__file__).with_suffix(".yaml")


def listed() -> dict[tuple[str, str], str]:
    """By title and fault: the reason."""
    entries: list[dict[str, Any]] = yaml.safe_load(_LIST.read_text())
    return {(title, what): entry["reason"] for entry in entries for title in entry["rules"] for what in entry["faults"]}


def key(mutant: Mutant) -> tuple[str, str]:
    """How a mutant is called in the list."""
    return mutant.title, mutant.what


def unknown(listed: Iterable[tuple[str, str]], every: Iterable[Mutant]) -> list[str]:
    """Entries that are no fault of these rules, any more."""
    known = {key(mutant) for mutant in every}
    return [f"{title}: {what}" for title, what in listed if (title, what) not in known]


def noticed(listed: Iterable[tuple[str, str]], tried: Iterable[Mutant], alive: Iterable[Mutant]) -> list[str]:
    """Entries that a test does notice, so that they are no equivalents."""
    dead = {key(mutant) for mutant in tried} - {key(mutant) for mutant in alive}
    return [f"{title}: {what}" for title, what in listed if (title, what) in dead]
