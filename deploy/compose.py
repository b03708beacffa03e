"""`python3 -m deploy.compose SERVICE...`: write `.vigie/urls.json` for a stack in containers, and say where it is."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from deploy.console import complain, say_where
from deploy.ports import SHOWN, port


def main(services: list[str]) -> int:
    """Write the URLs of the services that run."""
    try:
        urls = {name: f"http://127.0.0.1:{port(name, os.environ)}" for name in SHOWN if name in services}
    except ValueError as error:
        complain(str(error))
        return 1
    folder = Path(".vigie")
    folder.mkdir(exist_ok=True)
    (folder / "urls.json").write_text(json.dumps(urls, indent=2) + "\n")
    say_where(urls)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
