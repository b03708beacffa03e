"""The one error of the native stack: a sentence for the person who typed the command."""

from __future__ import annotations


class NativeError(Exception):
    """Something that the user can put right: what, where, what to do."""
