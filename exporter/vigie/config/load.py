"""Read `vigie.yaml`: parse, expand, check, and say of every source whether it is on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from vigie.config.document import Document, Key, dotted, nearest, read, validate
from vigie.config.dotenv import EnvFile, beside
from vigie.config.expand import expand_tree, referenced
from vigie.config.model import Product
from vigie.core.source import SourceConfig
from vigie.errors import ConfigError
from vigie.sources import SOURCES


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
    missing: dict[Key, str] = {}
    env_file = None
    if environment is None:
        environment, env_file = beside(path, referenced(document.data), os.environ)
    data = expand_tree(document.data, environment, missing)
    off = _off(data, missing)
    _refuse(document, missing, off)
    sources = _sources(document, data, off)
    product = validate(document, Product, {**data, "sources": sources})
    return Configuration(document, product, off, frozenset(_secrets(sources.values())), env_file)


def _off(data: dict[str, Any], missing: Mapping[Key, str]) -> dict[str, str]:
    sources = data.get("sources")
    named = sources if isinstance(sources, dict) else {}
    off = {name: "enabled: false" for name, settings in named.items() if _disabled(settings)}
    off.update({str(key[1]): why for key, why in missing.items() if key[:1] == ("sources",) and len(key) > 1})
    return off


def _disabled(settings: object) -> bool:
    return isinstance(settings, dict) and settings.get("enabled") is False


def _refuse(document: Document, missing: Mapping[Key, str], off: Mapping[str, str]) -> None:
    lines = [
        f"{document.place(key)}: {dotted(key)}: {why}; set it, or write a default as ${{NAME:-default}}"
        for key, why in missing.items()
        if not (key[:1] == ("sources",) and key[1] in off)
    ]
    if lines:
        raise ConfigError("\n".join(lines))


def _sources(document: Document, data: dict[str, Any], off: Mapping[str, str]) -> dict[str, SourceConfig]:
    """Check each source by its own model; those that are off are only checked for their name."""
    named = data.get("sources") or {}
    if not isinstance(named, dict):
        raise ConfigError(f"{document.place(('sources',))}: sources: expected a key for each source, such as `redis:`")
    sources: dict[str, SourceConfig] = {}
    for name, settings in named.items():
        key = ("sources", name)
        if name not in SOURCES:
            raise ConfigError(f"{document.place(key)}: unknown source {name!r}; {nearest(name, SOURCES)}")
        if name not in off:
            sources[name] = validate(document, SOURCES[name].config_type, settings or {}, at=key)
    return sources


def _secrets(settings: Iterable[BaseModel]) -> Iterable[str]:
    for model in settings:
        for value in dict(model).values():
            if isinstance(value, SecretStr):
                yield from _parts(value.get_secret_value())
            elif isinstance(value, BaseModel):
                yield from _secrets([value])


def _parts(secret: str) -> Iterable[str]:
    """The secret, and where it is a URL its password too: libraries repeat that part alone."""
    yield secret
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield from {password, unquote(password)}
