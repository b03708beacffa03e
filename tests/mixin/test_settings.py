"""What `vigie.yaml` says of selectors, jobs, windows, goals, routing, targets and links is what is rendered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rjsonnet
import yaml

from tests.mixin.conftest import ROOT, groups_of, product
from tests.mixin.test_tools import run
from tests.real.tools import binary
from vigie.config.load import load
from vigie.config.model import Product
from vigie.errors import ConfigError
from vigie.render import Rendering, render, write


def refusal(text: str, folder: Path) -> str:
    """The error for a file that is refused, without its path."""
    path = folder / "vigie.yaml"
    path.write_text(f"product: shop\n{text}")
    with pytest.raises(ConfigError) as refused:
        load(path, {})
    return str(refused.value).replace(f"{path}:", "")


def jobs(rendering: Rendering) -> dict[str, dict[str, Any]]:
    document = yaml.safe_load(rendering.files["prometheus/prometheus.yaml"])
    return {job["job_name"]: job for job in document["scrape_configs"]}


def expressions(rendering: Rendering) -> str:
    return "\n".join(rule["expr"] for group in groups_of(rendering) for rule in group["rules"])


# -- selectors and jobs --


def test_another_name_of_a_job_is_said_once() -> None:
    """What reads Vigie follows its selector, in rules, dashboards and scrape configuration."""
    rendering = render(product(selectors={"vigie": 'job="saas-watch"', "app": "job='api', handler!=\"/health\""}), ROOT)
    rules = expressions(rendering)
    assert 'job="vigie"' not in rules
    assert 'job="vigie"' not in "".join(text for path, text in rendering.files.items() if "dashboards/" in path)
    assert 'http_requests_total{job="api",handler!="/health"}' in rules
    assert 'up{product!="",job!="saas-watch"}' in rules
    assert 'absent(up{job="saas-watch",product="shop"})' in rules
    assert 'absent(up{job="api",product="shop"})' in rules
    assert {"saas-watch", "api"} <= set(jobs(rendering))


def test_a_selector_says_that_its_series_are_there() -> None:
    """Whoever scrapes them."""
    selectors = {"app": 'job="api"', "probes": 'job="pages"', "node": 'job="machines"', "supabase": 'job="feed"'}
    bare = product(app={}, probes=[], stack={}, selectors=selectors)
    alerts = {rule["alert"] for group in groups_of(render(bare, ROOT)) for rule in group["rules"] if "alert" in rule}
    assert {"HighErrorRate", "SiteDown", "HighCPU", "DiskSpaceLow"} <= alerts
    assert set(jobs(render(bare, ROOT))) == {"vigie"}


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        (["vigie", "billing"], ['absent(up{job="vigie",product="shop"})', 'absent(up{job="billing",product="shop"})']),
        ([], []),
    ],
)
def test_jobs_that_must_be_there(jobs: list[str], expected: list[str]) -> None:
    rendering = render(product(jobs=jobs), ROOT)
    found = [rule for group in groups_of(rendering) for rule in group["rules"] if rule.get("alert") == "TargetAbsent"]
    assert "\n".join(rule["expr"] for rule in found) == "\nor\n".join(expected)


@pytest.mark.parametrize(
    ("selector", "problem"),
    [
        ('{job="api"}', "leave out the braces and the name of a metric"),
        ('up{job="api"}', "leave out the braces and the name of a metric"),
        ("job=api", "cannot be read from character 1 on"),
        ('job="api",handler="', "cannot be read from character 11 on"),
        ("", "holds no label"),
        ('__name__="up"', "must leave the names of metrics alone"),
        (r'handler!~"/item/\d+"', "a backslash in the value of handler must be doubled"),
        ('handler=~"/(a"', "the value of handler is no regular expression that Prometheus takes"),
        ('handler=~"(?!a)b"', "the value of handler is no regular expression that Prometheus takes"),
    ],
)
def test_a_selector_that_prometheus_would_refuse_is_refused(selector: str, problem: str, tmp_path: Path) -> None:
    said = refusal(f"selectors:\n  app: {json.dumps(selector)}\n", tmp_path)
    assert said.startswith(f"3: selectors.app: {problem}")


def test_selectors_as_people_write_them_are_taken_by_prometheus(tmp_path: Path) -> None:
    selectors = {"app": r"""job="a", handler!~'/x/\\d+"', code=~"2..|3.." """, "llm": 'job="vigie",project!~"a|b"'}
    write(render(product(selectors=selectors), ROOT).files, tmp_path)
    run(binary("promtool"), "check", "rules", *sorted(tmp_path.glob("prometheus/rules/*.yaml")))


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert refusal("selectors:\n  ap: x\n", tmp_path) == "3: unknown key 'selectors.ap'; did you mean 'app'?"
    assert refusal("routing:\n  page_waits: 1s\n", tmp_path).endswith("did you mean 'page_wait'?")


# -- windows, goals, routing --


def test_windows_are_those_of_the_product() -> None:
    windows = {"http": "10m", "jobs": "90s", "cpu": "1m", "auth": "30m", "payments": "1d", "llm": "2h"}
    rules = expressions(render(product(windows=windows), ROOT))
    assert 'http_requests_total{job="app"}[10m]' in rules
    for record in ("http_requests:rate10m", "celery_task_finished:rate90s", "payment_attempts:rate24h"):
        assert f"product:{record}" in rules or f"product:stripe_{record}" in rules


@pytest.mark.parametrize("window", ["59s", "25h", "0s"])
def test_a_window_with_holes_is_refused(window: str, tmp_path: Path) -> None:
    said = refusal(f"windows:\n  http: {window}\n", tmp_path)
    wanted = "expected 1m to 1d: at least four scrapes of 15s each, so that a missed one leaves no hole"
    assert said == f"3: windows.http: {wanted}, got '{window}'"


def test_goals_are_those_of_the_product() -> None:
    slo = {"availability": 0.99, "latency": 0.9, "bound": "1s"}
    rules = expressions(render(product(slo=slo), ROOT))
    assert "/ (1 - 0.99)" in rules
    assert "/ (1 - 0.9)" in rules
    assert 'le="1.0"' in rules


@pytest.mark.parametrize(
    ("slo", "problem"),
    [
        ("availability: 99.9", "slo.availability: expected a share between 0 and 1: write 0.999 for 99.9%"),
        ("latency: 1", "slo.latency: expected a share between 0 and 1: write 0.999 for 99.9%"),
        ("availability: yes", "slo.availability: expected a number, got yes"),
        ("bound: 600ms", "slo: `bound` is none that the histogram of instrumentator has, so nobody can count by it; "),
    ],
)
def test_a_goal_that_cannot_be_is_refused(slo: str, problem: str, tmp_path: Path) -> None:
    said = refusal(f"slo:\n  {slo}\n", tmp_path)
    assert said.partition(": ")[2].startswith(problem)
    assert "bound" not in slo or said.endswith("take 0.5s or 0.75s")


def test_a_burn_that_cannot_be_reached_is_told() -> None:
    warnings = render(product(slo={"availability": 0.9}), ROOT).warnings
    assert warnings == (
        (
            "thresholds.AvailabilityBurn1h: warns above 14.4, but with this `slo` the value is at most 10, "
            "so it never fires; lower the threshold or raise the goal"
        ),
    )


def test_routing_is_that_of_the_product() -> None:
    routing = {"page_wait": "0s", "message_wait": "2m", "group_interval": "3m", "repeat_interval": "12h"}
    routing |= {"critical_repeat": "2h", "page_repeat": "10m"}
    document = yaml.safe_load(render(product(routing=routing), ROOT).files["alertmanager/alertmanager.yaml"])
    route = document["route"]
    assert (route["group_wait"], route["group_interval"], route["repeat_interval"]) == ("2m", "3m", "12h")
    pager, critical = (each for each in route["routes"] if each["receiver"] in {"critical-pager", "critical"})
    assert {pager["group_wait"], critical["group_wait"]} <= {"0h", "0s"}
    # due a little before Alertmanager looks
    assert (pager["repeat_interval"], critical["repeat_interval"]) == ("9m", "2h")


@pytest.mark.parametrize("key", ["repeat_interval", "critical_repeat", "page_repeat"])
def test_a_reminder_before_the_news_is_refused(key: str, tmp_path: Path) -> None:
    said = refusal(f"routing:\n  {key}: 30s\n", tmp_path)
    assert said == f"2: routing: `{key}` is below `group_interval`, and a reminder cannot come sooner; raise it"


def test_defaults_are_those_of_the_mixin() -> None:
    """So that the page of `vigie.yaml` tells the truth, and a mixin without Python does the same."""
    ours = json.loads(Product.model_validate({"product": "product"}).model_dump_json())
    theirs = json.loads(rjsonnet.evaluate_snippet(str(ROOT / "x.jsonnet"), "(import 'config.libsonnet')._config"))
    assert ours["slo"] == theirs["slo"]
    assert {key: _seconds(value) for key, value in theirs["windows"].items()} == ours["windows"]
    waits = {_snake(key): _seconds(value) for key, value in theirs["routing"].items()}
    assert waits == ours["routing"]
    assert ours["stack"]["alertmanager"] == theirs["stack"]["alertmanager"]


def _seconds(duration: str) -> float:
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


def test_several_alertmanagers_are_told() -> None:
    stack = {"alertmanager": ["one:9093", "two:9093"]}
    document = yaml.safe_load(render(product(stack=stack), ROOT).files["prometheus/prometheus.yaml"])
    assert document["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["one:9093", "two:9093"]}]}]


# -- targets with credentials --

PASSWORD = {"username": "vigie", "password_file": "/run/secrets/app"}
APP = {
    "metrics": [
        "http://one:8000/metrics",
        "http://two:8000/metrics",
        {"url": "https://three.example/stats?format=prometheus&part=a&part=b%20c", "basic": PASSWORD},
        {
            "url": "https://four.example",
            "bearer": {"token_file": "/run/secrets/token"},
            "ca_file": "/run/secrets/ca.pem",
        },
    ]
}
PROBES = [
    {"name": "open", "url": "https://shop.example/health?deep=1"},
    {"name": "shut", "url": "https://shop.example/admin", "basic": PASSWORD},
    {"name": "api", "url": "https://api.example/", "bearer": {"token_file": "/run/secrets/token"}},
]


def test_copies_of_the_application_share_a_job_where_they_are_asked_alike() -> None:
    scraped = jobs(render(product(app=APP), ROOT))
    assert scraped["app"]["static_configs"] == [{"targets": ["one:8000", "two:8000"], "labels": {"product": "shop"}}]
    assert "params" not in scraped["app"]
    three, four = scraped["app-2"], scraped["app-3"]
    assert (three["metrics_path"], three["params"]) == ("/stats", {"format": ["prometheus"], "part": ["a", "b c"]})
    assert three["basic_auth"] == PASSWORD
    assert four["authorization"] == {"type": "Bearer", "credentials_file": "/run/secrets/token"}
    assert four["tls_config"] == {"ca_file": "/run/secrets/ca.pem"}
    assert four["metrics_path"] == "/metrics"
    for job in (three, four):
        assert job["follow_redirects"] is False, "a secret must not go along"
        assert job["relabel_configs"] == [{"target_label": "job", "replacement": "app"}], "the rules select by it"


def test_pages_that_ask_who_we_are_have_a_module_of_their_own() -> None:
    files = render(product(probes=PROBES), ROOT).files
    modules = yaml.safe_load(files["blackbox/blackbox.yaml"])["modules"]
    assert set(modules) == {"page", "page-shut", "page-api"}
    assert modules["page-shut"]["http"]["basic_auth"] == PASSWORD
    assert modules["page-api"]["http"]["authorization"]["credentials_file"] == "/run/secrets/token"
    assert not modules["page-api"]["http"]["follow_redirects"]


def test_the_tools_take_credentials_by_file(tmp_path: Path) -> None:
    write(render(product(app=APP, probes=PROBES), ROOT).files, tmp_path)
    run(binary("promtool"), "check", "config", "--syntax-only", tmp_path / "prometheus" / "prometheus.yaml")
    run(binary("blackbox_exporter"), "--config.check", f"--config.file={tmp_path / 'blackbox' / 'blackbox.yaml'}")


def test_a_request_has_one_way_to_say_who_asks(tmp_path: Path) -> None:
    target = "{url: 'http://a:1', basic: {username: a, password_file: /p}, bearer: {token_file: /t}}"
    said = refusal(f"app:\n  metrics:\n    - {target}\n", tmp_path)
    assert "expected `basic` or `bearer`, not both, because a request takes one; leave one out" in said


# -- links --

LINKS = {name: f"https://{name}.example" for name in ("vigie", "prometheus", "alertmanager", "dashboards")}
SLACK = {"slack": {"webhook_url_file": "/run/secrets/slack"}, "deadmansswitch": "https://beats.example"}
HERE = {
    "pagerduty": {"routing_key_file": "/run/key", "url": "http://127.0.0.1:8025/pagerduty"},
    "email": {"smarthost": "localhost:25", "sender": "a@b.example", "to": ["c@d.example"]},
}
DEAD = "links: messages would lead people to this machine ("


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"environment": "production", "channels": SLACK}, "vigie prometheus alertmanager dashboards"),
        ({"environment": "production", "channels": SLACK, "links": LINKS | {"vigie": "http://[::1]:9847"}}, "vigie"),
        ({"environment": "production", "channels": SLACK, "links": LINKS | {"vigie": "http://0.0.0.0:1"}}, "vigie"),
        ({"environment": "production", "channels": SLACK, "links": LINKS}, ""),
        ({"environment": "production", "channels": HERE}, ""),
        ({"environment": "production", "channels": {}}, ""),
        ({"environment": "development", "channels": SLACK}, ""),
    ],
)
def test_links_that_nobody_else_can_follow_are_told(changes: dict[str, Any], keys: str) -> None:
    found = [each for each in render(product(sources={}, **changes), ROOT).warnings if each.startswith("links")]
    named = ", ".join(f"`links.{key}`" for key in keys.split())
    assert [each.removeprefix(DEAD).partition(")")[0] for each in found] == ([named] if keys else [])
