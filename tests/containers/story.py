"""What a user does with the stack, step by step; each step is a promise, and the first broken one ends the story."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.containers.errors import StoryError
from tests.containers.say import say
from tests.containers.shell import attempt, run
from tests.containers.stack import PROJECT, Stack, expect, wait

_COUNTER = "langsmith_runs_total"
"""Of what vendors report as events; its total is kept in the volume `state`."""
_DEMO = {"redis", "postgres", "database", "app", "vendors", "worker", "traffic"}
Step = Callable[[Stack], str]
"""Does something, sees that a promise was kept, and says what was seen."""


def tell(stack: Stack) -> int:
    """
    Go through all steps, clean up whatever happens, and say how many there were.

    Raises:
        StoryError: A promise was not kept.
    """
    attempt(["./scripts/down", "--wipe"], cwd=stack.folder, env=stack.environment)  # of one that was cut off
    before = _volumes()
    try:
        for number, step in enumerate(STEPS, start=1):
            say(f"{number:2} {step(stack)}")
        expect("no volume is left on the engine", _volumes() <= before)
    except StoryError as error:
        shown = attempt(["docker", "compose", "ps", "--all"], cwd=stack.folder, env=stack.environment).stdout
        raise StoryError(f"{error}\n{shown}") from None
    finally:
        attempt(["./scripts/down", "--wipe"], cwd=stack.folder, env=stack.environment)
        attempt(["docker", "image", "rm", f"{PROJECT}-exporter", f"{PROJECT}-demo"])
    return len(STEPS)


def first_start(stack: Stack) -> str:
    """Plain scripts/up runs the demo."""
    stack.start()
    return f"up: {len(stack.containers())} containers, each healthy or done"


def everything_is_watched(stack: Stack) -> str:
    """Prometheus reaches every target, and Vigie every source."""
    wait("every target is healthy", lambda: not stack.unhealthy())
    wait("every source was asked", lambda: stack.text("vigie", "/readyz"))
    sources = stack.text("vigie", "/metrics").count("\nvigie_source_up{")
    wait("every source is read", lambda: stack.counter("vigie_source_up") == sources)
    return f"every target is healthy, and all {sources} sources are read"


def a_page(stack: Stack) -> str:
    """A database that is down pages."""
    stack.down("postgres")
    wait("DatabaseDown pages", lambda: stack.pages("trigger", "DatabaseDown"))
    return "the database was stopped, and PagerDuty would have been told"


def its_end(stack: Stack) -> str:
    """When it is back the page ends."""
    stack.start()
    wait("DatabaseDown is resolved", lambda: stack.pages("resolve", "DatabaseDown"))
    expect("it paged once", stack.pages("trigger", "DatabaseDown") == 1)
    return "the database is back, and the page was resolved; it came once"


def nothing_changes_without_a_change(stack: Stack) -> str:
    """A second scripts/up and a second docker compose up leave every container as it is."""
    before = stack.containers()
    stack.start()
    expect("scripts/up recreates nothing", stack.containers() == before)
    stack.compose("up", "--detach")
    expect("docker compose up recreates nothing", stack.containers() == before)
    return f"up again, twice: none of {len(before)} containers was made anew"


def an_edited_threshold(stack: Stack) -> str:
    """A threshold is edited, with an editor that puts a new file in the place of the old one."""
    before = stack.containers()
    stack.save(
        "vigie.yaml", (stack.folder / "vigie.yaml").read_text() + "\nthresholds:\n  QueueBackup: {warning: 77}\n"
    )
    stack.compose("up", "--detach")
    wait("Prometheus has the new threshold", lambda: "77" in _rule(stack, "QueueBackup"))
    expect("nothing was recreated", stack.containers() == before)
    return "a threshold was edited: Prometheus has it, and nothing was made anew"


def _rule(stack: Stack, alert: str) -> str:
    answer = stack.json("prometheus", "/api/v1/rules?type=alert")
    groups = answer["data"]["groups"] if answer else []
    return " ".join(rule["query"] for group in groups for rule in group["rules"] if rule["name"] == alert)


def an_edited_source(stack: Stack) -> str:
    """A source is edited: the exporter has it too, not the rules alone."""
    before = stack.containers()
    stack.edit("vigie.yaml", "[celery, emails]", "[celery, emails, invoices]")
    stack.start()
    wait("the exporter reads the new queue", lambda: 'invoices"' in stack.text("vigie", "/metrics"))
    expect("nothing was recreated", stack.containers() == before)
    return "a source was edited: the exporter has it, and nothing was made anew"


def a_file_that_is_refused(stack: Stack) -> str:
    """A mistake is one sentence, and all goes on as before."""
    good = (stack.folder / "vigie.yaml").read_text()
    stack.save("vigie.yaml", good.replace("sources:", "sorces:", 1))
    stack.refused("unknown key 'sorces'")
    stack.save("vigie.yaml", good)
    (stack.folder / "vigie.yaml").chmod(0o600)
    stack.refused("user 65534 of the containers cannot read vigie.yaml; run: chmod -R a+rX vigie.yaml")
    (stack.folder / "vigie.yaml").chmod(0o644)
    stack.start()
    return "a wrong and an unreadable vigie.yaml were each refused in a sentence"


def messages_are_kept(stack: Stack) -> str:
    """The inbox keeps its messages over a restart."""
    before = {each["id"] for each in stack.messages()}
    expect("there are messages", before)
    stack.compose("restart", "inbox")
    wait("the inbox has its messages", lambda: before <= {each["id"] for each in stack.messages()})
    return f"the inbox was restarted and has all its {len(before)} messages"


def a_taken_port(stack: Stack) -> str:
    """A port that another program has is a sentence, not the engine's error."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stack.refused(
            f"port {port} for grafana is taken by another program; end that, or choose another port with "
            "VIGIE_PORT_GRAFANA",
            VIGIE_PORT_GRAFANA=str(port),
        )
    return "a taken port was refused in a sentence"


