"""Read `vigie.yaml`: parse, expand, check, and say of every source whether it is on."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from vigie.config.document import Document, Key, dotted, nearest, read, validate
from vigie.config.dotenv import EnvFile, beside
from vigie.config.expand import Expansion, referenced
from vigie.config.model import Product
from vigie.core.source import SourceConfig
from vigie.errors import ConfigError
from vigie.sources import SOURCES

_PASSWORD = re.compile(r"password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&]+))")
"""A password in a `key=value` DSN, or in the query of a URL."""
_FALSE = {"false", "no", "off", "0", "f", "n"}
"""Texts that mean false, where they come from a variable."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """
    A `vigie.yaml` that was read.

    Attributes:
        document: The file, as it is written.
        product: What it says; `product.sources` holds only the sources that are on.
        off: The sources that are named but not read, and why.
        secrets: Values that must never be shown.
        env_file: The `.env` that lies beside the file, if there is one.
    """

    document: Document
    product: Product
    off: Mapping[str, str]
    secrets: frozenset[str]
    env_file: EnvFile | None = None


def load(path: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """
    Read one product's file.

    A source whose variables or secret files are missing is off; anything else that is missing or wrong is an error.

    Args:
        path: The file.
        environment: The variables that it may name; unless given, those of the process and of the `.env` beside it.

    Raises:
        ConfigError: One line for each thing that is wrong: file, line, key, what was expected.
    """
    document = read(path)
    env_file = None
    if environment is None:
        environment, env_file = beside(path, referenced(document.data), os.environ)
    expansion = Expansion(environment)
    data = expansion.tree(document.data)
    document = replace(document, origins=expansion.origins)
    off = _off(data, expansion.missing)
    _refuse(document, expansion, off)
    sources = _sources(document, data, off)
    product = validate(document, Product, {**data, "sources": sources})
    return Configuration(document, product, off, frozenset(_secrets(sources)), env_file)


def _off(data: dict[str, Any], missing: Mapping[Key, str]) -> dict[str, str]:
    sources = data.get("sources")
    named = sources if isinstance(sources, dict) else {}
    off = {name: "enabled: false" for name, settings in named.items() if _disabled(settings)}
    off.update({str(key[1]): why for key, why in missing.items() if key[:1] == ("sources",) and len(key) > 1})
    return off


def _disabled(settings: object) -> bool:
    value = settings.get("enabled") if isinstance(settings, dict) else None
    return value is False or (isinstance(value, str) and value.lower() in _FALSE)


def _refuse(document: Document, expansion: Expansion, off: Mapping[str, str]) -> None:
    missing = {
        key: f"{why}; set it, or write a default as ${{NAME:-default}}"
        for key, why in expansion.missing.items()
        if not (key[:1] == ("sources",) and len(key) > 1 and key[1] in off)
    }
    faults = {**expansion.malformed, **missing}
    if faults:
        lines = [f"{document.place(key)}: {dotted(key)}: {why}" for key, why in faults.items()]
        raise ConfigError("\n".join(lines))


def _sources(document: Document, data: dict[str, Any], off: Mapping[str, str]) -> dict[str, SourceConfig]:
    """Check each source by its own model; those that are off are only checked for their name."""
    named = {} if data.get("sources") is None else data["sources"]
    if not isinstance(named, dict):
        found = document.found(("sources",))
        raise ConfigError(
            f"{document.place(('sources',))}: sources: expected a key for each source, such as `redis:`{found}"
        )
    sources: dict[str, SourceConfig] = {}
    for name, settings in named.items():
        key = ("sources", name)
        if name not in SOURCES:
            raise ConfigError(f"{document.place(key)}: unknown source {name!r}; {nearest(name, SOURCES)}")
        if name not in off:
            given = {} if settings is None else settings
            sources[name] = validate(document, SOURCES[name].config_type, given, at=key)
    return sources


def _secrets(value: object) -> Iterator[str]:
    """Every secret in settings, however deep."""
    if isinstance(value, SecretStr):
        yield from _parts(value.get_secret_value())
    elif isinstance(value, BaseModel):
        yield from _secrets(list(dict(value).values()))
    elif isinstance(value, Mapping):
        yield from _secrets(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item)


def _parts(secret: str) -> Iterator[str]:
    """The secret, and where it is an address (or several) its password too: libraries repeat that part alone."""
    yield secret
    for address in secret.split(";"):
        passwords = {match[1] or match[2] for match in _PASSWORD.finditer(address)}
        with contextlib.suppress(ValueError):
            passwords.add(urlsplit(address).password or "")
        yield from {*passwords, *map(unquote, passwords)} - {""}
