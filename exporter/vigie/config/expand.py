"""`${NAME}`, `${NAME:-default}` and `${file:/path}` in the values of `vigie.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vigie.config.document import Key

_REFERENCE = re.compile(
    r"\$\$|\$\{(?:file:(?P<file>[^}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?)\}"
)


class Missing(Exception):  # noqa: N818 - it is caught by the loader and never reaches a user
    """A variable or a secret file that a value needs is not there; `str()` says which."""


def expand(text: str, environment: Mapping[str, str]) -> str:
    """
    Replace every reference in `text`; `$$` stands for one dollar sign.

    An empty variable counts as unset, as in compose files that pass on what the host does not have.

    Raises:
        Missing: A variable without default is unset, or a file cannot be read.
    """
    return _REFERENCE.sub(lambda match: _value(match, environment), text)


def expand_tree(data: Any, environment: Mapping[str, str], missing: dict[Key, str], key: Key = ()) -> Any:
    """Expand every string below `data`; what could not be is left as it was and noted in `missing` by its key."""
    if isinstance(data, dict):
        return {name: expand_tree(value, environment, missing, (*key, name)) for name, value in data.items()}
    if isinstance(data, list):
        return [expand_tree(value, environment, missing, (*key, index)) for index, value in enumerate(data)]
    if not isinstance(data, str):
        return data
    try:
        return expand(data, environment)
    except Missing as problem:
        missing[key] = str(problem)
        return data


def referenced(data: Any) -> set[str]:
    """Names of the variables that the strings below `data` refer to."""
    if isinstance(data, dict):
        return set().union(*map(referenced, data.values()))
    if isinstance(data, list):
        return set().union(*map(referenced, data))
    found = _REFERENCE.finditer(data) if isinstance(data, str) else ()
    return {match["name"] for match in found if match["name"]}


def _value(match: re.Match[str], environment: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    if match["file"]:
        return _content(Path(match["file"]))
    value = environment.get(match["name"]) or match["default"]
    if value is None:
        raise Missing(f"{match['name']} is not set")
    return value


def _content(path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise Missing(f"{path} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise Missing(f"{path} is not UTF-8 text") from None
    if not content:
        raise Missing(f"{path} is empty")
    return content
