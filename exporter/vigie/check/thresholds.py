"""Try what `vigie.yaml` says about alerts, as `vigie render` will."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vigie.check.finding import Finding
from vigie.config.load import Configuration
from vigie.render.configuration import render_configuration

_NAME: Final = "thresholds"


def try_thresholds(configuration: Configuration, mixin: Path | None) -> Finding:
    """
    Render the alerts, and keep what `vigie render` would warn of.

    Args:
        configuration: What was read.
        mixin: Folder of the mixin, where it was named.

    Raises:
        RenderError: An alert is not known, or a threshold contradicts another.
    """
    folder = configuration.document.path.parent
    if mixin is None and not (folder / "mixin.libsonnet").is_file():
        why = f"not checked, because {folder.resolve()} holds no mixin.libsonnet; name Vigie's own folder with --mixin"
        return Finding("thresholds", _NAME, "off", (why,))
    warnings = render_configuration(configuration, mixin).warnings
    chosen = configuration.product.thresholds
    off = sorted(name for name, threshold in chosen.items() if not threshold.enabled)
    what = f"{len(chosen)} differ from the defaults" if len(chosen) != 1 else "one differs from the default"
    sentences = (
        f"{what}{', ' + ', '.join(off) + (' is' if len(off) == 1 else ' are') + ' switched off' if off else ''}"
        if chosen
        else "all as by default",
        *warnings,
    )
    return Finding("thresholds", _NAME, "warning" if warnings else "ok", sentences)
