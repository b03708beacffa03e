"""One rendering of the mixin for all tests, written into a folder as `vigie render` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mixin.promtool import Rules
from vigie.config.model import Product
from vigie.render import Rendering, render, write
from vigie.sources import SOURCES

ROOT = Path(__file__).parents[2]
SHOP: dict[str, Any] = {
    "product": "shop",
    "environment": "staging",
    "timezone": "Europe/Paris",
    "sources": {name: {} for name in SOURCES},
    "app": {"metrics": "https://app.example:8443/internal/metrics", "memory_limit": "512MiB", "cpu_cores": 2},
    "probes": [
        {"name": "api", "url": "https://api.shop.example/health"},
        {"name": "login", "url": "https://shop.example/login", "interval": "5m"},
    ],
    "channels": {
        "pagerduty": {"routing_key_file": "/run/secrets/pagerduty"},
        "slack": {"webhook_url_file": "/run/secrets/slack"},
        "email": {"smarthost": "smtp.example:587", "sender": "vigie@shop.example", "to": ["team@shop.example"]},
        "sms": {"region": "eu-west-3", "to": ["+33612345678"]},
        "security": {
            "pagerduty": {"routing_key_file": "/run/secrets/pagerduty_security"},
            "slack": {"webhook_url_file": "/run/secrets/slack_security", "channel": "#security"},
        },
        "finance": {"email": ["finance@shop.example"]},
        "escalation": [
            {"name": "tech-lead", "after": "15m", "pagerduty": {"routing_key_file": "/run/secrets/pagerduty_lead"}},
            {"name": "cto", "after": "30m", "sms": ["+33698765432"]},
        ],
        "business_hours": {},
        "deadmansswitch": "https://beats.example/shop",
    },
    "kubernetes": {"namespace": "monitoring", "labels": {"release": "kube-prometheus-stack"}},
    "mimir": {},
    "stack": {
        "node": "node:9100",
        "supabase": {"host": "abcdefghijklmnopqrst.supabase.co", "password_file": "/run/secrets/supabase_key"},
    },
}
"""A product that uses everything."""


def product(**changes: Any) -> Product:
    """The product with some of its keys changed."""
    return Product.model_validate(SHOP | changes)


def read(text: str) -> Any:
    """YAML, by the parser that is ten times as fast."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def groups_of(rendering: Rendering) -> list[dict[str, Any]]:
    """The groups of all rules, as written: what is recorded first, then the alerts."""
    files = [rendering.files[f"prometheus/rules/{name}.yaml"] for name in ("signals", "alerts")]
    return [group for text in files for group in read(text)["groups"]]


def without_texts(groups: list[dict[str, Any]]) -> Rules:
    """The rules without their texts, which have tests of their own."""
    return Rules(
        [
            {**group, "rules": [{key: rule[key] for key in rule if key != "annotations"} for rule in group["rules"]]}
            for group in groups
        ]
    )


@pytest.fixture(scope="session")
def rendering() -> Rendering:
    return render(product(), ROOT)


@pytest.fixture(scope="session")
def rendered(rendering: Rendering, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the rendering."""
    folder = tmp_path_factory.mktemp("rendered")
    write(rendering.files, folder)
    return folder


@pytest.fixture(scope="session")
def groups(rendering: Rendering) -> list[dict[str, Any]]:
    return groups_of(rendering)


@pytest.fixture(scope="session")
def rules(groups: list[dict[str, Any]]) -> Rules:
    return without_texts(groups)
