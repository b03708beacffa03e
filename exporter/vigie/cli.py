"""The command line: thin, so that everything it does can be called without it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from vigie import __version__
from vigie.config.load import Configuration, load
from vigie.core.logs import Redactor, configure
from vigie.errors import RenderError, UserError
from vigie.watch import Watch
from vigie.web.server import Options, serve

app = typer.Typer(
    name="vigie",
    help="Know that a SaaS product is unwell before its customers do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
apply_app = typer.Typer(
    help="Make real elsewhere what vigie.yaml says.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(apply_app, name="apply")

ConfigFile = Annotated[
    Path, typer.Option("--config", envvar="VIGIE_CONFIG", help="The product's file; see docs/configuration.md.")
]
LogLevel = Annotated[str, typer.Option("--log.level", envvar="VIGIE_LOG_LEVEL", help="debug, info, warning or error.")]
_LAST_PORT = 65535


@app.command("serve")
def serve_command(
    config: ConfigFile = Path("vigie.yaml"),
    listen_address: Annotated[
        str,
        typer.Option(
            "--web.listen-address",
            envvar="VIGIE_LISTEN_ADDRESS",
            help="host:port to answer on. 127.0.0.1 means this machine only; :9847 means everybody who can reach it, "
            "so give --web.config.file too.",
        ),
    ] = "127.0.0.1:9847",
    web_config: Annotated[
        Path | None,
        typer.Option("--web.config.file", help="TLS, client certificates and users of the listener; docs/listener.md."),
    ] = None,
    runbooks: Annotated[
        Path | None,
        typer.Option(envvar="VIGIE_RUNBOOKS", help="Folder of the runbooks; beside the config file unless given."),
    ] = None,
    log_level: LogLevel = "info",
) -> None:
    """Watch the product and answer scrapes on /metrics until stopped."""
    redactor = Redactor()
    configure(log_level, redactor)
    host, port = _split(listen_address)
    folder = runbooks or config.parent / "runbooks"
    asyncio.run(serve(Options(partial(load, config), redactor, host, port, folder, web_config)))


@app.command("check")
def check_command(config: ConfigFile = Path("vigie.yaml"), log_level: LogLevel = "error") -> None:
    """Try every source once: reached or not, why, and what to do. Exit status 1 when one was not read in full."""
    from vigie.check import check, print_table  # noqa: PLC0415 - what `serve` does not need is not in its memory

    configuration = load(config)
    redactor = Redactor(configuration.secrets)
    configure(log_level, redactor)
    findings = asyncio.run(check(configuration))
    print_table(findings, redactor)
    if any(finding.verdict in {"partly", "failed"} for finding in findings):
        raise typer.Exit(1)


@app.command("metrics")
def metrics_command(config: ConfigFile = Path("vigie.yaml"), log_level: LogLevel = "warning") -> None:
    """Read every source once and print what /metrics would say."""
    configuration = load(config)
    configure(log_level, Redactor(configuration.secrets))
    sys.stdout.buffer.write(asyncio.run(_one_page(configuration)))


@app.command("render")
def render_command(
    config: ConfigFile = Path("vigie.yaml"),
    mixin: Annotated[
        Path | None,
        typer.Option(
            envvar="VIGIE_MIXIN", help="Folder that holds mixin.libsonnet; the config file's own folder unless given."
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("rendered"),
    *,
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; name the files that differ and exit with status 1 if any do."),
    ] = False,
) -> None:
    """Write the rules, routes, dashboards and scrape configuration of the product; all files or none."""
    from vigie.render import drift, render, write  # noqa: PLC0415 - what `serve` does not need is not in its memory

    configuration = load(config)
    located = configuration.document.located
    try:
        rendering = render(configuration.product, mixin or config.parent)
    except RenderError as error:
        raise RenderError("\n".join(located(line) for line in str(error).split("\n"))) from None
    for sentence in rendering.warnings:
        typer.echo(f"vigie: warning: {located(sentence)}", err=True)
    if not check_only:
        write(rendering.files, output)
        typer.echo(f"{len(rendering.files)} files written to {output}")
        return
    differences = drift(rendering.files, output)
    for difference in differences:
        typer.echo(f"{output}/{difference}")
    if differences:
        raise typer.Exit(1)


@apply_app.command("pagerduty")
def apply_pagerduty_command(
    config: ConfigFile = Path("vigie.yaml"),
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be changed.")] = False,
    log_level: LogLevel = "warning",
) -> None:
    """
    Make the escalation policy `channels.pagerduty.policy`, a service that follows it, and the key for Alertmanager.

    What is as it should be stays untouched, so it can run at any time. Exit status 1 when alerts do not reach the
    policy, because `routing_key_file` holds another key.
    """
    from vigie.apply import apply_pagerduty  # noqa: PLC0415 - what `serve` does not need is not in its memory

    configuration = load(config)
    configure(log_level, Redactor(configuration.secrets))
    if not asyncio.run(apply_pagerduty(configuration, typer.echo, dry_run=dry_run)):
        raise typer.Exit(1)


def main() -> NoReturn:
    """Run a command; what only the user can put right becomes one line on stderr and exit status 2."""
    try:
        app(standalone_mode=True)
    except UserError as error:
        sys.stderr.write(f"vigie: {error}\n")
        sys.exit(2)
    sys.exit(0)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"vigie {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Know that a SaaS product is unwell before its customers do."""


async def _one_page(configuration: Configuration) -> bytes:
    without_state = configuration.product.model_copy(update={"state": None})  # it belongs to `vigie serve`
    watch = Watch(replace(configuration, product=without_state))
    await watch.start()
    try:
        await watch.board.first_read()
        return watch.board.make_page().text.plain
    finally:
        await watch.stop()


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > _LAST_PORT:
        raise UserError(f"--web.listen-address {address!r}: expected host:port, such as 127.0.0.1:9847 or :9847")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - what `:9847` asks for
