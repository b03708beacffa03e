"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared", deadline=None)  # a busy machine is slow, which says nothing about the code
settings.load_profile("shared")
