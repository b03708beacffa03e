"""Of what a product does not have there are no rules, no routes and no dashboards, and nothing refers to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import rjsonnet

from tests.mixin import boards
from tests.mixin.conftest import ROOT, SHOP, groups_of, product, read
from tests.mixin.queries import uses
from tests.mixin.test_tools import run
from tests.real.tools import binary
from vigie.config.load import load
from vigie.core.status import SELF_FAMILIES
from vigie.errors import RenderError
from vigie.render import Rendering, kept, left_out, render, write
from vigie.render.mixin import argument, evaluate
from vigie.sources import SOURCES

PARTS: Mapping[str, dict[str, Any]] = {
    "app": {"app": SHOP["app"]},
    "probes": {"probes": SHOP["probes"]},
    "node": {"stack": {"node": "node:9100"}},
    "supabase_feed": {"stack": {"supabase": product().stack.supabase}},
}
"""What gives numbers and is no source of Vigie's, as `vigie.yaml` has it."""
EVERY = (*PARTS, *sorted(SOURCES))
CASES = [(), *((name,) for name in EVERY), *pairwise((*EVERY, EVERY[0]))]
"""Nothing, each alone, and each beside another."""
_PREFIXES = {
    "http_": ("app",),
    "process_": ("app",),
    "probe_": ("probes",),
    "node_": ("node", "supabase_feed"),
    "up": (),
    "ALERTS": (),
    "scrape_": (),
}
"""Names that are not Vigie's, and whose they are; nobody's are always there."""


def shop(names: tuple[str, ...]) -> Any:
    """A product that has these and nothing else."""
    changes: dict[str, Any] = {"app": {}, "probes": [], "stack": {}, "sources": {}}
    for name in names:
        for key, value in PARTS.get(name, {"sources": {name: {}}}).items():
            changes[key] = {**changes[key], **value} if isinstance(value, dict) else value
    return product(**changes)


@cache
def rendering(names: tuple[str, ...]) -> Rendering:
    return render(shop(names), ROOT)


