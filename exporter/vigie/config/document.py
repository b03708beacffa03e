"""YAML files with their line numbers, and validation errors that point at them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vigie.errors import ConfigError, UserError

Key = tuple[str | int, ...]
"""Where a value stands: the keys and list indexes that lead to it."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Document:
    """
    A YAML file as plain values.

    Attributes:
        path: The file, for messages.
        data: Dicts, lists and scalars.
        lines: The line, counted from 1, on which each value's key (or list item) stands.
    """

    path: Path
    data: Any
    lines: Mapping[Key, int]

    def place(self, key: Key) -> str:
        """`file:line` of a key, or of its nearest parent that is in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return f"{self.path}:{self.lines.get(key, 1)}"

    def located(self, sentence: str) -> str:
        """The sentence, with `file:line` before it where it begins with a key of the file, as in `probes.url: …`."""
        key = tuple(sentence.partition(": ")[0].split("."))
        return f"{self.place(key)}: {sentence}" if key[:1] in self.lines else sentence


def read(path: Path, error: type[UserError] = ConfigError) -> Document:
    """
    Read a YAML mapping.

    Raises:
        UserError: Of the type `error`: the file cannot be read, is no YAML, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise error(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    except yaml.MarkedYAMLError as problem:
        raise error(f"{path}:{_line(problem)}: not valid YAML: {_sentence(problem)}") from None
    except yaml.YAMLError as problem:
        raise error(f"{path}: not valid YAML: {problem}") from None
    if not isinstance(root, yaml.MappingNode):
        raise error(
            f"{path}: expected keys and values (`product: …`), found {'nothing' if root is None else 'something else'}"
        )
    lines: dict[Key, int] = {(): 1}
    return Document(path, _plain(root, (), lines, path, error), lines)


def validate(
    document: Document, model: type[Model], data: Any, at: Key = (), error: type[UserError] = ConfigError
) -> Model:
    """
    Check `data`, which stands in `document` at the key `at`, against a model.

    Raises:
        UserError: Of the type `error`, with one line for each thing that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as problems:
        lines = [_explain(document, model, at, problem) for problem in problems.errors(include_url=False)]
        raise error("\n".join(lines)) from None


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint that names the known word most like `name`, or all of them when none is like it."""
    choices = sorted(known)
    match = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    return f"did you mean {match[0]!r}?" if match else f"known are: {', '.join(choices) or 'none'}"


def dotted(key: Key) -> str:
    """A key as people write it: `sources.postgres.dsn`, `probes[2].url`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _explain(document: Document, model: type[BaseModel], at: Key, problem: ErrorDetails) -> str:
    key = (*at, *problem["loc"])
    place, name = document.place(key), dotted(key)
    match problem["type"]:
        case "extra_forbidden":
            parent = _model_at(model, problem["loc"][:-1])
            return f"{place}: unknown key {name!r}; {nearest(str(key[-1]), parent.model_fields if parent else ())}"
        case "missing":
            return f"{place}: {name!r} is missing"
        case "value_error":
            return f"{place}: {name}: {problem['msg'].removeprefix('Value error, ')}"
        case _:
            return f"{place}: {name}: {problem['msg'][0].lower()}{problem['msg'][1:]}"


def _model_at(model: type[BaseModel] | None, location: Key) -> type[BaseModel] | None:
    """Follow `location` through nested models, lists and dicts of models."""
    for part in location:
        if model is None:
            return None
        field = model.model_fields.get(part) if isinstance(part, str) else None
        if field is not None:
            model = _model_in(field.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found), None)


def _plain(node: yaml.Node, key: Key, lines: dict[Key, int], path: Path, error: type[UserError]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, key, lines, path, error)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*key, index] = item.start_mark.line + 1
        return [_plain(item, (*key, index), lines, path, error) for index, item in enumerate(node.value)]
    try:
        return yaml.SafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as problem:
        raise error(f"{path}:{node.start_mark.line + 1}: {dotted(key)}: {problem}") from None


def _mapping(
    node: yaml.MappingNode, key: Key, lines: dict[Key, int], path: Path, error: type[UserError]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name_node, value_node in node.value:
        name, line = str(name_node.value), name_node.start_mark.line + 1
        here = (*key, name)
        if name in values:
            raise error(f"{path}:{line}: {dotted(here)!r} stands twice; it is already on line {lines[here]}")
        lines[here] = line
        values[name] = _plain(value_node, here, lines, path, error)
    return values


def _line(problem: yaml.MarkedYAMLError) -> int:
    mark = problem.problem_mark or problem.context_mark
    return mark.line + 1 if mark else 1


def _sentence(problem: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (problem.context, problem.problem) if part)
