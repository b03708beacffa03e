"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

from tests.vendors.matrix import matrix, pytest_terminal_summary

__all__ = ["matrix", "pytest_terminal_summary"]

settings.register_profile("shared", deadline=None)  # a busy machine is slow, which says nothing about the code
settings.load_profile("shared")
