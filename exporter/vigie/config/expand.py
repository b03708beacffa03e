"""`${NAME}`, `${NAME:-default}` and `${file:/path}` in the values of `vigie.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vigie.config.document import Key
from vigie.core.files import UnreadableError, read_small

LARGEST_SECRET = 64 * 1024
"""Bytes of the largest secret file."""
_MOST = 1024 * 1024
"""Characters that all references of a file may come to."""
_REFERENCE = re.compile(
    r"\$\$"
    r"|\$\{(?:file:(?P<file>[^{}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>(?:(?!\$\{)[^}])*))?)\}"
    r"|(?P<broken>\$\{)"
)


class Missing(Exception):  # noqa: N818 - it is caught by the loader and never reaches a user
    """A variable or a secret file that a value needs is not there; `str()` says which."""


class Malformed(ValueError):  # noqa: N818 - as above
    """A reference that is none, or that comes to too much; `str()` says what is wanted and repeats nothing."""


@dataclass(slots=True)
class Expansion:
    """
    Expands the values of one file.

    Attributes:
        environment: Values of the variables.
        missing: By key, the variable or file that is not there.
        malformed: By key, what is wrong with a reference.
        origins: By key, where its value comes from: `the value of ${DATABASE_URL}`.
    """

    environment: Mapping[str, str]
    missing: dict[Key, str] = field(default_factory=dict)
    malformed: dict[Key, str] = field(default_factory=dict)
    origins: dict[Key, str] = field(default_factory=dict)
    _length: int = 0

    def tree(self, data: Any, key: Key = ()) -> Any:
        """Expand every string below `data`; what could not be is left as it was and noted."""
        if isinstance(data, dict):
            return {name: self.tree(value, (*key, name)) for name, value in data.items()}
        if isinstance(data, list):
            return [self.tree(value, (*key, index)) for index, value in enumerate(data)]
        return self._value(data, key) if isinstance(data, str) else data

    def text(self, text: str) -> str:
        """
        Replace every reference in `text`; `$$` stands for one dollar sign.

        An empty variable counts as unset, as in compose files that pass on what the host does not have.

        Raises:
            Missing: A variable without default is unset, or a file cannot be read.
            Malformed: A `${` begins no reference, or the values are too long together.
        """
        return _REFERENCE.sub(self._replacement, text)

    def _value(self, text: str, key: Key) -> str:
        origins = dict.fromkeys(filter(None, map(self._origin, _REFERENCE.finditer(text))))
        if origins:
            self.origins[key] = " and ".join(origins)
        try:
            return self.text(text)
        except Missing as problem:
            self.missing[key] = str(problem)
        except Malformed as problem:
            self.malformed[key] = str(problem)
        return text

    def _origin(self, match: re.Match[str]) -> str:
        if match["file"]:
            return f"the content of ${{file:{match['file']}}}"
        what = "value" if self.environment.get(match["name"] or "") else "default"
        return f"the {what} of ${{{match['name']}}}" if match["name"] else ""

    def _replacement(self, match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match["broken"]:
            raise Malformed(
                "a ${ begins no reference; write ${NAME}, ${NAME:-default} or ${file:/path}, and $${ for the signs"
            )
        value = _content(Path(match["file"])) if match["file"] else self.environment.get(match["name"])
        value = value or match["default"]
        if value is None:
            raise Missing(f"{match['name']} is not set")
        self._length += len(value)
        if self._length > _MOST:
            raise Malformed(f"the values of all references come to more than {_MOST // 1024} KiB")
        return value


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Expand one text; raises as `Expansion.text`."""
    return Expansion(environment).text(text)


def referenced(data: Any) -> set[str]:
    """Names of the variables that the strings below `data` refer to."""
    if isinstance(data, dict):
        return set().union(*map(referenced, data.values()))
    if isinstance(data, list):
        return set().union(*map(referenced, data))
    found = _REFERENCE.finditer(data) if isinstance(data, str) else ()
    return {match["name"] for match in found if match["name"]}


def _content(path: Path) -> str:
    try:
        content = read_small(path, LARGEST_SECRET).strip()
    except FileNotFoundError:
        raise Missing(f"{path} cannot be read: No such file or directory") from None
    except UnreadableError as problem:
        raise Missing(f"{path} {problem}") from None
    if not content:
        raise Missing(f"{path} is empty")
    return content
