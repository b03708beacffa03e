"""The faulty rules: each is one rule with one fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.mixin.promtool import Rules, name
from tests.mutation.expressions import changes

Rule = Mapping[str, Any]
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    A rule with a fault.

    Attributes:
        of: The rule without it.
        kind: What the fault is about.
        what: The part that is changed, before and after.
        rule: The rule with it.
    """

    of: Rule
    kind: str
    what: str
    rule: Rule

    @property
    def title(self) -> str:
        """Which rule, by what sets it apart from others of its name."""
        labels = [self.of.get("labels", {}).get(each) for each in ("severity", "source", "pattern", "window")]
        apart = ", ".join(label for label in labels if label)
        return f"{name(self.of)} ({apart})" if apart else name(self.of)


def mutants(rules: Rules) -> list[Mutant]:
    """Every fault of every rule."""
    return [mutant for group in rules.groups for rule in group["rules"] for mutant in _of(rule)]


def _of(rule: Rule) -> Iterator[Mutant]:
    for change in changes(rule["expr"]):
        yield Mutant(rule, change.kind, change.what, {**rule, "expr": change.text})
    if "alert" in rule:
        lasting = rule.get("for", "0s")
        for other in _durations(lasting):
            yield Mutant(rule, "for", f"{lasting} -> {other}", {**rule, "for": other})


def _durations(lasting: str) -> tuple[str, ...]:
    seconds = int(lasting[:-1]) * SECONDS[lasting[-1]]
    return ("0s", f"{seconds // 2}s", f"{seconds * 2}s") if seconds else ("1m",)
