"""Write the rendering of the example `vigie.yaml` into the `out` folders, for those who take files and run nothing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from scripts.example import ROOT, rendering

FOLDERS = {
    "prometheus/rules": "alert-rules/out",
    "alertmanager": "alertmanager/out",
    "alertmanager/templates": "alertmanager/out/templates",
    "dashboards": "dashboards/out",
}
"""Folder of a rendering to the folder of the repository that holds it; the others are of use to nobody else."""


def outputs() -> dict[Path, str]:
    """Every generated file: its path and text."""
    return {
        ROOT / FOLDERS[str(path.parent)] / path.name: text
        for path, text in ((PurePosixPath(path), text) for path, text in rendering().files.items())
        if str(path.parent) in FOLDERS
    }


def main() -> None:
    """Write the files, and remove what is not generated any more."""
    files = outputs()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale(files):
        path.unlink()
    sys.stdout.write(f"{len(files)} files written\n")


def stale(files: Mapping[Path, str]) -> list[Path]:
    """What lies in the folders and is not in `files`."""
    present = (path for folder in FOLDERS.values() for path in (ROOT / folder).glob("*") if path.is_file())
    return sorted(path for path in present if path not in files)


if __name__ == "__main__":
    main()
