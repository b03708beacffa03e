"""From `vigie.yaml` to configuration files: evaluated (`mixin`), and kept in a folder (`folder`)."""

from vigie.render.folder import drift, write
from vigie.render.mixin import Rendering, render
from vigie.render.sources import kept, left_out

__all__ = ["Rendering", "drift", "kept", "left_out", "render", "write"]
