"""The rules of the product that uses everything."""

from __future__ import annotations

from tests.mixin.conftest import groups, rendering, rules

__all__ = ["groups", "rendering", "rules"]
