"""Every setting of every model, given every wrong kind of value: a plain sentence at its line, and nothing repeated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from vigie.config.load import load
from vigie.config.model import Product
from vigie.core.settings import parts_of
from vigie.core.source import SourceConfig
from vigie.errors import UserError
from vigie.sources import SOURCES
from vigie.web.config_file import WebConfig, load_web_config

CANARY = "zq7canary"
_INSIDE = "inside"
"""A key of a dict whose keys are names."""
_WRONG: Mapping[str, Any] = {
    "text": CANARY,
    "number": 4711_4711,
    "negative": -4711_4711,
    "fraction": 4711.4711,
    "yes": True,
    "list": [CANARY, [CANARY]],
    "section": {CANARY: CANARY},
    "twice": [CANARY, CANARY],
    "long": CANARY * 200,
    "line break": f"{CANARY}\n",
    "blank": f" {CANARY} ",
    "not ASCII": f"{CANARY}é\u200b",
    "empty": "",
    "URL": f"http://user:{CANARY}@h:99999/?token={CANARY}#{CANARY}@",
    "torn": f"redis://u:{CANARY}/{CANARY}@h",
    "duration": "4711471h",
    "regular expression": f"({CANARY}",
}
_NO_WORDS = re.compile(
    r"\b(tuple|dict|str|instance|NoneType|int|float|bool|pydantic|validat\w+|regex|pattern|Traceback|input should)\b"
    r"|\^\w|\\S|\[\^"
)
"""What a person who writes a file should not have to know."""
_PLACE = re.compile(r".*\.ya?ml:\d+: ")

Path_ = tuple[str, ...]


def _settings(kind: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Where each setting is below a kind of value; `0` stands for an item of a list."""
    for part in parts_of(kind):
        if isinstance(part, type) and issubclass(part, BaseModel) and part is not SourceConfig:
            for name, field in part.model_fields.items():
                here = (*at, field.alias or name)
                yield here
                yield from _settings(field.annotation, here)
        elif get_origin(part) is tuple:
            yield from _settings(get_args(part)[0], (*at, "0"))
        elif get_origin(part) is dict:
            yield (*at, _INSIDE)
            yield from _settings(get_args(part)[1], (*at, _INSIDE))


def _tree(at: Path_, value: Any) -> Any:
    for part in reversed(at):
        value = [value] if part == "0" else {part: value}
    return value


OF_SOURCES = [("sources", name, *at) for name in SOURCES for at in _settings(SOURCES[name].config_type)]
PRODUCT = [*_settings(Product), *OF_SOURCES]


def _refusals(path: Path, tree: Any, **environment: str) -> list[str]:
    path.write_text(json.dumps(tree))  # which is YAML too
    try:
        load(path, environment)
    except UserError as refused:
        return str(refused).split("\n")
    return []


def _is_plain(lines: list[str]) -> None:
    for line in lines:
        said = _PLACE.sub("", line)
        assert _PLACE.match(line), line
        assert not _NO_WORDS.search(said.replace("a regular expression such as ^API", "")), line
        assert len(line) < 700, line


@pytest.mark.parametrize("at", PRODUCT, ids=".".join)
def test_a_wrong_value_is_refused_in_plain_words_and_a_variable_is_never_repeated(at: Path_, tmp_path: Path) -> None:
    path = tmp_path / "vigie.yaml"
    for value in _WRONG.values():
        _is_plain(_refusals(path, {"product": "shop", **_tree(at, value)}))
        if isinstance(value, str | int | float):
            text = str(value)
            lines = _refusals(path, {"product": "shop", **_tree(at, "${CANARY}")}, CANARY=text)
            _is_plain(lines)
            assert CANARY not in "".join(lines)
            assert "4711" not in "".join(lines)


@pytest.mark.parametrize("at", list(_settings(WebConfig)), ids=".".join)
def test_a_wrong_value_of_the_web_configuration_is_refused_in_plain_words(at: Path_, tmp_path: Path) -> None:
    path = tmp_path / "web.yml"
    for value in _WRONG.values():
        path.write_text(json.dumps(_tree(at, value)))
        try:
            load_web_config(path)
        except UserError as refused:
            _is_plain(str(refused).split("\n"))


def test_every_source_is_walked() -> None:
    assert {at[1] for at in OF_SOURCES} == set(SOURCES)
    assert ("channels", "escalation", "0", "pagerduty", "routing_key_file") in PRODUCT
    assert ("thresholds", _INSIDE, "for") in PRODUCT