@cache
def rules(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [rule for group in groups_of(rendering(names)) for rule in group["rules"]]


def alerts(names: tuple[str, ...]) -> set[str]:
    return {rule["alert"] for rule in rules(names) if "alert" in rule}


@cache
def _owners() -> dict[str, set[str]]:
    """Every series that Vigie exports, by the sources that it is of; its own is nobody's."""
    owners: dict[str, set[str]] = {family.name: set() for family in SELF_FAMILIES}
    for name, source in SOURCES.items():
        for family in (*source.families, *([source.up] if source.up else [])):
            owners.setdefault(family.name, set()).add(name)
    return owners


def _is_there(metric: str, names: tuple[str, ...]) -> bool:
    bare = re.sub(r"_(?:bucket|sum|count)$", "", metric)
    owners = _owners().get(metric, _owners().get(bare))
    if owners is None:
        (owners,) = (set(of) for prefix, of in _PREFIXES.items() if metric.startswith(prefix))
    return not owners or not owners.isdisjoint(names)


@pytest.mark.parametrize("names", CASES, ids=" and ".join)
def test_nothing_reads_what_is_not_there(names: tuple[str, ...]) -> None:
    """Nor what no rule records: not in rules, panels or marks of graphs."""
    recorded = {rule["record"] for rule in rules(names) if "record" in rule}
    asked = [rule["expr"] for rule in rules(names)] + [each.text for each in boards.queries(rendering(names), "shop")]
    read = {use.metric for query in asked for use in uses(query)}
    # The application's own process and Vigie's have the same names
    own = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
    assert {each for each in read if ":" in each} <= recorded
    assert [each for each in read - own if ":" not in each and not _is_there(each, names)] == []


@pytest.mark.parametrize("names", CASES, ids=" and ".join)
def test_nothing_leads_to_what_is_not_there(names: tuple[str, ...]) -> None:
    dashboards = boards.dashboards(rendering(names))
    uids = {each["uid"] for each in dashboards.values()}
    texts = json.dumps(dashboards)
    assert set(re.findall(r"/d/([\w-]+)\?", texts)) <= uids
    assert set(re.findall(r'\\"dashboard\\", \\"([\w-]+)\\"', texts)) <= uids
    urls = [rule["annotations"]["dashboard_url"] for rule in rules(names) if "alert" in rule]
    assert {urlsplit(url).path.removeprefix("/d/") for url in urls} <= uids
    routing = read(rendering(names).files["alertmanager/alertmanager.yaml"])
    matchers = [each for rule in routing["inhibit_rules"] for key in rule for each in rule[key]]
    muting = {name for each in matchers if each.startswith("alertname=") for name in each.split('"')[1].split("|")}
    assert muting <= alerts(names)
    audiences = {rule["labels"]["audience"] for rule in rules(names) if "audience" in rule.get("labels", {})}
    told = {each["name"].partition("-")[0] for each in routing["receivers"]} & {"security", "finance"}
    assert told == audiences


@pytest.mark.parametrize("names", CASES, ids=" and ".join)
def test_dashboards_close_up(names: tuple[str, ...]) -> None:
    """Every line is full, every row has a line, and the first answers something or an alert leads there."""
    for board in boards.dashboards(rendering(names)).values():
        lines: dict[int, int] = {}
        bottom = 0
        for place in (panel["gridPos"] for panel in board["panels"]):
            assert place["y"] <= bottom, "no hole above"
            lines[place["y"]] = lines.get(place["y"], 0) + place["w"]
            bottom = max(bottom, place["y"] + place["h"])
        assert set(lines.values()) == {24}
        kinds = [panel["type"] for panel in board["panels"]]
        assert kinds[0] == "row"
        assert ("row", "row") not in pairwise([*kinds, "row"])
        assert [panel["id"] for panel in board["panels"]] == list(range(1, len(kinds) + 1))


DASHBOARDS = {
    (): {"ops", "vigie"},
    ("app",): {"ops", "vigie", "api", "hosting", "uptime"},
    ("postgres",): {"ops", "vigie", "database", "business"},
    ("celery", "redis"): {"ops", "vigie", "workers"},
    ("redis",): {"ops", "vigie", "workers"},
    ("sentry",): {"ops", "vigie", "errors"},
    ("supabase",): {"ops", "vigie", "database", "signins"},
    ("supabase_feed",): {"ops", "vigie", "hosting"},
    ("vercel",): {"ops", "vigie", "frontend", "hosting"},
    ("langsmith",): {"ops", "vigie", "llm"},
    ("statuspages",): {"ops", "vigie"},
    ("betterstack",): {"ops", "vigie", "uptime"},
}


@pytest.mark.parametrize("names", DASHBOARDS, ids=" and ".join)
def test_a_product_has_the_dashboards_of_what_it_has(names: tuple[str, ...]) -> None:
    assert set(boards.dashboards(rendering(names))) == DASHBOARDS[names]


def test_a_product_has_the_alerts_of_what_it_has() -> None:
    always = {"Watchdog", "VigieDown", "TargetDown", "TargetAbsent"}
    always |= {"SourceSilent", "SourceStale", "ApiBudgetLow", "SeriesDropped"}
    assert alerts(()) == always
    assert alerts(("probes",)) - always == {"SiteDown", "CertificateExpiry"}
    assert alerts(("redis",)) - always == {"RedisMayEvict", "RedisMemoryHigh"}
    assert alerts(("supabase_feed",)) - always == {"HighCPU", "HighMemory", "DiskSpaceLow"}


def test_ops_shows_what_is_there_and_no_hole() -> None:
    titles = [panel["title"] for panel in boards.dashboards(rendering(("celery", "redis")))["ops"]["panels"]]
    assert titles[0] == "Does the work get done?"
    assert "Request rate" not in titles
    assert "Does the product have room?" not in titles


def test_promtool_and_amtool_take_every_combination(tmp_path: Path) -> None:
    for index, names in enumerate(CASES):
        write(rendering(names).files, tmp_path / str(index))
    run(binary("promtool"), "check", "rules", *sorted(tmp_path.glob("*/prometheus/rules/*.yaml")))
    run(binary("amtool"), "check-config", *sorted(tmp_path.glob("*/alertmanager/alertmanager.yaml")))
    run(binary("promtool"), "check", "config", "--syntax-only", *sorted(tmp_path.glob("*/prometheus/prometheus.yaml")))


def test_everything_there_is_can_be_had(rendering: Rendering) -> None:
    everything = render(shop(()), ROOT, sources=None)
    assert {rule["alert"] for group in groups_of(everything) for rule in group["rules"] if "alert" in rule} == {
        rule["alert"] for group in groups_of(rendering) for rule in group["rules"] if "alert" in rule
    }
    assert set(boards.dashboards(everything)) == set(boards.dashboards(rendering))


def test_a_team_that_no_alert_is_for_is_named() -> None:
    warnings = render(product(sources={"langsmith": {}}), ROOT).warnings
    assert warnings == (
        (
            "channels.security: has no effect, for no alert that is on is for the security team; "
            "leave it out, or turn on its source"
        ),
    )


def test_a_source_without_its_secret_is_left_out_unless_it_is_enabled_outright(tmp_path: Path) -> None:
    """A machine without the secrets can render what the one with them does."""
    file = tmp_path / "vigie.yaml"
    file.write_text(
        "product: shop\nsources:\n  redis: {url: '${REDIS_URL}', enabled: true}\n  stripe: {api_key: '${STRIPE}'}\n"
        "  vercel: {enabled: false}\n"
    )
    bare = load(file, {})
    assert kept(bare) == {"redis"}
    assert left_out(bare) == (
        "no rules and dashboards for what is off: vercel (enabled: false), stripe (STRIPE is not set); "
        "`enabled: true` keeps them where a secret is not at hand"
    )
    full = load(file, {"REDIS_URL": "redis://localhost"})
    assert render(bare.product, ROOT, kept(bare)) == render(full.product, ROOT, kept(full))


def test_the_mixin_takes_a_list_of_what_there_is() -> None:
    """As a user of jsonnet would write it."""
    program = """
      local mixin = (import 'mixin.libsonnet') + { _config+:: { sources: ['redis', 'app'] } };
      { boards: std.objectFields(mixin.grafanaDashboards), groups: mixin.prometheusAlerts.groups }
    """
    made = json.loads(rjsonnet.evaluate_snippet(str(ROOT / "mine.jsonnet"), program))
    assert made["boards"] == ["api.json", "hosting.json", "ops.json", "uptime.json", "vigie.json", "workers.json"]
    here = {rule["alert"] for group in made["groups"] for rule in group["rules"]}
    assert here == alerts(("redis", "app")) - {"HighMemory"}, "`app.memory_limit` is not set there"


def test_an_unknown_name_in_that_list_is_refused() -> None:
    asked = json.loads(argument(product())) | {"sources": ["strpe"]}
    with pytest.raises(RenderError, match=r"^_config\.sources: strpe is unknown; known are: app, betterstack, "):
        evaluate(ROOT, json.dumps(asked))


def test_the_list_of_sources_is_that_of_the_exporter() -> None:
    known = json.loads(
        rjsonnet.evaluate_snippet(str(ROOT / "mine.jsonnet"), "(import 'signals/sources.libsonnet').names")
    )
    assert set(known) == set(EVERY)
