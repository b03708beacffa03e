"""Whether Prometheus reaches everything that it should."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any

from deploy.native.errors import NativeError
from deploy.native.ready import get

SECONDS = 60.0
_SCRAPE_SECONDS = 12.0


def wait_until_up(prometheus: str) -> int:
    """
    Wait until every target is up, and say how many there are.

    A target that Prometheus has not come to yet (it spreads first scrapes over the interval, which is minutes for some
    probes) is asked the same question directly.

    Raises:
        NativeError: Some are not; the message names them and says what Prometheus got.
    """
    deadline = time.monotonic() + SECONDS
    while True:
        found = _targets(prometheus)
        faults = [fault for target in found for fault in [_fault(target)] if fault]
        if found and not faults:
            return len(found)
        if time.monotonic() > deadline:
            raise NativeError("Prometheus does not reach " + "; ".join(faults or ["any target: it has none"]))
        time.sleep(0.25)


def _targets(prometheus: str) -> list[Mapping[str, Any]]:
    _, body = get(f"{prometheus}/api/v1/targets?state=active")
    targets: list[Mapping[str, Any]] = json.loads(body)["data"]["activeTargets"]
    return targets


def _fault(target: Mapping[str, Any]) -> str:
    """What is wrong with a target; empty when nothing is."""
    name = f"{target['labels'].get('job')} ({target['scrapeUrl']})"
    if target["health"] == "up":
        return ""
    if target["health"] == "down":
        return f"{name}: {target['lastError']}"
    try:
        status, _ = get(target["scrapeUrl"], seconds=_SCRAPE_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        return f"{name}: {error}"
    return "" if status == http.HTTPStatus.OK else f"{name}: status {status}"
