"""The example `vigie.yaml` as the committed files and pages show it: with everything that there is."""

from __future__ import annotations

from pathlib import Path

from vigie.config.load import load
from vigie.config.model import Product
from vigie.render import Rendering, render

ROOT = Path(__file__).parent.parent


def product() -> Product:
    """What the example says; variables of the environment play no part."""
    return load(ROOT / "vigie.yaml", {}).product


def rendering() -> Rendering:
    """The example's rendering, for every source."""
    return render(product(), ROOT, sources=None)
