"""Dashboards as tests read them: panels, their queries, and queries that a parser of PromQL takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vigie.render import Rendering

Panel = dict[str, Any]
RATE_INTERVAL = "4242s"
"""Stands for `$__rate_interval`, which only Grafana knows."""
_VARIABLES = {"$__rate_interval": RATE_INTERVAL, "$__range": "1h"}


@dataclass(frozen=True, slots=True)
class Query:
    """A query with where it stands, such as `api/Routes`."""

    place: str
    text: str


def dashboards(rendering: Rendering) -> dict[str, dict[str, Any]]:
    """Every dashboard by its name."""
    return {
        path.removeprefix("dashboards/").removesuffix(".json"): json.loads(text)
        for path, text in rendering.files.items()
        if path.startswith("dashboards/")
    }


def panels(rendering: Rendering) -> list[tuple[str, Panel]]:
    """Every panel that shows something, with where it stands."""
    return [
        (f"{name}/{panel['title']}", panel)
        for name, board in dashboards(rendering).items()
        for panel in board["panels"]
        if panel["type"] != "row"
    ]


def queries(rendering: Rendering, product: str) -> Iterator[Query]:
    """Every query of a panel or an annotation."""
    for place, panel in panels(rendering):
        for target in panel["targets"]:
            yield Query(place, written_out(target["expr"], product))
    for name, board in dashboards(rendering).items():
        for annotation in board["annotations"]["list"]:
            yield Query(f"{name}/{annotation['name']}", written_out(annotation["target"]["expr"], product))


def written_out(expression: str, product: str) -> str:
    """A query of a panel without Grafana's variables."""
    for variable, value in {"$product": product, **_VARIABLES}.items():
        expression = expression.replace(variable, value)
    return expression
