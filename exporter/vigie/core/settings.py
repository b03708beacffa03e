"""What all settings have in common: unknown keys, invisible characters and impossible lengths of time are refused."""

from __future__ import annotations

import re
import types
import typing
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Annotated, Any, TypeVar, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator, model_validator

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d|w)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_LONGEST = 64
"""Characters of the longest text that may be a duration."""
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, halves of characters, and ends of lines and paragraphs."""
_WIDTHLESS = {"\u200b", "\ufeff"}
_NAMES = {"\n": "a line break", "\r": "a carriage return", "\t": "a tab", "\0": "a NUL byte"}

Item = TypeVar("Item")

FROM_FILE = {"from_file": True}
"""Context of a validation whose values come from a file, where a length of time always has a unit."""


class WrongValueError(ValueError):
    """
    What a validator refuses, where the fault lies deeper than the value that was validated.

    Args:
        sentence: What is wanted, without the values, which may hold secrets.
        at: Keys and indexes that lead from the validated value to the faulty one.
    """

    def __init__(self, sentence: str, *at: str | int) -> None:
        super().__init__(sentence)
        self.at = at


class AnyText:
    """Marks a text that may hold line breaks and control characters."""


def parse_duration(value: object) -> float:
    """
    Turn `90s`, `1m30s` or `1.5h` into seconds, as Prometheus writes durations.

    Raises:
        ValueError: The value is not such a duration; the message says what one looks like.
    """
    text = value if isinstance(value, str) and len(value) <= _LONGEST else ""
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        raise ValueError("expected a duration such as 15s, 5m or 1h30m")
    return sum(float(part["number"]) * _SECONDS[part["unit"]] for part in parts)


@dataclass(frozen=True, slots=True)
class Lasting:
    """
    Reads a length of time and keeps it within bounds; code may give any number of seconds, as a float.

    Attributes:
        least: Shortest, as it is written in a file.
        most: Longest.
        whole: Whether it is in whole seconds, because Prometheus' configuration is written in them.
    """

    least: str
    most: str
    whole: bool = False

    def __call__(self, value: object, info: ValidationInfo) -> float:
        """Give the seconds of what a file or code says."""
        if isinstance(value, float) and not (info.context or {}).get("from_file"):
            return value
        seconds = parse_duration(value)
        if not parse_duration(self.least) <= seconds <= parse_duration(self.most):
            raise ValueError(f"expected a duration from {self.least} to {self.most}")
        if self.whole and seconds % 1:
            raise ValueError("expected whole seconds, such as 15s or 1m30s")
        return seconds


def between(least: str, most: str, *, whole: bool = False) -> BeforeValidator:
    """What `Annotated` takes for a length of time from `least` to `most`, such as from 1m to 1d."""
    return BeforeValidator(Lasting(least, most, whole))


Duration = Annotated[float, between("0s", "366d")]
"""A length of time in seconds, written `15s`, `5m`, `1h30m` in the file."""
WholeSeconds = Annotated[float, between("0s", "366d", whole=True)]
"""A length of time that Prometheus' or Alertmanager's configuration repeats."""
Interval = Annotated[float, between("1s", "1d")]
"""Time between two readings of a system."""
Timeout = Annotated[float, between("100ms", "10m")]
"""How long to wait for an answer."""


class Settings(BaseModel):
    """
    Base of every part of `vigie.yaml`: unknown keys are refused, nothing changes after loading.

    A section without content is as if it were not there. Texts are one line without invisible characters, and no list
    names the same thing twice.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty_sections(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or not cls._may_be_empty(key)}

    @classmethod
    def _may_be_empty(cls, key: str) -> bool:
        field = cls.model_fields.get(key)
        return field is not None and not field.is_required() and any(map(_is_section, parts_of(field.annotation)))

    @field_validator("*", mode="before")
    @classmethod
    def _is_clean(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[info.field_name or ""]
        kinds = set(parts_of(field.annotation))
        if isinstance(value, bool) and kinds & {int, float} and bool not in kinds and False not in kinds:
            raise ValueError("expected a number")
        if not _may_hold_lines(field.annotation, field.metadata):
            for key, text in _texts(value):
                refuse_invisible(text, *key)
        if isinstance(value, list):
            _refuse_repetition(value)
        return value


def refuse_invisible(text: str, *at: str | int) -> None:
    """
    Refuse a text with a character that nobody can see.

    Raises:
        WrongValueError: Names the character, and nothing else of the text.
    """
    for character in text:
        if unicodedata.category(character) in _INVISIBLE or character in _WIDTHLESS:
            name = _NAMES.get(character, f"the invisible character U+{ord(character):04X}")
            raise WrongValueError(f"holds {name}; write it on one line, without invisible characters", *at)


def distinct(items: tuple[Item, ...], attribute: str, sentence: str) -> tuple[Item, ...]:
    """
    Give back the items, of which no two have the same value of `attribute`.

    Raises:
        WrongValueError: With the sentence, at the second of two.
    """
    seen = set()
    for index, item in enumerate(items):
        value = getattr(item, attribute)
        if value in seen:
            raise WrongValueError(sentence, index, attribute)
        seen.add(value)
    return items


def ascending(items: tuple[Item, ...], attribute: str, sentence: str) -> tuple[Item, ...]:
    """
    Give back the items, each of which has a greater value of `attribute` than the one before.

    Raises:
        WrongValueError: With the sentence, at the first that has not.
    """
    for index, (earlier, later) in enumerate(pairwise(items), start=1):
        if getattr(later, attribute) <= getattr(earlier, attribute):
            raise WrongValueError(sentence, index, attribute)
    return items


def parts_of(annotation: Any) -> Iterator[Any]:
    """The kinds of values that an annotation allows, without None: `dict[str, int] | None` gives `dict[str, int]`."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        yield from parts_of(typing.get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from parts_of(part)
    elif origin is typing.Literal:
        yield from typing.get_args(annotation)
    elif annotation is not types.NoneType:
        yield annotation


def _may_hold_lines(annotation: Any, metadata: Iterable[Any]) -> bool:
    """Whether `AnyText` marks the field, or one of the kinds of values that it may have."""
    inner = (getattr(part, "__metadata__", ()) for part in (annotation, *typing.get_args(annotation)))
    return any(isinstance(mark, AnyText) for mark in chain(metadata, *inner))


def _is_section(kind: Any) -> bool:
    return typing.get_origin(kind) in (dict, tuple) or (isinstance(kind, type) and issubclass(kind, BaseModel))


def _texts(value: Any) -> Iterator[tuple[tuple[int, ...], str]]:
    """The text, or the texts of a list, which has no settings of its own."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value) if isinstance(item, str))


def _refuse_repetition(items: list[Any]) -> None:
    seen: dict[Any, int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, str | int | float):
            continue
        if item in seen:
            raise WrongValueError(f"is the same as item {seen[item] + 1} of the list; keep one", index)
        seen[item] = index
