"""
The command line: thin, so that everything it does can be called without it.

Each command imports what it needs when it runs: `--help` need not wait for every vendor's library, and `serve` need not
hold in memory what only the others use.
"""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from vigie import __version__
from vigie.core.logs import LEVELS, Redactor, configure
from vigie.errors import UserError
from vigie.interrupts import INTERRUPTED, Held
from vigie.interrupts import run as run_to_its_end

if TYPE_CHECKING:
    from vigie.config.load import Configuration
    from vigie.render import Difference

WRONG: Final = 2
"""Exit status where the user must change something."""
CLOSED: Final = 141
"""Exit status where whoever read the output closed it, as `head` does: that of programs that SIGPIPE ends."""
_HELP: Final = {"help_option_names": ["-h", "--help"]}
_LAST_PORT: Final = 65535

app = typer.Typer(
    name="vigie",
    help="Know that a SaaS product is unwell before its customers do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=_HELP,
)
apply_app = typer.Typer(
    help="Make real elsewhere what vigie.yaml says.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=_HELP,
)
app.add_typer(apply_app, name="apply")


def run(arguments: Sequence[str]) -> int:
    """
    Run the command that `arguments` name.

    Returns:
        The exit status. What only the user can put right has become one line on stderr and status 2.
    """
    try:
        return _invoke(arguments)
    except UserError as error:
        with contextlib.suppress(OSError):  # nobody reads stderr
            sys.stderr.write(f"vigie: {error}\n")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED


