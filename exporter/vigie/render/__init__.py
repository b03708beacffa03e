"""From `vigie.yaml` to configuration files: evaluated (`mixin`), kept in a folder (`folder`), compared (`diff`)."""

from vigie.render.diff import show
from vigie.render.folder import Difference, drift, write
from vigie.render.mixin import Rendering, render

__all__ = ["Difference", "Rendering", "drift", "render", "show", "write"]
