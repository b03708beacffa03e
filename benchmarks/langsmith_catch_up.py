"""
How fast LangSmith's runs are taken in after a pause: decoded, counted and committed to a state file on disk.

Each poll lists an hour of 50,000 runs, in pages of 1,000 that were encoded beforehand and are handed over without a
network. Prints runs per second of processor time, and the growth of memory while a million of them pass.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import msgspec
from structlog import get_logger

from vigie.core.source import Context
from vigie.core.state import State
from vigie.sources.langsmith import LangSmithConfig, LangSmithSource

HOUR = 3600.0
BEGAN = 1_795_000_000.0
PAGE, PAGES = 1000, 50
ERRORS = 0.02
PROJECTS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "gpt-5-mini")


class Feed:
    """LangSmith in this process: hands out the pages of the current hour."""

    def __init__(self, *, random_ids: bool) -> None:
        self.pages: list[bytes] = []
        self._random_ids = random_ids
        self._dice = Random(7)  # noqa: S311 - no secret

    def fill(self, hour: float) -> None:
        """Encode an hour's runs."""
        starts = sorted((hour + self._dice.random() * HOUR * 0.9 for _ in range(PAGE * PAGES)), reverse=True)
        self.pages = [
            msgspec.json.encode(
                {
                    "items": [self._run(start) for start in starts[PAGE * number : PAGE * (number + 1)]],
                    "next_cursor": str(number + 1) if number + 1 < PAGES else None,
                }
            )
            for number in range(PAGES)
        ]

    def _run(self, start: float) -> dict[str, object]:
        """Two calls of a model for each trace; ids begin with the time, as the SDK makes them (UUID version 7)."""
        dice = self._dice
        head = dice.getrandbits(48) if self._random_ids else int(start * 1000)
        identity = str(UUID(int=head << 80 | 7 << 76 | dice.getrandbits(76)))
        seconds, is_call = dice.expovariate(0.5), dice.random() < 2 / 3
        return {
            "id": identity,
            "project_id": dice.choice(PROJECTS),
            "trace_id": PROJECTS[0] if is_call else identity,
            "run_type": "LLM" if is_call else "CHAIN",
            "status": "ERROR" if dice.random() < ERRORS else "SUCCESS",
            "start_time": datetime.fromtimestamp(start, UTC),
            "end_time": datetime.fromtimestamp(start + seconds, UTC),
            "prompt_tokens": dice.randrange(200, 3000) if is_call else None,
            "completion_tokens": dice.randrange(10, 900) if is_call else None,
            "total_tokens": None,
            "total_cost": dice.random() / 50 if is_call else None,
            "metadata": {"ls_model_name": dice.choice(MODELS), "ls_provider": "anthropic", "thread_id": identity},
        }

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """As LangSmith would."""
        if request.url.path == "/api/v2/runs/query":
            cursor = msgspec.json.decode(request.content).get("cursor", "0")
            return self._json(self.pages[int(cursor)])
        if request.url.path == "/api/v2/sessions":
            items = [{"id": identity, "name": f"project-{identity[-1]}", "type": "PROJECT"} for identity in PROJECTS]
            return self._json(msgspec.json.encode({"items": items, "next_cursor": None}))
        return self._json(b'{"in_reject_set": false}')

    @staticmethod
    def _json(body: bytes) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/json"}, content=body)


def resident() -> float:
    """MiB of memory in use by this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not say how much memory is in use")


async def measure(runs: int, folder: Path, feed: Feed) -> list[tuple[int, float, float]]:
    """After each hour: runs so far, seconds of processor time that they took, MiB in use."""
    clock = [BEGAN]
    state = State(folder / "state.db")
    config = LangSmithConfig.model_validate({"api_key": "s3cr3t", "max_pages": PAGES, "timeout": "10m"})
    source = LangSmithSource(config, Context("bench", get_logger(), lambda: clock[0], state=state))
    await source.close()
    source._client._api._client = httpx.AsyncClient(transport=httpx.MockTransport(feed.answer))  # noqa: SLF001
    rows, taken, seen = [], 0.0, 0
    feed.pages = [b'{"items": []}']
    await source.poll()
    while seen < runs:
        feed.fill(clock[0])
        clock[0] += HOUR
        source.context.budget.__post_init__()  # hours pass here in seconds; the allowance is full again
        began = time.process_time()
        poll = await source.poll()
        taken += time.process_time() - began
        seen += PAGE * PAGES
        if poll.problems:
            raise poll.problems[0]
        rows.append((seen, taken, resident()))
    counted = sum(value for (family, _), value in state.counters("langsmith").items() if family.endswith("_bucket"))
    if counted != seen:
        raise RuntimeError(f"{seen} runs were handed over and {counted} were counted")
    await source.close()
    state.close()
    return rows


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=1_000_000)
    arguments.add_argument("--random-ids", action="store_true", help="ids without order, as older SDKs made them")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(chosen.runs, Path(folder), Feed(random_ids=chosen.random_ids)))
    for seen, taken, memory in rows[:: max(len(rows) // 10, 1)]:
        print(f"{seen:>10,} runs   {seen / taken:>8,.0f} a second   {memory:6.1f} MiB")
    (warm, _, before), (seen, taken, memory) = rows[len(rows) // 3], rows[-1]
    print(f"\n{seen / taken:,.0f} runs a second on one core, memory {memory - before:+.1f} MiB from {warm:,} runs on")


if __name__ == "__main__":
    main()