def a_product_of_ones_own(stack: Stack) -> str:
    """With a .env the own product is watched, here on this machine, and the demo's parts are gone."""
    wait("the demo has counted something", lambda: stack.counter(_COUNTER))
    stack.totals[_COUNTER] = stack.counter(_COUNTER)
    with _application() as port:
        url = f"http://host.docker.internal:{port}"
        lines = ["VIGIE_PRODUCT=shop", f"APP_URL={url}", f"FRONTEND_URL={url}", f"APP_METRICS_URL={url}/metrics"]
        stack.save(".env", "\n".join([*lines, ""]))
        stack.refused(".env does not say GRAFANA_PASSWORD")
        stack.save(".env", "\n".join([*lines, "GRAFANA_PASSWORD=admin", ""]))
        stack.refused("GRAFANA_PASSWORD is admin")
        stack.save(".env", "\n".join([*lines, "GRAFANA_PASSWORD='of-ours'", ""]))
        stack.compose("up", "--detach", "--wait")
        expect("no part of the demo is left", not _DEMO & stack.containers().keys())
        wait("every target is healthy", lambda: not stack.unhealthy())
        expect("the product is the own one", 'product="shop"' in stack.text("prometheus", "/federate?match[]=up"))
    return f"a product on this machine: {len(stack.containers())} containers, all targets healthy, nothing of the demo"


@contextmanager
def _application() -> Iterator[int]:
    """An application with pages and metrics, outside of the containers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(b"shop_orders_total 1\n")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("0.0.0.0", 0), Handler) as server:  # noqa: S104 - containers reach no loopback
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def down_and_up(stack: Stack) -> str:
    """After down and up counters go on where they were, and no message is lost."""
    messages = {each["id"] for each in stack.messages()}
    total = stack.totals[_COUNTER]
    stack.down()
    expect("no container is left", not stack.containers())
    (stack.folder / ".env").unlink()
    stack.start()
    wait("the demo's counters go on", lambda: stack.counter(_COUNTER) >= total)
    expect("no message was lost", messages <= {each["id"] for each in stack.messages()})
    return f"down and up: {_COUNTER} goes on from {total:.0f}, and no message was lost"


def wiped(stack: Stack) -> str:
    """--wipe leaves nothing of the demo nor of the own product."""
    stack.down("--wipe")
    expect(f"nothing is left: {stack.leftovers()}", not stack.leftovers())
    return "wiped: no container, volume or network is left"


def _volumes() -> set[str]:
    return set(run(["docker", "volume", "ls", "--quiet"]).split())


STEPS: tuple[Step, ...] = (
    first_start,
    everything_is_watched,
    a_page,
    its_end,
    nothing_changes_without_a_change,
    an_edited_threshold,
    an_edited_source,
    a_file_that_is_refused,
    messages_are_kept,
    a_taken_port,
    a_product_of_ones_own,
    down_and_up,
    wiped,
)
