"""Answers that are almost right: the vendor's own, with other JSON in some places."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**18, max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "unknown", "2026-13-45", "0001-01-01T00:00:00+14:00", "https://u:p@h/x?y=z", "[::1"]),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def mutants(valid: Any) -> st.SearchStrategy[Any]:
    """Arbitrary JSON, and copies of `valid` in which one to three places hold arbitrary JSON."""
    changes = st.lists(st.tuples(st.sampled_from(list(_paths(valid))), JSON), min_size=1, max_size=3)
    return JSON | changes.map(lambda made: _changed(valid, made))


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _paths(value, (*path, key))


def _changed(valid: Any, changes: list[tuple[Path, Any]]) -> Any:
    whole = {"root": copy.deepcopy(valid)}
    for path, value in changes:
        place: Any = whole
        for key in ("root", *path[:-1]) if path else ():
            place = place[key] if _has(place, key) else None
        key = path[-1] if path else "root"
        if _has(place, key):
            place[key] = value
    return whole["root"]


def _has(place: Any, key: str | int) -> bool:
    if isinstance(place, dict):
        return key in place
    return isinstance(place, list) and isinstance(key, int) and key < len(place)
