"""The one error of `render`: a sentence for the person who typed the command."""

from __future__ import annotations


class SetupError(Exception):
    """Something that the user can put right: what, where, what to do."""
