"""`python -m deploy.containers`: make the configuration of the other containers out of `./vigie.yaml`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.containers.errors import SetupError
from deploy.containers.reload import reload_running
from deploy.containers.render import Folders, render


def main() -> int:
    """Render, then reload what already runs; a fault that the user can mend is one sentence and exit status 1."""
    try:
        render(Folders(Path(), Path("/rendered"), Path("/secrets")), dict(os.environ))
        reload_running()
    except SetupError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
