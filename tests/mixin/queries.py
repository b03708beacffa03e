"""Reading PromQL: which series a query selects, and by which labels it matches and groups them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import promql_parser

from vigie.core.families import Family
from vigie.core.status import SELF_FAMILIES
from vigie.sources import SOURCES

TARGET_LABELS = frozenset({"job", "instance", "product"})
"""What the generated scrape configuration puts on every series."""

THIRD_PARTY: dict[str, frozenset[str]] = {
    name: TARGET_LABELS | set(labels.split())
    for name, labels in {
        # Prometheus itself
        "up": "",
        "scrape_duration_seconds": "",
        "scrape_samples_scraped": "",
        "ALERTS": "alertname alertstate severity probe",
        "ALERTS_FOR_STATE": "alertname severity",
        # prometheus-fastapi-instrumentator 8.1
        "http_requests_total": "handler method status",
        "http_request_duration_highr_seconds_bucket": "le",
        # OpenTelemetry's semantic conventions for HTTP servers, 1.23 and later
        "http_server_request_duration_seconds_bucket": "http_request_method http_response_status_code http_route le",
        "http_server_request_duration_seconds_count": "http_request_method http_response_status_code http_route",
        "http_request_duration_seconds_count": "handler method",
        "http_request_duration_seconds_sum": "handler method",
        # the process collector of prometheus-client 0.26
        "process_cpu_seconds_total": "",
        "process_open_fds": "",
        "process_resident_memory_bytes": "",
        # blackbox_exporter 0.28, with the labels of our probe targets
        "probe_duration_seconds": "probe interval",
        "probe_http_duration_seconds": "probe interval phase",
        "probe_success": "probe interval",
        "probe_ssl_earliest_cert_expiry": "probe interval",
        # node_exporter 1.11, whose names Supabase's feed has too
        "node_cpu_seconds_total": "cpu mode",
        "node_filesystem_avail_bytes": "device fstype mountpoint",
        "node_filesystem_size_bytes": "device fstype mountpoint",
        "node_load5": "",
        "node_memory_MemAvailable_bytes": "",
        "node_memory_MemTotal_bytes": "",
    }.items()
}
"""Series that the rules read and Vigie does not export, with their labels."""


@dataclass(frozen=True, slots=True)
class Use:
    """One selector in a query: its metric, the labels that it matches, and those by which it is grouped around it."""

    metric: str
    matched: frozenset[str]
    grouped: frozenset[str]


def uses(query: str) -> list[Use]:
    """Every selector of a query."""
    return list(_uses(promql_parser.parse(query), frozenset()))


def emitted() -> dict[str, frozenset[str]]:
    """Every series that Vigie exports, with its labels."""
    families: list[Family] = [*SELF_FAMILIES]
    for source in SOURCES.values():
        families += [*source.families, *([source.up] if source.up else [])]
    plain = {family.name: TARGET_LABELS | set(family.labels) for family in families}
    return plain | {
        f"{family.name}{suffix}": plain[family.name] | ({"le"} if suffix == "_bucket" else set())
        for family in families
        if family.kind == "histogram"
        for suffix in ("_bucket", "_sum", "_count")
    }


@dataclass(frozen=True, slots=True)
class Call:
    """A function over a window of a series."""

    function: str
    metric: str
    window: timedelta


def calls(query: str) -> list[Call]:
    """Every function over a window in a query."""
    return list(_calls(promql_parser.parse(query)))


def _calls(node: Any) -> Iterator[Call]:
    if isinstance(node, promql_parser.Call):
        for argument in node.args:
            if isinstance(argument, promql_parser.MatrixSelector):
                yield Call(node.func.name, argument.vector_selector.name or "", argument.range)
    for inner in _inside(node):
        yield from _calls(inner)


def _inside(node: Any) -> list[Any]:
    """The expressions that an expression is made of."""
    if isinstance(node, promql_parser.BinaryExpr):
        return [node.lhs, node.rhs]
    if isinstance(node, promql_parser.Call):
        return list(node.args)
    nested = promql_parser.AggregateExpr, promql_parser.ParenExpr, promql_parser.UnaryExpr, promql_parser.SubqueryExpr
    return [node.expr] if isinstance(node, nested) else []


def _uses(node: Any, grouped: frozenset[str]) -> Iterator[Use]:
    if isinstance(node, promql_parser.VectorSelector):
        yield Use(node.name or "", frozenset(matcher.name for matcher in node.matchers.matchers), grouped)
    elif isinstance(node, promql_parser.MatrixSelector):
        yield from _uses(node.vector_selector, grouped)
    elif isinstance(node, promql_parser.AggregateExpr):
        yield from _uses(node.expr, grouped | set(node.modifier.labels if node.modifier else ()))
    elif isinstance(node, promql_parser.Call):
        made = {node.args[1].val} if node.func.name == "label_replace" else set()
        for argument in node.args:
            yield from _uses(argument, grouped - made)
    elif isinstance(node, promql_parser.BinaryExpr):
        yield from _uses(node.lhs, grouped)
        yield from _uses(node.rhs, grouped)
    elif isinstance(node, (promql_parser.ParenExpr, promql_parser.UnaryExpr, promql_parser.SubqueryExpr)):
        yield from _uses(node.expr, grouped)
