"""YAML files with their line numbers, and validation errors that point at them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vigie.config import refusals
from vigie.config.reader import BadYamlError, Key, dotted, parse
from vigie.core.files import UnreadableError, read_small
from vigie.core.settings import FROM_FILE
from vigie.errors import ConfigError, UserError

__all__ = ["Document", "Key", "dotted", "nearest", "read", "validate"]

LARGEST = 256 * 1024
"""Bytes of the largest file; the example has 4,000."""
_LONGEST_SHOWN = 40
_PLAIN = (str, int, float, bool)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """
    A YAML file as plain values.

    Attributes:
        path: The file, for messages.
        data: Dicts, lists and scalars.
        lines: The line, counted from 1, on which each value's key (or list item) stands.
        written: Short scalars as they are written in the file.
        origins: Where values come from that are not in the file: `the value of ${NAME}`.
    """

    path: Path
    data: Any
    lines: Mapping[Key, int]
    written: Mapping[Key, str] = field(default_factory=dict)
    origins: Mapping[Key, str] = field(default_factory=dict)

    def place(self, key: Key) -> str:
        """`file:line` of a key, or of its nearest parent that is in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return f"{self.path}:{self.lines.get(key, 1)}"

    def located(self, sentence: str) -> str:
        """
        The sentence, with `file:line` before it where it begins with a key of the file, as in `probes.url: …`.

        One that says what was expected gets what is there instead.
        """
        name, _, said = sentence.partition(": ")
        key = tuple(name.split("."))
        if key[:1] not in self.lines:
            return sentence
        return f"{self.place(key)}: {sentence}{self.found(key) if said.startswith('expected ') else ''}"

    def found(self, key: Key, *, hidden: bool = False) -> str:
        """
        What is at a key, to be put after what was expected; of a value that came from elsewhere only from where.

        Args:
            key: Where.
            hidden: Whether nothing of what the file says there may be shown either.
        """
        if key in self.origins:
            return f", got {self.origins[key]}"
        if key not in self.lines or hidden:
            return ""
        value = self._value(key)
        if isinstance(value, _PLAIN):
            return self._scalar(key, value)
        return f", got {'nothing' if value is None else 'a list' if isinstance(value, list) else 'keys and values'}"

    def _scalar(self, key: Key, value: object) -> str:
        written = self.written.get(key, "")
        if len(written) > _LONGEST_SHOWN or not written.isprintable() or refusals.looks_secret(written):
            return ""
        return f", got {written!r}" if isinstance(value, str) else f", got {written}"

    def _value(self, key: Key) -> Any:
        value = self.data
        for part in key:
            value = value[part]
        return value


def read(path: Path, error: type[UserError] = ConfigError, example: str = "product: my-shop") -> Document:
    """
    Read a YAML mapping.

    Args:
        path: The file.
        error: What to raise.
        example: A line of such a file.

    Raises:
        UserError: Of the type `error`: the file cannot be read, is no YAML, or is no mapping.
    """
    try:
        tree = parse(read_small(path, LARGEST))
    except FileNotFoundError:
        raise error(f"{path}: cannot be read: No such file or directory") from None
    except UnreadableError as problem:
        raise error(f"{path}: {problem}") from None
    except BadYamlError as problem:
        raise error(f"{path}:{problem.line}: {problem}") from None
    if not isinstance(tree.data, dict):
        what = "is empty" if tree.data is None else "holds no keys and values"
        raise error(f"{path}:1: the file {what}; expected lines such as `{example}`")
    return Document(path, tree.data, tree.lines, tree.written)


def validate(
    document: Document, model: type[Model], data: Any, at: Key = (), error: type[UserError] = ConfigError
) -> Model:
    """
    Check `data`, which stands in `document` at the key `at`, against a model.

    Raises:
        UserError: Of the type `error`, with one line for each thing that is wrong.
    """
    try:
        return model.model_validate(data, context=FROM_FILE)
    except ValidationError as problems:
        found = problems.errors(include_url=False, include_input=False)
        lines = dict.fromkeys(_explain(document, refusals.refusal(model, problem), at) for problem in found)
        raise error("\n".join(lines)) from None


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint that names the known word most like `name`, or all of them when none is like it."""
    choices = sorted(known)
    match = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    return f"did you mean {match[0]!r}?" if match else f"known are: {', '.join(choices) or 'none'}"


def _explain(document: Document, refused: refusals.Refusal, at: Key) -> str:
    key = (*at, *refused.key)
    place, name = document.place(key), dotted(key)
    if refused.unknown_among is not None:
        return f"{place}: unknown key {name!r}; {nearest(str(key[-1]), refused.unknown_among)}"
    if refused.missing:
        return f"{place}: {name!r} is missing{refused.sentence}"
    got = document.found(key, hidden=refused.secret) if refused.sentence.startswith("expected ") else ""
    return f"{place}: {f'{name}: ' if name else ''}{refused.sentence}{got}"
