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


def outdated(listed: Iterable[tuple[str, str]], every: Iterable[Mutant], alive: Iterable[Mutant]) -> list[str]:
    """What is wrong with the list: entries that are no fault of these rules, or that a test does notice."""
    known, surviving = {key(each) for each in every}, {key(each) for each in alive}
    return [
        f"{title}: {what} {'is noticed by a test' if (title, what) in known else 'is no fault of the rules'}"
        for title, what in listed
        if (title, what) not in surviving
    ]