def _invoke(arguments: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    try:
        with command.make_context("vigie", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as wrong:
        where: typer.Context | None = getattr(wrong, "ctx", None)
        sentence = wrong.format_message()
        if where is not None and sentence == where.get_help():  # `vigie` alone, which needs a command after it
            sys.stderr.write(f"{sentence}\n")
            return WRONG
        stop = "" if sentence.endswith((".", "?")) else "."
        raise UserError(f"{sentence}{stop} See `{where.command_path if where else 'vigie'} --help`.") from None
    return 0


def _emit(output: str | bytes) -> None:
    """
    Write to stdout.

    Raises:
        UserError: The disk is full, for example.
        BrokenPipeError: Nobody reads it any more.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(output if isinstance(output, bytes) else _encoded(output))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise UserError(f"standard output cannot be written: {problem.strerror}") from None


def _encoded(text: str) -> bytes:
    return f"{text}\n".encode(sys.stdout.encoding, errors="backslashreplace")


def _level(text: str) -> str:
    level = text.lower()
    if level not in LEVELS:
        *first, last = LEVELS
        raise UserError(f"--log.level: {text!r} is no level; choose {', '.join(first)} or {last}")
    return level


def _address(text: str) -> tuple[str, int]:
    """The host and port of `host:port`; without a host it is every address of the machine."""
    host, colon, port = text.rpartition(":")
    is_bare_ipv6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not colon or is_bare_ipv6 or not (port.isascii() and port.isdigit()) or int(port) > _LAST_PORT:
        raise UserError(
            f"--web.listen-address {text!r}: expected host:port, such as 127.0.0.1:9847, [::1]:9847 or :9847"
        )
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 - what `:9847` asks for


def _load(path: Path) -> Configuration:
    from vigie.config.load import load  # noqa: PLC0415 - see the top

    if path.is_dir():
        raise UserError(f"{path} is a folder; give the file in it, such as --config {path / 'vigie.yaml'}")
    if not path.exists():
        raise UserError(f"there is no file {path}; name yours with --config, or copy the vigie.yaml that Vigie brings")
    return load(path)


ConfigFile = Annotated[
    Path, typer.Option("--config", envvar="VIGIE_CONFIG", help="The product's file; see docs/configuration.md.")
]
LogLevel = Annotated[
    str,
    typer.Option("--log.level", envvar="VIGIE_LOG_LEVEL", callback=_level, help="debug, info, warning or error."),
]
Mixin = Annotated[
    Path | None,
    typer.Option(
        envvar="VIGIE_MIXIN", help="Folder that holds mixin.libsonnet; the config file's own folder unless given."
    ),
]


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
    from vigie.web.server import Options, serve  # noqa: PLC0415 - see the top

    redactor = Redactor()
    configure(log_level, redactor)
    host, port = _address(listen_address)
    if runbooks is not None and not runbooks.is_dir():
        raise UserError(f"--runbooks: {runbooks} is no folder")
    folder = runbooks or config.parent / "runbooks"
    run_to_its_end(serve(Options(partial(_load, config), redactor, host, port, folder, web_config)))


@app.command("check")
def check_command(
    config: ConfigFile = Path("vigie.yaml"),
    mixin: Mixin = None,
    log_level: LogLevel = "error",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; docs/check.md explains it.")] = False,
) -> None:
    """
    Try once whatever vigie.yaml names, and say what was reached, what was not, and what to do.

    Asked are the sources, app.metrics and the probes; the thresholds are tried as `vigie render` does. Exit status 1
    when something was not read in full, or nothing was read at all.
    """
    from vigie.check import check, report  # noqa: PLC0415 - see the top
    from vigie.check.progress import Progress  # noqa: PLC0415 - see the top
    from vigie.check.thresholds import try_thresholds  # noqa: PLC0415 - see the top

    configuration = _load(config)
    redactor = Redactor(configuration.secrets)
    configure(log_level, redactor)
    thresholds = try_thresholds(configuration, mixin)
    progress = Progress(sys.stderr)
    try:
        found = run_to_its_end(check(configuration, progress.show, thresholds))
    finally:
        progress.clear()
    _emit(report.as_json(found, redactor) if as_json else report.as_text(found, redactor))
    if not found.is_good:
        raise typer.Exit(1)


@app.command("metrics")
def metrics_command(config: ConfigFile = Path("vigie.yaml"), log_level: LogLevel = "warning") -> None:
    """Read every source once and print what /metrics would say."""
    configuration = _load(config)
    configure(log_level, Redactor(configuration.secrets))
    _emit(run_to_its_end(_one_page(configuration)))


@app.command("render")
def render_command(
    config: ConfigFile = Path("vigie.yaml"),
    mixin: Mixin = None,
    output: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("rendered"),
    *,
    check_only: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; show how the files that are there differ. Exit status 1 if any does."
        ),
    ] = False,
) -> None:
    """
    Write the rules, routes, dashboards and scrape configuration of the product; all files or none.

    Only files that an earlier `vigie render` wrote are replaced or deleted; the folder's `.rendered` lists them.
    """
    from vigie.render import drift, show, write  # noqa: PLC0415 - see the top
    from vigie.render.configuration import render_configuration  # noqa: PLC0415 - see the top

    configuration = _load(config)
    rendering = render_configuration(configuration, mixin)
    differences: list[Difference] = []
    if check_only:
        differences = drift(rendering.files, output)
    else:
        with Held():
            write(rendering.files, output)
    for sentence in rendering.warnings:
        sys.stderr.write(f"vigie: warning: {sentence}\n")
    if not check_only:
        _emit(f"{len(rendering.files)} files written to {output}")
    if not differences:
        return
    lines = show(differences, output, Redactor(configuration.secrets))
    options = {"--config": config, "--mixin": mixin, "--output": output}
    defaults = {"--config": Path("vigie.yaml"), "--mixin": None, "--output": Path("rendered")}
    given = [word for name, path in options.items() if path != defaults[name] for word in (name, str(path))]
    _emit("\n".join([*lines, "", f"To write them: {shlex.join(['vigie', 'render', *given])}"]))
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
    from vigie.apply import apply_pagerduty  # noqa: PLC0415 - see the top

    configuration = _load(config)
    configure(log_level, Redactor(configuration.secrets))
    if not run_to_its_end(apply_pagerduty(configuration, _emit, dry_run=dry_run)):
        raise typer.Exit(1)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        _emit(f"vigie {__version__}")
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
    from vigie.watch import Watch  # noqa: PLC0415 - see the top

    without_state = configuration.product.model_copy(update={"state": None})  # it belongs to `vigie serve`
    watch = Watch(replace(configuration, product=without_state))
    await watch.start()
    try:
        await watch.board.first_read()
        return watch.board.make_page().text.plain
    finally:
        await watch.stop()
