"""
Ctrl-C and SIGTERM, which may come at any moment: a command ends quietly, and with the status that shells expect.

Importing the rest of Vigie takes seconds on a busy machine, so the handlers are set first, and this module imports
nothing that takes time, not even `typing`.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import FrameType
    from typing import Any, Final, NoReturn, TypeVar

    Result = TypeVar("Result")

INTERRUPTED: Final = 128 + signal.SIGINT
"""Exit status of a command that Ctrl-C ended."""
_GRACE: Final = 2.0
"""Seconds that a command gets to let go of its connections."""
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


def end_at_once() -> None:
    """From now on Ctrl-C and SIGTERM end the process there and then; what ignores them goes on ignoring them."""
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """
    Run `work` to its end.

    Unlike `asyncio.run` it does not wait for threads that hang in the look-up of a name. The first Ctrl-C cancels
    `work`, which has two seconds to clean up; the second ends the process at once.

    Raises:
        KeyboardInterrupt: Ctrl-C came.
    """
    import asyncio  # noqa: PLC0415 - takes time to import

    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        task.cancel()
        end_at_once()
        loop.call_later(_GRACE, _leave, INTERRUPTED)

    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        result = loop.run_until_complete(task)
    except asyncio.CancelledError:
        if not interrupted:
            raise
    finally:
        for left in (others := asyncio.all_tasks(loop)):
            left.cancel()
        if others:
            loop.run_until_complete(asyncio.wait(others, timeout=1))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        end_at_once()
    if interrupted:
        raise KeyboardInterrupt
    return result


class Held:
    """Obeys Ctrl-C and SIGTERM only after the `with` block, which must be done as a whole or not at all."""

    def __init__(self) -> None:
        self._came: list[int] = []

    def __enter__(self) -> None:
        self._before = {number: signal.getsignal(number) for number in _STOPPING}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._note)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for came in self._came[:1]:
            signal.raise_signal(came)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)


def _end(number: int, _frame: FrameType | None) -> None:
    serving = sys.argv[1:2] == ["serve"]
    _leave(0 if serving and number == signal.SIGTERM else 128 + number)


def _leave(status: int) -> NoReturn:
    os._exit(status)
