"""The programs that the tests run for real; a missing one is an error that says what to do, never a skip."""

from __future__ import annotations

from deploy.native.tools import binary

__all__ = ["binary"]
