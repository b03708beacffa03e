"""What a validation error of pydantic means, in the words of people who write a file."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from vigie.config.reader import Key
from vigie.core.settings import WrongValueError, parts_of

_QUOTES = " (put it in quotes if it looks like a number, or like yes or no)"
_EXPECTED: Mapping[str, str] = {
    "string_type": f"expected text{_QUOTES}",
    "string_unicode": "expected text whose characters all exist",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a whole number that is smaller",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a number that is not infinite",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "tuple_type": "expected a list, such as [one, other]",
    "list_type": "expected a list, such as [one, other]",
    "dict_type": "expected keys and values",
    "path_type": "expected the path of a file, such as /run/secrets/name",
    "byte_size": "expected a size such as 512MiB or 2GB",
    "byte_size_unit": "expected a size such as 512MiB or 2GB",
    "literal_error": "expected one of {expected}",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
    "string_too_short": "expected at least {min_length} characters",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected at least {min_length} items in the list",
    "too_long": "expected at most {max_length} items in the list",
}
"""By pydantic's type of error; the values in braces come from the model, never from the file."""
_OTHER = "expected another kind of value"
_SECTION = ("model_type", "model_attributes_type")
_LONG_WORD = 16
"""Letters and digits in one word that may be a key, from which on it is not repeated."""
_WORD = re.compile(r"[A-Za-z0-9+/_=-]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One thing that is wrong.

    Attributes:
        key: Where, below the validated value.
        sentence: What is wanted; what is there is added by whoever knows the file.
        secret: Whether what is there must not be shown.
        missing: Whether the key is not there.
        unknown_among: The keys that are known, where this one is not.
    """

    key: Key
    sentence: str = ""
    secret: bool = False
    missing: bool = False
    unknown_among: tuple[str, ...] | None = None


def refusal(model: type[BaseModel], problem: ErrorDetails) -> Refusal:
    """Put one error of pydantic's into words."""
    key, kinds, of_key = _walk(model, problem["loc"])
    context: Mapping[str, Any] = problem.get("ctx", {})
    match problem["type"]:
        case "extra_forbidden":
            parents = _walk(model, problem["loc"][:-1])[1]
            return Refusal(problem["loc"], unknown_among=_renamed(parents, problem["loc"][-1]) or known_keys(parents))
        case "missing":
            return Refusal(key, _about(model, key), missing=True)
        case "value_error":
            fault = context["error"]
            deeper = fault.at if isinstance(fault, WrongValueError) else ()
            return Refusal((*key, *deeper), str(fault), secret=_is_hidden(kinds))
        case kind if kind in _SECTION:
            words = ", ".join(known_keys(kinds)[:3])
            return Refusal(key, f"expected keys and values, such as {words}")
        case kind:
            sentence = _EXPECTED.get(kind, _OTHER).format_map({name: _plain(value) for name, value in context.items()})
            return Refusal(key, f"{'its key: ' if of_key else ''}{sentence}", secret=_is_hidden(kinds))


def known_keys(kinds: Iterable[Any]) -> tuple[str, ...]:
    """The keys that a section of these kinds may have, as people write them."""
    models = [kind for kind in kinds if _is_model(kind)]
    return tuple(dict.fromkeys(field.alias or name for model in models for name, field in model.model_fields.items()))


def _renamed(kinds: Iterable[Any], key: str | int) -> tuple[str, ...]:
    """How people write a field that they called by its name in the code."""
    fields = [kind.model_fields.get(key) for kind in kinds if _is_model(kind)]
    return tuple(field.alias for field in fields if field and field.alias)


def _is_hidden(kinds: Iterable[Any]) -> bool:
    """Whether a secret belongs here, or the name of a file, in whose place people put the secret that it holds."""
    return not {SecretStr, Path}.isdisjoint(kinds)


def looks_secret(text: str) -> bool:
    """Whether a text that somebody wrote where something else belongs may be a key, or hold a password."""
    words = _WORD.findall(text)
    return "://" in text or ("@" in text and ":" in text) or any(_is_random(word) for word in words)


def _is_random(word: str) -> bool:
    return len(word) >= _LONG_WORD and any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def _walk(model: type[BaseModel], location: Key) -> tuple[Key, tuple[Any, ...], bool]:
    """
    Follow an error's location through the annotations.

    Returns:
        The location as a key of the file, without the marks that pydantic puts in for kinds of values; the kinds of
        values that may stand there; and whether the error is about a key of a dict.
    """
    key: list[str | int] = []
    kinds: tuple[Any, ...] = (model,)
    of_key = False
    for part in location:
        inner = _below(kinds, part)
        of_key = part == "[key]"
        if inner is None:
            continue
        key.append(part)
        kinds = inner
    return tuple(key), kinds, of_key


def _below(kinds: tuple[Any, ...], part: str | int) -> tuple[Any, ...] | None:
    """Kinds of values that may stand under `part`; None where nothing does, so that it is no part of a key."""
    for kind in kinds:
        arguments = typing.get_args(kind)
        if _is_model(kind) and isinstance(part, str):
            found = field_of(kind, part)
            if found is not None:
                return tuple(parts_of(found.annotation))
        elif typing.get_origin(kind) is dict and isinstance(part, str):
            return tuple(parts_of(arguments[1]))
        elif typing.get_origin(kind) in (tuple, list) and isinstance(part, int):
            return tuple(parts_of(arguments[0]))
    return None


def field_of(model: type[BaseModel], key: str) -> FieldInfo | None:
    """The field that people write as `key`."""
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _about(model: type[BaseModel], key: Key) -> str:
    """What a key that is missing means."""
    parents = _walk(model, key[:-1])[1]
    fields = [found for kind in parents if _is_model(kind) and (found := field_of(kind, str(key[-1])))]
    words = " ".join((fields[0].description or "").split()) if fields else ""
    if not words:
        return ""
    first = words[0] if words[1:2].isupper() else words[0].lower()
    return f" ({first}{words[1:].rstrip('.')})"


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).replace("'", "")
