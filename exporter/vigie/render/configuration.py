"""Render a `vigie.yaml` that was read, so that each message about it begins with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vigie.config.load import Configuration
from vigie.errors import RenderError
from vigie.render.mixin import Rendering, render
from vigie.render.sources import kept


def render_configuration(configuration: Configuration, mixin: Path | None) -> Rendering:
    """
    What the mixin in the folder `mixin`, or else in that of the product's file, makes of the product.

    Raises:
        RenderError: As `render`, with the line of the file before each sentence that is about a key of it.
    """
    document = configuration.document
    try:
        rendering = render(configuration.product, mixin or document.path.parent, kept(configuration))
    except RenderError as error:
        raise RenderError("\n".join(map(document.located, str(error).split("\n")))) from None
    return replace(rendering, warnings=tuple(map(document.located, rendering.warnings)))
