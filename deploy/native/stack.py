"""Bring all parts up, each as soon as what it needs is ready, and down again."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from deploy.console import say
from deploy.native import ready, targets
from deploy.native.errors import NativeError
from deploy.native.parts import Part, Service, Step
from deploy.native.paths import ROOT
from deploy.native.processes import Book, Process, end, spawn
from deploy.native.settings import Settings
from deploy.ports import SHOWN

START_SECONDS = 60.0
"""How long a service may take until it answers."""
_LINES = 15
_HOME_FOLDERS = ("data", "log", "rendered", "run")


class Stack:
    """One stack in one folder."""

    def __init__(self, settings: Settings, parts: Sequence[Part]) -> None:
        self.settings = settings
        self.parts = parts
        self.book = Book(settings.home / "run")
        self.failed = threading.Event()
        self.left_out: set[str] = set()

    def up(self) -> None:
        """
        Start everything, wait until every Prometheus target is up, and write `urls.json`.

        Raises:
            NativeError: A part or a target did not come up; what did come up stays up.
        """
        self.start()
        _say("targets", f"{targets.wait_until_up(self.settings.url('prometheus'))} of Prometheus are up")
        path = self.settings.home / "urls.json"
        path.write_text(json.dumps(self.urls, indent=2) + "\n")

    def start(self) -> None:
        """
        Start what does not run or would be started differently now, and wait until all of it answers.

        Raises:
            NativeError: A part did not come up; what did come up stays up.
        """
        self.failed.clear()
        self._end_others()
        self._refuse_taken_ports()
        self.left_out.clear()
        futures: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(len(self.parts)) as pool:
            for part in _in_order(self.parts):
                needs = [futures[name] for name in part.needs]
                futures[part.name] = pool.submit(self._bring_up, part, needs)
            self._watch(futures.values())
        for future in futures.values():
            future.result()

    def _watch(self, futures: Iterable[Future[None]]) -> None:
        """Wait for all, and tell the others as soon as one fails or the user has enough."""
        try:
            for future in as_completed(futures):
                if future.exception() is not None:
                    self.failed.set()
        except KeyboardInterrupt:
            self.failed.set()
            raise

    @property
    def urls(self) -> dict[str, str]:
        """Name to URL of the parts that people and scripts use."""
        present = {part.name for part in self.parts} - self.left_out
        urls = {name: self.settings.url(name) for name in SHOWN if name in present}
        app = self.settings.variables.get("APP_URL")
        return {**urls, "app": app} if app else urls

    def end(self, *names: str) -> None:
        """
        End single services; `up` starts them again.

        Raises:
            NativeError: One of them does not run; nothing was ended.
        """
        running = {name for name in self.book.names() if self.book.read(name) is not None}
        for name in names:
            if name not in running:
                raise NativeError(f"{name} does not run; what runs is: {', '.join(sorted(running)) or 'nothing'}")
        for name in names:
            self._end(name)

    def down(self, *, wipe: bool = False) -> int:
        """End what `up` started, and nothing else; with `wipe` remove its data too. Says how many were ended."""
        ended = 0
        for name in self.book.names():
            ended += self._end(name)
        (self.settings.home / "urls.json").unlink(missing_ok=True)
        if wipe:
            for folder in _HOME_FOLDERS:
                shutil.rmtree(self.settings.home / folder, ignore_errors=True)
        return ended

    def _end(self, name: str) -> bool:
        process = self.book.read(name)
        if process is not None:
            end(process)
            _say(name, "stopped")
        self.book.forget(name)
        return process is not None

    def _end_others(self) -> None:
        """End services of an earlier run that this one does not have: the demo's, once there is a `.env`."""
        names = {part.name for part in self.parts}
        for name in self.book.names():
            if name not in names:
                self._end(name)

    def _refuse_taken_ports(self) -> None:
        for part in self.parts:
            if isinstance(part, Service) and not part.optional and part.port and self.book.read(part.name) is None:
                _refuse_taken(part.name, part.port)

    def _bring_up(self, part: Part, needs: Sequence[Future[None]]) -> None:
        for need in needs:
            if need.exception() is not None:
                return
        if self.failed.is_set():
            return
        if self.left_out.intersection(part.needs):
            self.left_out.add(part.name)
            return
        try:
            self._bring_up_now(part)
        except NativeError as error:
            if not part.optional:
                raise
            self.left_out.add(part.name)
            _say(part.name, f"left out: {error}")

    def _bring_up_now(self, part: Part) -> None:
        begin = time.monotonic()
        if isinstance(part, Step):
            part.run()
            _say(part.name, f"done in {time.monotonic() - begin:.1f} s")
            return
        process = self.book.read(part.name)
        runs = process is not None and process.digest == part.digest
        if process is not None and not runs:
            end(process)
        if self._wait(part, process if process is not None and runs else self._spawn(part)):
            seconds = time.monotonic() - begin
            what = (
                "already running" if runs else f"{'ready' if process is None else 'started again'} in {seconds:.1f} s"
            )
            _say(part.name, what)

    def _spawn(self, service: Service) -> Process:
        if service.port is not None:
            _refuse_taken(service.name, service.port)  # it may have moved here from another port
        if service.mark is not None:
            service.mark.parent.mkdir(parents=True, exist_ok=True)
            service.mark.unlink(missing_ok=True)
        log = self.settings.home / "log" / f"{service.name}.log"
        process = spawn(service.command, env=service.env, cwd=ROOT, log=log, digest=service.digest, stop=service.stop)
        self.book.write(service.name, process)
        return process

    def _wait(self, service: Service, process: Process) -> bool:
        """Wait until a service answers; False when another part has failed meanwhile."""
        deadline = time.monotonic() + START_SECONDS
        if service.ready is ready.at_once:
            time.sleep(0.3)  # long enough for a program that cannot start to say so
        while process.alive and not service.ready():
            if self.failed.is_set():
                return False
            if time.monotonic() > deadline:
                raise NativeError(self._with_log(service, f"does not answer after {START_SECONDS:.0f} s"))
            time.sleep(0.05)
        if not process.alive:
            self.book.forget(service.name)
            raise NativeError(self._with_log(service, "ended at once"))
        return True

    def _with_log(self, service: Service, fault: str) -> str:
        log = self.settings.home / "log" / f"{service.name}.log"
        lines = log.read_text(errors="replace").splitlines()[-_LINES:]
        return "\n".join([f"{service.name} {fault}; its log {log} ends with", *(f"  | {line}" for line in lines)])


def _in_order(parts: Sequence[Part]) -> list[Part]:
    """The parts, each after what it needs."""
    ordered: dict[str, Part] = {}
    waiting = list(parts)
    while waiting:
        free = [part for part in waiting if all(need in ordered for need in part.needs)]
        if not free:
            raise ValueError(f"parts that wait for each other: {[part.name for part in waiting]}")
        ordered.update((part.name, part) for part in free)
        waiting = [part for part in waiting if part.name not in ordered]
    return list(ordered.values())


def _refuse_taken(name: str, port: int) -> None:
    if not ready.port_is_free(port):
        raise NativeError(
            f"port {port} for {name} is taken by another program; end that, or choose another port with "
            f"VIGIE_PORT_{name.upper()}"
        )


def _say(name: str, text: str) -> None:
    say(f"  {name:<13} {text}")
