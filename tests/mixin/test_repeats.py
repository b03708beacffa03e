"""A page does not fire beside another that tells of the same trouble, and of no other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.mixin.conftest import ROOT, groups_of, product, without_texts
from tests.mixin.levels import answers
from tests.mixin.promtool import Case, Labels, Levels, Stretch, verify
from vigie.render import render

METRICS = {"metrics": "https://API.shop.example:443/internal/metrics"}
API = {"class": "errors", "component": "api", "owner": "backend", "product": "shop"}
ERRORS = answers(1_000, error=500)


def pages(**up: int) -> Levels:
    """The two probed pages, up or down."""
    return {
        f'probe_success{{job="blackbox",product="shop",probe="{name}",interval="{pace}"}}': up.get(name, 1)
        for name, pace in (("api", "60s"), ("login", "300s"))
    }


def rates(severities: Iterable[str]) -> list[Labels]:
    return [{**API, "severity": severity} for severity in severities]


BOTH = ("critical", "warning")


@pytest.mark.parametrize(
    ("levels", "firing"),
    [
        (pages(), BOTH),
        (pages(login=0), BOTH),
        (pages(api=0), ("warning",)),
        ({f"{series[:-1]},x='y'}}".replace("shop", "other"): 0 for series in pages()}, BOTH),
    ],
    ids=["all up", "another page down", "its own page down", "that of another product down"],
)
def test_the_application_is_not_paged_twice(levels: Levels, firing: tuple[str, ...], tmp_path: Path) -> None:
    rules = without_texts(groups_of(render(product(app=METRICS), ROOT))).behind("HighErrorRate", "SiteDown")
    case = Case("errors", [Stretch({**ERRORS, **levels}, 120)], {(1700, "HighErrorRate"): rates(firing)})
    verify(rules, [case], tmp_path)


def test_it_pages_when_the_page_is_up_again_and_errors_last(tmp_path: Path) -> None:
    rules = without_texts(groups_of(render(product(app=METRICS), ROOT))).behind("HighErrorRate", "SiteDown")
    stretches = [Stretch({**ERRORS, **pages(api=0)}, 80), Stretch({**ERRORS, **pages()}, 60)]
    firing = {(1200, "HighErrorRate"): rates(["warning"]), (2000, "HighErrorRate"): rates(BOTH)}
    verify(rules, [Case("errors last", stretches, firing)], tmp_path)


def _repeats(rule: dict[str, Any]) -> bool:
    return "unless on (product)\nALERTS{" in rule["expr"]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://api.shop.example/metrics", True),
        ("http://api.shop.example/metrics", False),
        ("https://api.shop.example:8443/metrics", False),
        ("https://app.internal/metrics", False),
    ],
)
def test_only_a_probe_of_the_same_service_counts(url: str, *, same: bool) -> None:
    rules = [rule for group in groups_of(render(product(app={"metrics": url}), ROOT)) for rule in group["rules"]]
    found = {rule["alert"] for rule in rules if "alert" in rule and _repeats(rule) and "SiteDown" in rule["expr"]}
    assert ({"HighErrorRate", "ServerErrors", "SlowResponse"} <= found) == same
    assert bool(found) == same


def test_a_page_repeats_only_what_itself_repeats_nothing() -> None:
    """Else two could keep each other from firing."""
    groups = groups_of(render(product(app=METRICS), ROOT))
    rules = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    repeating = [rule for rule in rules if _repeats(rule)]
    assert repeating
    for rule in repeating:
        assert rule["labels"]["severity"] == "critical"
        assert not any(f'alertname="{other["alert"]}"' in rule["expr"] for other in repeating)
