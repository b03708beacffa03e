"""Where things lie: the checkout, what it has unpacked, and the state of one running stack."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
TOOLS = ROOT / ".vigie" / "tools"
"""Programs that the checkout unpacked; every stack of this checkout shares them."""


def home() -> Path:
    """Folder of one stack's logs, data and pids: `.vigie`, or `$VIGIE_HOME`, so that stacks can run side by side."""
    return Path(os.environ.get("VIGIE_HOME") or ROOT / ".vigie").absolute()
