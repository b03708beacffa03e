"""Several products in one Prometheus, each with rules of its own: none reads what another shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mixin.conftest import ROOT, groups_of, product, read, without_texts
from tests.mixin.levels import vigie, waiting
from tests.mixin.promtool import Case, Levels, Rules, Stretch, verify
from tests.mixin.queries import uses
from vigie.render import Rendering, render

BACKUP = {"component": "jobs", "owner": "backend", "source": "celery", "class": "saturation", "queue_name": "emails"}


@pytest.fixture(scope="module")
def other() -> Rendering:
    """A product that is told of ten jobs that wait."""
    return render(product(product="other", thresholds={"QueueBackup": {"warning": 10, "critical": 20}}), ROOT)


def test_every_selector_names_the_product(rules: Rules) -> None:
    queries = [rule["expr"] for group in rules.groups for rule in group["rules"]]
    nameless = {use.metric for query in queries for use in uses(query) if "product" not in use.matched}
    assert nameless <= {"ALERTS"}, "which are joined by their product"
    assert {name for query in queries for name in re.findall(r'product[!~=]+"([^"]*)"', query)} == {"shop"}


def test_each_is_judged_by_its_own_thresholds(rules: Rules, other: Rendering, tmp_path: Path) -> None:
    mine = rules.behind("QueueBackup", "product_source:vigie_source_up:max").groups
    theirs = without_texts(groups_of(other)).behind("QueueBackup", "product_source:vigie_source_up:max").groups
    both = Rules([*mine, *({**group, "name": f"other-{group['name']}"} for group in theirs)])
    shop: Levels = {**waiting(50), vigie("vigie_source_up", source="celery"): 1}
    beside: Levels = {selector.replace('"shop"', '"other"'): level for selector, level in shop.items()}
    series = 'product_queue:celery_queue_length:max{product="other", queue_name="emails"}'
    fires = [{**BACKUP, "product": "other", "severity": severity} for severity in ("warning", "critical")]
    case = Case(
        "50 jobs wait in both",
        [Stretch(shop | beside, 40)],
        {(300, "QueueBackup"): fires, (585, "QueueBackup"): fires},
        {(585, series): {series: 50}},
    )
    verify(both, [case], tmp_path)


def test_their_rules_live_side_by_side_in_kubernetes(rendering: Rendering, other: Rendering) -> None:
    def names(one: Rendering) -> set[str]:
        files = [text for name, text in one.files.items() if name.startswith("kubernetes/prometheusrule-")]
        return {read(text)["metadata"]["name"] for text in files}

    assert names(rendering) == {"vigie-shop"}
    assert names(other) == {"vigie-other"}
