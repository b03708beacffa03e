"""The files that are committed are the rendering of the example."""

from __future__ import annotations

from scripts.generate_mixin import outputs, stale


def test_committed_files_are_up_to_date() -> None:
    files = outputs()
    old = [str(path) for path, text in files.items() if not path.exists() or path.read_text() != text]
    assert old + [str(path) for path in stale(files)] == [], "run scripts/generate_mixin.py and commit what it writes"
