"""
Faulty rules beside the sound ones, under names of their own, so that one run of promtool tells of many.

What depends on a faulty rule is there once more for each fault. The sound rules stay: they must pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from tests.mixin.promtool import Rules, name
from tests.mutation.mutants import Mutant, Rule

Numbered = Mapping[int, Mutant]
"""Mutants of one rule, each by the number that its names end in."""

_MARK = "_mutant_"
_BLAMED = re.compile(rf"^    (?:rule|alertname|expr): .*?{_MARK}(\d+)\b", re.MULTILINE)
_SOUND = re.compile(rf"^    (?:rule|alertname|expr): (?!.*?{_MARK}\d)", re.MULTILINE)


class UnsoundError(Exception):
    """The rules fail without any fault, or promtool refuses them: nothing can be learnt."""


def touched(rules: Rules, original: Rule) -> frozenset[str]:
    """The name of a rule and of all that depends on it."""
    names = {name(original)}
    every = [rule for group in rules.groups for rule in group["rules"]]
    while more := {name(rule) for rule in every if _naming(names).search(rule["expr"])} - names:
        names |= more
    return frozenset(names)


def copies(rules: Rules, names: Collection[str], faulty: Numbered) -> Rules:
    """The rules, and after each that is touched its copy for every mutant."""
    return Rules(
        [
            {
                **group,
                "rules": [
                    each
                    for rule in group["rules"]
                    for each in (rule, *(_copies(rule, names, faulty) if name(rule) in names else ()))
                ],
            }
            for group in rules.groups
        ]
    )


def _copies(rule: Rule, names: Collection[str], faulty: Numbered) -> list[Rule]:
    return [
        _renamed(mutant.rule if rule is mutant.of else rule, names, number, ("alert", "record", "expr"))
        for number, mutant in faulty.items()
    ]


def questions(document: Mapping[str, Any], names: Collection[str], numbers: Collection[int]) -> dict[str, Any]:
    """The document of a case, in which all that is asked of what is touched is asked of every copy too."""
    asked = {}
    for kind in ("alert_rule_test", "promql_expr_test"):
        concerned = [each for each in document[kind] if _naming(names).search(json.dumps(each))]
        fields = ("alertname", "expr", "exp_samples")
        asked[kind] = document[kind] + [
            _renamed(each, names, number, fields) for number in numbers for each in concerned
        ]
    return {**document, **asked}


def concerned(document: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether a case asks anything of these."""
    return _naming(names).search(json.dumps([document["alert_rule_test"], document["promql_expr_test"]])) is not None


def blamed(said: str) -> set[int]:
    """The numbers of those of which promtool complains."""
    if (said and not _BLAMED.search(said)) or _SOUND.search(said):
        raise UnsoundError(said)
    return {int(number) for number in _BLAMED.findall(said)}


def cut_short(said: str) -> bool:
    """Whether promtool gave up, because a rule cannot even be evaluated, before it had asked everything."""
    return re.search("^    rule: ", said, re.MULTILINE) is not None


def _renamed(entry: Mapping[str, Any], names: Collection[str], number: int, fields: Collection[str]) -> dict[str, Any]:
    text = json.dumps({field: entry[field] for field in fields if field in entry})
    renamed = _naming(names).sub(rf"\g<0>{_MARK}{number}", text)
    return {**entry, **json.loads(renamed)}


def _naming(names: Collection[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w:])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w:])")
