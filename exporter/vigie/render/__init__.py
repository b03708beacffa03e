"""From `vigie.yaml` to configuration files: evaluated (`mixin`), and kept in a folder (`folder`)."""

from vigie.render.folder import drift, write
from vigie.render.mixin import Rendering, render

__all__ = ["Rendering", "drift", "render", "write"]
