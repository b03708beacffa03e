"""`vigie.yaml`: what is accepted, what is refused, and how the refusal reads."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.toy import ToyConfig, ToySource
from vigie.config.expand import Missing, expand
from vigie.config.load import Configuration, load
from vigie.core.source import parse_duration
from vigie.errors import ConfigError

GOOD = """\
product: acme
timezone: Europe/Paris
sources:
  toy:
    url: toy://user:${PASSWORD}@toys
    interval: 1m30s
probes:
  - {name: api, url: "https://acme.example/health"}
"""


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.config.load.SOURCES", {"toy": ToySource})


def _load(tmp_path: Path, text: str, **environment: str) -> Configuration:
    path = tmp_path / "vigie.yaml"
    path.write_text(text)
    return load(path, environment)


def _refusal(tmp_path: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text, **environment)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_a_source_gets_its_own_settings_with_units_and_variables(tmp_path: Path) -> None:
    configuration = _load(tmp_path, GOOD, PASSWORD="hunter2")
    toy = configuration.product.sources["toy"]
    assert isinstance(toy, ToyConfig)
    assert toy.interval == 90
    assert toy.staleness == 360
    assert toy.url.get_secret_value() == "toy://user:hunter2@toys"
    assert configuration.off == {}


def test_a_password_inside_a_url_is_known_as_a_secret_of_its_own(tmp_path: Path) -> None:
    configuration = _load(tmp_path, GOOD, PASSWORD="p%40ss")
    assert configuration.secrets == {"toy://user:p%40ss@toys", "p%40ss", "p@ss"}


@pytest.mark.parametrize("environment", [{}, {"PASSWORD": ""}])
def test_a_source_without_its_variable_is_off_and_says_why(tmp_path: Path, environment: dict[str, str]) -> None:
    configuration = _load(tmp_path, GOOD, **environment)
    assert configuration.off == {"toy": "PASSWORD is not set"}
    assert configuration.product.sources == {}


def test_a_source_can_be_switched_off(tmp_path: Path) -> None:
    configuration = _load(tmp_path, "product: acme\nsources:\n  toy: {enabled: false, url: '${NOPE}'}\n")
    assert list(configuration.off) == ["toy"]


def test_a_secret_file_is_read_and_a_missing_one_switches_the_source_off(tmp_path: Path) -> None:
    secret = tmp_path / "toy"
    text = f"product: acme\nsources:\n  toy: {{url: '${{file:{secret}}}'}}\n"
    assert "No such file or directory" in _load(tmp_path, text).off["toy"]
    secret.write_text("toy://t0psecret\n")
    assert _load(tmp_path, text).secrets == {"toy://t0psecret"}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("product: acme\nsources:\n  tyo: {}\n", "vigie.yaml:3: unknown source 'tyo'; did you mean 'toy'?"),
        (
            "product: acme\nsources:\n  toy:\n    rooms: 1\n    intervall: 5s\n",
            "vigie.yaml:5: unknown key 'sources.toy.intervall'; did you mean 'interval'?",
        ),
        (
            "product: acme\nlinks:\n  promethius: x\n",
            "vigie.yaml:3: unknown key 'links.promethius'; did you mean 'prometheus'?",
        ),
        (
            "product: acme\nchannels:\n  pagerduty:\n    routing_key_file: /k\n    key: abc\n",
            "vigie.yaml:5: unknown key 'channels.pagerduty.key'; known are: policy, routing_key_file, url",
        ),
        (
            "product: acme\nprobes:\n- name: api\n  url: ftp://x\n",
            "vigie.yaml:4: probes[0].url: expected a URL that begins with http:// or https://, such as https://example.com/health",
        ),
        (
            "product: acme\nsources:\n  toy:\n    interval: soon\n",
            "vigie.yaml:4: sources.toy.interval: expected a duration such as 15s, 5m or 1h30m, got 'soon'",
        ),
        (
            "product: acme\ntimezone: Paris\n",
            "vigie.yaml:2: timezone: expected the name of an IANA time zone, such as Europe/Paris or UTC, got 'Paris'",
        ),
        (
            "product: acme\ndomain: ${DOMAIN}\n",
            "vigie.yaml:2: domain: DOMAIN is not set; set it, or write a default as ${NAME:-default}",
        ),
        ("domain: x\n", "vigie.yaml:1: 'product' is missing (its short name: the `product` label of every series)"),
        ("product: a\nproduct: b\n", "vigie.yaml:2: 'product' is given twice, first on line 1; keep one"),
        (
            "product: [a\n",
            "vigie.yaml:2: not valid YAML: a list in brackets is not closed, or lacks a comma; write [a, b]",
        ),
        ("- a\n", "vigie.yaml:1: the file holds no keys and values; expected lines such as `product: my-shop`"),
        ("", "vigie.yaml:1: the file is empty; expected lines such as `product: my-shop`"),
        (
            "product: acme\nsources: 5\n",
            "vigie.yaml:2: sources: expected a key for each source, such as `redis:`, got 5",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_with_file_line_and_key(tmp_path: Path, text: str, refusal: str) -> None:
    assert _refusal(tmp_path, text) == refusal


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    refusal = _refusal(tmp_path, "product: acme\ntimezone: Paris\ndomian: x\n")
    assert [line.split(":")[1] for line in refusal.splitlines()] == ["2", "3"]


def test_a_wrong_value_of_a_secret_is_not_repeated(tmp_path: Path) -> None:
    refusal = _refusal(tmp_path, "product: acme\nsources:\n  toy:\n    url: [hunter2]\n")
    assert "hunter2" not in refusal


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nope\.yaml: cannot be read: No such file or directory"):
        load(tmp_path / "nope.yaml", {})


@pytest.mark.parametrize(
    ("text", "expanded"),
    [("${A}", "1"), ("x${A}y${A}", "x1y1"), ("${B:-two}", "two"), ("${B:-}", ""), ("$${A}", "${A}"), ("$A", "$A")],
)
def test_references_are_replaced_wherever_they_stand(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


@given(st.text())
def test_any_text_expands_or_says_what_is_missing(text: str) -> None:
    with contextlib.suppress(Missing):
        assert isinstance(expand(text, {}), str)


@pytest.mark.parametrize(
    ("text", "seconds"), [("15s", 15), ("1m30s", 90), ("1.5h", 5400), ("250ms", 0.25), ("1w", 604800)]
)
def test_durations_are_written_as_in_prometheus(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("value", ["", "15", "s", "1m 30s", "-5s", "1y", 15, None])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected a duration such as"):
        parse_duration(value)
