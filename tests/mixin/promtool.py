"""Timelines for `promtool test rules`: levels of series over time, and which alerts fire when."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.real.tools import binary

STEP = 15
"""Seconds between two samples and between two evaluations, as in the generated configuration of Prometheus."""

Labels = Mapping[str, str]
Levels = dict[str, float | None]
"""Selector of a series to its value, or None when it is gone; to its growth where its name is that of a counter."""
GONE = "stale"
"""What Prometheus writes when a scrape fails or a target goes away."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Levels that hold for a number of steps; without levels every series is gone."""

    levels: Levels | None
    steps: int
    reset: bool = False
    """Whether counters begin again at 0, as after a restart."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    One timeline and what is true in it.

    Attributes:
        name: The promise.
        stretches: What the series do, one stretch after the other, from time 0.
        firing: By seconds and alert: the labels of each instance that fires.
        values: By seconds and expression: labels of each sample to its value.
        annotations: Of every alert that fires.
        samples: Series that are given sample by sample; None is one that was never taken.
        step: Seconds between two samples and between two evaluations, where windows are too long for `STEP`.
    """

    name: str
    stretches: Sequence[Stretch]
    firing: Mapping[tuple[int, str], Sequence[Labels]] = field(default_factory=dict)
    values: Mapping[tuple[int, str], Mapping[str, float]] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    step: int = STEP

    def document(self) -> dict[str, Any]:
        """The test as promtool reads it."""
        return {
            "name": self.name,
            "interval": f"{self.step}s",
            "input_series": [
                {"series": selector, "values": " ".join(samples)} for selector, samples in self._samples().items()
            ],
            "alert_rule_test": [
                {"eval_time": f"{at}s", "alertname": alert, "exp_alerts": [self._expected(labels) for labels in fires]}
                for (at, alert), fires in self.firing.items()
            ],
            "promql_expr_test": [
                {
                    "eval_time": f"{at}s",
                    "expr": expr,
                    "exp_samples": [{"labels": labels, "value": value} for labels, value in samples.items()],
                }
                for (at, expr), samples in self.values.items()
            ],
        }

    def _expected(self, labels: Labels) -> dict[str, Any]:
        return {"exp_labels": dict(labels), "exp_annotations": dict(self.annotations)}

    def _samples(self) -> dict[str, list[str]]:
        selectors = dict.fromkeys(selector for stretch in self.stretches for selector in stretch.levels or ())
        lines = {selector: _line(selector, self.stretches) for selector in selectors}
        return lines | {
            selector: ["_" if each is None else f"{each:g}" for each in line] for selector, line in self.samples.items()
        }


def counts(selector: str) -> bool:
    """Whether the levels of a series are its growth."""
    return selector.partition("{")[0].endswith(("_total", "_bucket", "_seconds_count"))


def _line(selector: str, stretches: Iterable[Stretch]) -> list[str]:
    samples: list[str] = []
    total = 0.0
    for stretch in stretches:
        level = None if stretch.levels is None else stretch.levels.get(selector)
        total = 0.0 if stretch.reset else total
        for _ in range(stretch.steps):
            if level is None:
                samples.append(GONE)
            else:
                samples.append(f"{total if counts(selector) else level:.10g}")
                total += level
    return samples


@dataclass(frozen=True, slots=True)
class Rules:
    """
    The rules that a test is about.

    Attributes:
        groups: Groups of recording rules and of alerts, in the order in which they are to be evaluated.
    """

    groups: Sequence[Mapping[str, Any]]

    def behind(self, *names: str) -> Rules:
        """Only these alerts or series and the series that they need, directly or not; promtool is slow with more."""
        every = [rule for group in self.groups for rule in group["rules"]]
        wanted = [rule for rule in every if name(rule) in names]
        for rule in wanted:
            needed = [other for other in every if other.get("record", " none ") in rule["expr"] and other not in wanted]
            wanted.extend(needed)  # seen by the loop in its turn
        return self.only(lambda rule: rule in wanted)

    def recording(self) -> Rules:
        """Only what is recorded."""
        return self.only(lambda rule: "record" in rule)

    def only(self, wanted: Callable[[Mapping[str, Any]], bool]) -> Rules:
        """The rules for which `wanted` holds, in their groups."""
        kept = [{**group, "rules": [rule for rule in group["rules"] if wanted(rule)]} for group in self.groups]
        return Rules([group for group in kept if group["rules"]])


def name(rule: Mapping[str, Any]) -> str:
    """Of an alert, or of the series that a rule records."""
    return str(rule.get("alert") or rule["record"])


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What is promised of some rules, and the timelines that prove it.

    Attributes:
        name: What the test is called.
        about: The rules among all rules.
        cases: The timelines.
    """

    name: str
    about: Callable[[Rules], Rules]
    cases: Sequence[Case]

    def verify(self, rules: Rules, folder: Path) -> None:
        """Prove it of these rules; fails with what promtool says."""
        verify(self.about(rules), self.cases, folder)


def about(*names: str) -> Callable[[Rules], Rules]:
    """What `Proof.about` is for these alerts or series."""
    return lambda rules: rules.behind(*names)


def each_of(proofs: Iterable[Proof]) -> pytest.MarkDecorator:
    """Makes a test of each proof."""
    return pytest.mark.parametrize("proof", [pytest.param(proof, id=proof.name) for proof in proofs])


def verify(rules: Rules, cases: Sequence[Case], folder: Path) -> None:
    """Run the cases; fails with what promtool says."""
    said = complaints(rules, [case.document() for case in cases], max(case.step for case in cases), folder)
    assert not said, said


def complaints(rules: Rules, documents: Sequence[Mapping[str, Any]], step: int, folder: Path) -> str:
    """What promtool says of tests that fail, evaluating every `step` seconds; nothing when all is well."""
    document = {
        "rule_files": ["rules.json"],
        "evaluation_interval": f"{step}s",
        "group_eval_order": [group["name"] for group in rules.groups],
        "tests": documents,
    }
    # JSON is YAML, and is written and read much faster
    (folder / "rules.json").write_text(json.dumps({"groups": rules.groups}))
    (folder / "test.json").write_text(json.dumps(document))
    run = subprocess.run(  # noqa: S603 - our own command
        [binary("promtool"), "test", "rules", folder / "test.json"], capture_output=True, text=True, check=False
    )
    return "" if run.returncode == 0 else run.stdout + run.stderr
