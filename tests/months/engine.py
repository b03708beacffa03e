"""Months through the rule engine of Prometheus, as fast as promtool can, and what the alerts did in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.mixin.conftest import ROOT, product
from tests.mixin.promtool import Labels, Rules
from tests.real.tools import binary
from vigie.render import render

Answer = dict[tuple[tuple[str, str], ...], float]
"""Labels to value, as PromQL answers."""
PROCESSES = 2
"""Promtools at once: each has one thread of work."""


def rules_of(name: str) -> Rules:
    """The rules of a product that uses everything, without their texts."""
    files = render(product(product=name), ROOT).files
    groups = [
        group
        for kind in ("signals", "alerts")
        for group in yaml.safe_load(files[f"prometheus/rules/{kind}.yaml"])["groups"]
    ]
    for group in groups:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    return Rules(groups)


def parts(rules: Rules, names: Sequence[Sequence[str]]) -> list[Rules]:
    """Alerts by names of their groups, each part with all that is recorded for it; no group may be left out."""
    alerts = {
        group["name"].split("-")[1]: {rule["alert"] for rule in group["rules"]}
        for group in rules.groups
        if group["name"].endswith("-alerts")
    }
    assert sorted(alerts) == sorted(name for part in names for name in part)
    return [rules.behind(*(alert for name in part for alert in alerts[name])) for part in names]


@dataclass(frozen=True, slots=True)
class Life:
    """
    One alert over a whole run.

    Attributes:
        labels: With its name.
        first: Seconds at which it first fired, and `last` the same.
        times: Evaluations at which it did.
    """

    labels: Labels
    first: float
    last: float
    times: int
    step: int

    @property
    def name(self) -> str:
        """Its name, and which of several of that name."""
        beside = next((self.labels[label] for label in ("pattern", "window", "probe") if label in self.labels), None)
        return self.labels["alertname"] + (f" ({beside})" if beside else "")

    @property
    def once(self) -> bool:
        """Whether it fired without a pause."""
        return self.times == (self.last - self.first) / self.step + 1


@dataclass(frozen=True, slots=True)
class Run:
    """Rules over series, evaluated every `step` seconds; samples are `interval` apart."""

    rules: Rules
    series: Sequence[Mapping[str, str]]
    interval: int
    step: int
    length: int

    def alerts(self, folder: Path) -> list[Life]:
        """Every alert that fired, but for the watchdog; fails where something that should be recorded was not."""
        every = f"[{self.length}s:{self.step}s]"
        firing = 'ALERTS{alertstate="firing",alertname!="Watchdog"}'
        recorded, times, first, last = self._ask(
            [
                'count by (record) (label_replace({__name__=~".+:.+"}, "record", "$1", "__name__", "(.+)"))',
                f"count_over_time({firing}[{self.length}s])",
                f"min_over_time(timestamp({firing}){every})",
                f"max_over_time(timestamp({firing}){every})",
            ],
            folder,
        )
        assert {dict(labels)["record"] for labels in recorded} == self._records()
        assert times.keys() == first.keys() == last.keys()
        return [
            Life(dict(labels), first[labels], last[labels], round(times[labels]), self.step) for labels in sorted(times)
        ]

    def _records(self) -> set[str]:
        return {rule["record"] for group in self.rules.groups for rule in group["rules"] if "record" in rule}

    def _ask(self, questions: Sequence[str], folder: Path) -> list[Answer]:
        """Ask at the end of time; promtool says what it got where it was told to expect nothing."""
        folder.mkdir()
        rules = folder / "rules.yaml"
        rules.write_text(json.dumps({"groups": list(self.rules.groups)}))
        questionnaire = folder / "test.yaml"
        questionnaire.write_text(json.dumps(self._document(questions)))
        run = subprocess.run(  # noqa: S603 - our own command
            [binary("promtool"), "test", "rules", questionnaire],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GOGC": "200"},  # a tenth faster, for a gigabyte
        )
        questionnaire.unlink()
        said = run.stdout + run.stderr
        assert "err:" not in said, said
        answers = dict(re.findall(r'expr: ("(?:[^"\\]|\\.)*"), time: .*\n +exp: nil\n +got: (.*)', said))
        assert len(answers) == said.count("exp:"), said
        assert bool(answers) == bool(run.returncode), said
        return [_read(answers.get(json.dumps(question), "")) for question in questions]

    def _document(self, questions: Iterable[str]) -> dict[str, Any]:
        return {
            "rule_files": ["rules.yaml"],
            "evaluation_interval": f"{self.step}s",
            "group_eval_order": [group["name"] for group in self.rules.groups],
            "tests": [
                {
                    "interval": f"{self.interval}s",
                    "input_series": list(self.series),
                    "promql_expr_test": [
                        {"eval_time": f"{self.length - self.step}s", "expr": question, "exp_samples": []}
                        for question in questions
                    ],
                }
            ],
        }


def _read(answer: str) -> Answer:
    """Samples as promtool writes them."""
    read = {}
    for labels, value in re.findall(r"\{([^}]*)\} ([-+.\dE]+)", answer):
        pairs = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        pairs.pop("alertstate", None)
        read[tuple(sorted(pairs.items()))] = float(value)
    return read


def together(runs: Sequence[Run], folder: Path) -> list[Life]:
    """The alerts of several runs, side by side."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        lives = list(pool.map(lambda run: run[1].alerts(folder / str(run[0])), enumerate(runs)))
    return [life for some in lives for life in some]
