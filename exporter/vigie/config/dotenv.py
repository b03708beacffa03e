"""
The `.env` beside `vigie.yaml`, for whoever starts `vigie` or `scripts/up` by hand: Docker Compose passes on the same
file by itself.

Of it `vigie` takes only the variables that `vigie.yaml` names, and what the environment sets wins. Where Compose and
python-dotenv read a value differently, which is where it holds a dollar sign, it is refused rather than misread.
"""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

from vigie.core.files import ForbiddenError, UnreadableError, read_small
from vigie.errors import ConfigError

NAME: Final = ".env"
_LARGEST: Final = 256 * 2**10
"""Bytes of the largest file."""
_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")
_IS_LITERAL: Final = re.compile(r"[^=]*=\s*'")
"""A value in single quotes, which stands for itself."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """
    A `.env` that was found.

    Attributes:
        path: Where it is.
        problem: Why it was left out, such as "cannot be read: Permission denied"; None when it was read.
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
        text = _text(path)
    except ForbiddenError as problem:
        return environment, EnvFile(path, str(problem))
    if text is None:
        return environment, None
    return {**_values(path, text, environment, set(wanted)), **environment}, EnvFile(path)


def variables(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """
    Every variable that a `.env` sets; none where there is no such file.

    Raises:
        ConfigError: It cannot be read, or a line cannot be understood.
    """
    try:
        return _values(path, _text(path) or "", environment)
    except ForbiddenError as problem:
        raise ConfigError(f"{path}: {problem}") from None


def _text(path: Path) -> str | None:
    """
    The file's text; None where there is none, or the folder that Docker makes for a mount whose file is missing.

    Raises:
        ForbiddenError: This user may not read it.
        ConfigError: It cannot be read for another reason.
    """
    try:
        return None if path.is_dir() else read_small(path, _LARGEST).removeprefix("\ufeff")
    except FileNotFoundError:
        return None
    except PermissionError as problem:  # of a folder on the way to it
        raise ForbiddenError(f"cannot be read: {problem.strerror}") from None
    except ForbiddenError:
        raise
    except UnreadableError as problem:
        raise ConfigError(f"{path}: {problem}") from None


def _values(
    path: Path, text: str, environment: Mapping[str, str], wanted: Container[str] | None = None
) -> dict[str, str]:
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise ConfigError(f"{path}:{_line(binding)}: expected NAME=VALUE, such as VIGIE_PRODUCT=shop")
        if binding.key is not None and (wanted is None or binding.key in wanted):
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
