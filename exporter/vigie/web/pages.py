"""The HTML pages: small, without scripts, readable in a terminal browser."""

from __future__ import annotations

import time
from collections.abc import Iterable
from html import escape

from vigie import __version__
from vigie.core.status import Status
from vigie.watch import Watch

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
nav a { margin-right: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem 1.2rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.sources td:not(:last-child) { white-space: nowrap; }
.sources :last-child { width: 99%; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 6px; }
.up { color: #18864b; }
.down { color: #d3322d; }
.off { opacity: .65; }
small { opacity: .7; }
"""


def page(title: str, body: str) -> str:
    """A whole HTML page; `title` is plain text, `body` is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>\n'
    )


def landing_page(watch: Watch) -> str:
    """The state of every source of a product, and links to everything else."""
    product = watch.configuration.product
    rows = [_row(status) for status in watch.board.statuses.values()]
    rows += [
        f'<tr class="off"><td>{escape(name)}</td><td>○ off</td><td></td><td>{escape(why)}</td></tr>'
        for name, why in watch.configuration.off.items()
    ]
    table = (
        "".join(rows) or '<tr><td colspan="4">No source is configured; name one under <code>sources</code>.</td></tr>'
    )
    links = {
        "Metrics": "metrics",
        "Health": "healthz",
        "Readiness": "readyz",
        "Runbooks": "runbooks/",
        "Prometheus": product.links.prometheus,
        "Alertmanager": product.links.alertmanager,
        "Dashboards": product.links.dashboards,
    }
    nav = "".join(f'<a href="{escape(url)}">{name}</a>' for name, url in links.items())
    return page(
        f"Vigie: {product.product}",
        f"<h1>Vigie watches {escape(product.product)}</h1><nav>{nav}</nav><h2>Sources</h2>"
        '<table class="sources"><thead><tr><th>Source</th><th>State</th><th>Last read</th><th>What is wrong</th></tr>'
        f"</thead><tbody>{table}</tbody></table><p><small>Vigie {__version__}</small></p>",
    )


def _row(status: Status) -> str:
    outcome = status.outcome
    if outcome is None:
        state, read = "… first read", ""
    else:
        state = '<span class="up">● up</span>' if status.up else '<span class="down">▲ failing</span>'
        read = f"{time.strftime('%H:%M:%S', time.gmtime(outcome.ended))} UTC, took {outcome.duration * 1000:.0f} ms"
    wrong = "<br>".join(f"{escape(str(error))} <small>({error.reason})</small>" for error in status.problems)
    return f"<tr><td>{escape(status.name)}</td><td>{state}</td><td>{read}</td><td>{wrong}</td></tr>"


def runbook_index(names: Iterable[str]) -> str:
    """Links to all runbooks."""
    items = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in names)
    return page("Runbooks", f'<nav><a href="../">Vigie</a></nav><h1>Runbooks</h1><ul>{items}</ul>')


def runbook_page(name: str, markdown: str) -> str:
    """One runbook."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - costs 6 MiB that most processes never need

    body = MarkdownIt("commonmark").enable("table").render(markdown)
    return page(name, f'<nav><a href="../">Vigie</a><a href="./">All runbooks</a></nav>{body}')
