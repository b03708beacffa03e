"""The reference page of the alerts, from the signals and from the rules that the example renders to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import rjsonnet

from scripts.example import ROOT, product
from vigie.render.mixin import argument

_PROGRAM = """
function(product)
  local mixin = (import 'mixin.libsonnet').forProduct(product);
  {
    signals: [signal for group in mixin._signals for signal in group.signals if signal.alert != null],
    settings: mixin._config.alerts,
    recorded: [rule for group in mixin.prometheusRules.groups for rule in group.rules],
    alerts: [rule for group in mixin.prometheusAlerts.groups for rule in group.rules],
    runbooks: import 'signals/runbooks.libsonnet',
  }
"""
_PREAMBLE = """\
# Alerts

Every alert with the exact expressions of its rules, as the example [vigie.yaml](../vigie.yaml) renders them. Thresholds
are changed under `thresholds` in [vigie.yaml](configuration.md#thresholds) by the name in the last column, and are
exact: at the threshold itself nothing fires. Who is told in detail: [routing.md](routing.md).

"""
_TOLD = {
    "critical": "on-call and #alerts",
    "warning": "#alerts and e-mail",
    "none": "the dead-man's switch, always",
}
_AUDIENCES = {"security": "the security team too", "finance": "finance too"}

Rule = Mapping[str, Any]
Signal = Mapping[str, Any]


def alerts_page() -> str:
    """Markdown: a table of all alerts, then a section for each."""
    facts = _facts()
    sections = [
        (signal, rules)
        for signal in facts["signals"]
        if (rules := [each for each in facts["alerts"] if _of(signal, each)])
    ]
    rows = [_row(signal, rules) for signal, rules in sections]
    table = ["| alert | warning | critical | for | settings |", "|---|---|---|---|---|", *rows]
    parts = [_PREAMBLE, "\n".join(table), "\n\n"]
    parts += ["\n".join(_section(signal, rules, facts)) + "\n\n" for signal, rules in sections]
    return "".join(parts).rstrip("\n") + "\n"


def _facts() -> Mapping[str, Any]:
    example = argument(product(), sources=None)
    answer = rjsonnet.evaluate_snippet(str(ROOT / "alerts.jsonnet"), _PROGRAM, tla_codes={"product": example})
    facts: Mapping[str, Any] = json.loads(answer)
    return facts


def _of(signal: Signal, rule: Rule) -> bool:
    """Whether the rule is one of this signal's; signals that share an alert's name differ in a label."""
    own: Mapping[str, str] = signal["alert"]["labels"]
    return bool(rule["alert"] == signal["alert"]["name"] and own.items() <= rule["labels"].items())


def _title(signal: Signal) -> str:
    alert = signal["alert"]
    kind = alert["labels"].get("pattern") or alert["labels"].get("window")
    return f"{alert['name']}: {kind}" if kind else str(alert["name"])


def _anchor(title: str) -> str:
    return title.lower().replace(": ", "-").replace(" ", "-")


def _condition(signal: Signal, rule: Rule | None) -> str:
    """When a rule fires, in a word or two; nothing without a rule."""
    if rule is None:
        return ""
    limit = rule["annotations"]["threshold"]
    words = {"above": f"> {limit}", "below": f"< {limit}", "down": "down", "present": "there"}
    return words[signal["alert"]["when"]]


def _row(signal: Signal, rules: list[Rule]) -> str:
    by_severity = {rule["labels"]["severity"]: rule for rule in rules}
    title = _title(signal)
    cells = [
        f"[{title}](#{_anchor(title)})",
        *(_condition(signal, by_severity.get(severity)) for severity in ("warning", "critical")),
        rules[0].get("for", ""),
        f"`{signal['alert']['settings']}`",
    ]
    return f"| {' | '.join(cells)} |"


def _section(signal: Signal, rules: list[Rule], facts: Mapping[str, Any]) -> Iterator[str]:
    alert = signal["alert"]
    yield f"## {_title(signal)}\n"
    yield f"{alert['summary']} {signal['description']}\n"
    for rule in rules:
        severity = rule["labels"]["severity"]
        told = "; ".join(filter(None, [_TOLD[severity], _AUDIENCES.get(rule["labels"].get("audience", ""))]))
        lasting = f"for {rule['for']}" if "for" in rule else "at once"
        yield f"- **{severity}**: {_condition(signal, rule)} {lasting}; told to {told}."
    if alert["guard"] is not None:
        minimum = facts["settings"][alert["settings"]]["minimum"]
        yield f"- Judged from {minimum:g} events{_in_window(alert['guard'])} on."
    yield f"- First step: {alert['action']}"
    yield f"- Runbook: [{alert['runbook']}](../runbooks/{facts['runbooks'][alert['runbook']]})"
    yield from _muted(alert, {rule["labels"]["severity"] for rule in rules})
    yield f"\n```promql\n{_expressions(rules)}\n```"
    recorded = [each for each in facts["recorded"] if each["record"] == signal["record"]]
    if recorded:
        yield f"\nwhere `{signal['record']}` is\n\n```promql"
        yield "\n\n".join(f"{_source(each)}{each['expr'].rstrip()}" for each in recorded)
        yield "```"


def _in_window(guard: Mapping[str, Any]) -> str:
    return f" in {guard['window']}" if guard.get("window") else ""


def _muted(alert: Mapping[str, Any], severities: set[str]) -> Iterator[str]:
    if alert["mutedBy"] and "warning" in severities:
        yield f"- As a warning not told while {' or '.join(alert['mutedBy'])} fires for the same product."
    for page in alert["repeats"] if "critical" in severities else ():
        narrowed = f" ({page['labels'].strip(',')})" if page.get("labels") else ""
        yield f"- Its page does not fire while {page['alert']}{narrowed} does: that tells of the same trouble."
    if alert["explainedBy"] and "warning" in severities:
        yield f"- As a warning not told while {' or '.join(alert['explainedBy'])} has an incident (VendorIncident)."


def _expressions(rules: list[Rule]) -> str:
    if len(rules) == 1:
        return str(rules[0]["expr"]).rstrip()
    return "\n\n".join(f"# {each['labels']['severity']}\n{each['expr'].rstrip()}" for each in rules)


def _source(rule: Rule) -> str:
    return f'# source="{rule["labels"]["source"]}"\n' if "labels" in rule else ""
