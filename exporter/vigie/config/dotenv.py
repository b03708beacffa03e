"""
The `.env` beside `vigie.yaml`, for whoever starts `vigie` by hand: Docker Compose passes on the same file by itself.

Only the variables that `vigie.yaml` names are taken from it, and what the environment sets wins. Where Compose and
python-dotenv read a value differently, which is where it holds a dollar sign, it is refused rather than misread.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

from vigie.errors import ConfigError

NAME: Final = ".env"
_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")
_IS_LITERAL: Final = re.compile(r"[^=]*=\s*'")
"""A value in single quotes, which stands for itself."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """
    A `.env` that was found.

    Attributes:
        path: Where it is.
        problem: Why it was left out, such as "Permission denied"; None when it was read.
    """

    path: Path
    problem: str | None = None


def beside(
    config: Path, wanted: Iterable[str], environment: Mapping[str, str]
) -> tuple[Mapping[str, str], EnvFile | None]:
    """
    The environment, and below it what the `.env` in the folder of `config` says of the variables `wanted`.

    A file that this user may not read is left out: a service gets its variables from whoever starts it.

    Raises:
        ConfigError: A line cannot be understood; it is named by file and line, and nothing of it is repeated.
    """
    path = config.parent / NAME
    try:
        if not path.is_file():
            return environment, None
        text = path.read_text(encoding="utf-8-sig")
    except PermissionError as problem:
        return environment, EnvFile(path, problem.strerror)
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{path}: byte {problem.start} is not UTF-8; save the file as UTF-8") from None
    return {**_values(path, text, set(wanted), environment), **environment}, EnvFile(path)


def _values(path: Path, text: str, wanted: set[str], environment: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise ConfigError(f"{path}:{_line(binding)}: expected NAME=VALUE, such as VIGIE_PRODUCT=shop")
        if binding.key in wanted:
            values[binding.key] = _value(path, binding, {**environment, **values})
    return values


def _value(path: Path, binding: Binding, known: Mapping[str, str]) -> str:
    place = f"{path}:{_line(binding)}: {binding.key}"
    value = binding.value
    if value is None:
        raise ConfigError(f"{place} has no value; write {binding.key}=VALUE, or remove the line")
    if "$" not in value or _IS_LITERAL.match(binding.original.string):
        return value
    if "$" in _REFERENCE.sub("", value):
        raise ConfigError(f"{place}: Docker Compose would not read this dollar sign as it stands; put the value in '…'")
    return "".join(atom.resolve(known) for atom in parse_variables(value))


def _line(binding: Binding) -> int:
    """The line of the name; a binding begins with the empty lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
