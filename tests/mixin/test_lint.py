"""What every generated rule must be like, whatever it watches."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.mixin import boards
from tests.mixin.boundaries import ROWS
from tests.mixin.conftest import ROOT
from tests.mixin.queries import TARGET_LABELS, THIRD_PARTY, emitted, uses
from vigie.render import Rendering

Rule = dict[str, Any]
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}")
_LABEL = re.compile(r"\$labels\.(\w+)")
SPECIAL = {"SiteDown", "SourceStale", "TargetAbsent", "Watchdog", "StuckWorkers", "CertificateExpiry"}
BURNS = {"AvailabilityBudgetBurn", "LatencyBudgetBurn"}
"""Alerts that have tests of their own in test_special*.py; `BURNS` have theirs in test_slo.py."""


@pytest.fixture
def alerts(groups: list[dict[str, Any]]) -> list[Rule]:
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


@pytest.fixture
def recorded(groups: list[dict[str, Any]]) -> dict[str, frozenset[str]]:
    """Every recorded series with its labels."""
    found: dict[str, frozenset[str]] = {}
    for rule in (rule for group in groups for rule in group["rules"] if "record" in rule):
        outer = re.findall(r"(?:sum|max|min|avg) by \(([^)]*)\)", rule["expr"])
        labels = {label.strip() for each in outer for label in each.split(",")} - {"le"} or {"product"}
        known = found.get(rule["record"], frozenset())  # by another source
        found[rule["record"]] = known | labels | set(rule.get("labels", {}))
    return found


def test_every_alert_has_a_test(alerts: list[Rule]) -> None:
    tested = {(row.alert, severity, row.labels.get("pattern")) for row in ROWS for severity in row.sides}
    there = {(rule["alert"], rule["labels"]["severity"], rule["labels"].get("pattern")) for rule in alerts}
    assert {each for each in there if each[0] not in SPECIAL | BURNS} == tested
    assert {alert for alert, _, _ in there} >= SPECIAL | BURNS


def test_severities_do_not_inflate(alerts: list[Rule]) -> None:
    """Whoever adds an alert that pages somebody at night changes this line too."""
    assert Counter(rule["labels"]["severity"] for rule in alerts) == {"critical": 26, "warning": 46, "none": 1}


def test_whoever_is_paged_is_paged_for_something_that_lasts(alerts: list[Rule]) -> None:
    at_once = {"SiteDown", "DatabaseDown", "SecurityBreach"}  # defaults.libsonnet argues for them
    paging = {rule["alert"]: rule.get("for", "0m") for rule in alerts if rule["labels"]["severity"] == "critical"}
    assert {alert for alert, lasting in paging.items() if int(lasting.removesuffix("m")) < 5} == at_once


def test_names_are_short_and_in_camel_case(alerts: list[Rule], groups: list[dict[str, Any]]) -> None:
    for rule in alerts:
        assert re.fullmatch(r"([A-Z]+[a-z0-9]+)+(CPU)?", rule["alert"]), rule["alert"]
        assert len(rule["alert"]) <= 40
    assert all(len(group["name"]) <= 40 and len(group["rules"]) <= 20 for group in groups)
    assert len({group["name"] for group in groups}) == len(groups)


def test_summaries_are_one_static_sentence(alerts: list[Rule]) -> None:
    by_name: dict[str, set[str]] = {}
    for rule in alerts:
        summary = rule["annotations"]["summary"]
        assert re.fullmatch(r"[A-Z][^{}.]*\.", summary), summary
        by_name.setdefault(rule["alert"], set()).add(summary)
    assert all(len(summaries) == 1 for summaries in by_name.values())


def test_descriptions_name_the_product_and_the_time(alerts: list[Rule]) -> None:
    for rule in alerts:
        description = rule["annotations"]["description"]
        assert "{{" in description, rule["alert"]
        assert description.endswith("."), rule["alert"]
        assert "$labels.product" in description or rule["alert"] == "Watchdog"
        assert rule.get("for", "") in description


def test_annotations_are_complete(alerts: list[Rule]) -> None:
    wanted = {"summary", "description", "value", "threshold", "action", "runbook_url", "dashboard_url", "silence_url"}
    assert all(set(rule["annotations"]) == wanted for rule in alerts)
    assert all(rule["annotations"]["action"].endswith(".") for rule in alerts)


def test_templates_read_only_labels_that_the_query_yields(
    alerts: list[Rule], recorded: dict[str, frozenset[str]]
) -> None:
    for rule in alerts:
        yields = frozenset().union(*(recorded.get(use.metric, TARGET_LABELS) for use in uses(rule["expr"])))
        used = set(_LABEL.findall(" ".join(rule["annotations"].values())))
        assert used - {"product"} <= yields, rule["alert"]
        assert not any("{{" in value for value in rule["labels"].values()), (
            "labels identify an alert and must not change"
        )


def test_labels_say_who_must_act_on_what(alerts: list[Rule]) -> None:
    for rule in alerts:
        assert (
            {"severity", "component", "class", "owner"}
            <= set(rule["labels"])
            <= {"severity", "component", "class", "owner", "source", "audience", "pattern", "window"}
        )


def test_links_lead_somewhere(alerts: list[Rule], rendering: Rendering) -> None:
    uids = {board["uid"] for board in boards.dashboards(rendering).values()}
    for rule in alerts:
        annotations = rule["annotations"]
        runbook = ROOT / "runbooks" / urlsplit(annotations["runbook_url"]).path.removeprefix("/runbooks/")
        assert f"`{rule['alert']}`" in runbook.read_text(), f"{runbook.name} does not speak of {rule['alert']}"
        dashboard = urlsplit(annotations["dashboard_url"])
        assert dashboard.path.removeprefix("/d/") in uids
        assert re.fullmatch(r"var-product=\{\{.*\}\}&from=now-\d+[hd]&to=now", dashboard.query), rule["alert"]
        fixed = {**rule["labels"], "alertname": rule["alert"]}
        matchers = ",".join(f'{name}="{value}"' for name, value in sorted(fixed.items()))
        written = unquote(annotations["silence_url"].partition("{{ range $name, $value := $labels }}")[0])
        assert written == f"http://localhost:9093/#/silences/new?filter={{{matchers}"


def test_runbooks_have_their_sections() -> None:
    runbooks = sorted((ROOT / "runbooks").glob("RB-*.md"))
    assert runbooks
    for runbook in runbooks:
        headings = re.findall(r"^(#+ .*)$", runbook.read_text(), re.MULTILINE)
        assert headings[0].startswith(f"# {runbook.name[:6]}: "), runbook.name
        assert headings[1:] == ["## Meaning", "## Impact", "## Diagnosis", "## Actions", "## Communication"], (
            runbook.name
        )


def test_every_runbook_is_led_to(alerts: list[Rule]) -> None:
    led = {rule["annotations"]["runbook_url"].rpartition("/")[2] for rule in alerts}
    assert led == {path.name for path in (ROOT / "runbooks").glob("RB-*.md")}


def test_queries_of_runbooks_can_be_pasted(recorded: dict[str, frozenset[str]]) -> None:
    known = {**emitted(), **THIRD_PARTY, **recorded}
    queries = [
        query
        for runbook in (ROOT / "runbooks").glob("RB-*.md")
        for query in re.findall(r"```promql\n(.*?)```", runbook.read_text(), re.DOTALL)
    ]
    assert len(queries) > 10
    for use in (use for query in queries for use in uses(query)):
        assert use.matched | use.grouped <= known[use.metric], use


def _queries(groups: list[dict[str, Any]], rendering: Rendering) -> list[str]:
    shown = [query.text for query in boards.queries(rendering, "shop")]
    return [rule["expr"] for group in groups for rule in group["rules"]] + shown


def test_nothing_is_queried_that_nobody_emits(
    groups: list[dict[str, Any]], rendering: Rendering, recorded: dict[str, frozenset[str]]
) -> None:
    known = {**emitted(), **THIRD_PARTY, **recorded}
    used = [use for query in _queries(groups, rendering) for use in uses(query)]
    assert {use.metric for use in used} - set(known) == set()
    for use in used:
        assert use.matched | use.grouped <= known[use.metric], use


def test_every_rule_keeps_products_apart(groups: list[dict[str, Any]]) -> None:
    for rule in (rule for group in groups for rule in group["rules"] if "record" in rule):
        for use in uses(rule["expr"]):
            assert "product" in use.grouped or ":" in use.metric, f"{rule['record']}: {use.metric}"
