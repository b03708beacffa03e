"""The one error of the story."""

from __future__ import annotations


class StoryError(Exception):
    """A promise that was not kept, or something that the story needs and does not have; one or a few lines."""
