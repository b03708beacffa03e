"""The inbox as a page: one card for each message, safe whatever the message holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from demo.inbox.messages import Message

_STATES = {"trigger": "firing", "resolve": "resolved", "acknowledge": "acknowledged"}
_NAMES = {"pagerduty": "PagerDuty", "slack": "Slack"}
_TITLE = "title"
"""Name of the link that the title itself carries."""
_LINK = re.compile(r"&lt;(?P<url>https?://[^|&\s]+(?:&amp;[^|&\s]+)*)\|(?P<text>[^\n]+?)&gt;")
_BOLD = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")

_STYLE = """
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2330;--soft:#5d6778;--line:#dfe3ea;
--firing:#c62828;--warning:#b26a00;--resolved:#1b7f4b;--link:#1557c0}
@media(prefers-color-scheme:dark){:root{--page:#12161d;--card:#1b212b;--ink:#e8ecf2;--soft:#98a3b5;--line:#2c3543;
--firing:#ff7b72;--warning:#f0b429;--resolved:#5fd08f;--link:#82b1ff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.5rem;margin:0}
header p{margin:.25rem 0 1.5rem;color:var(--soft)}
article{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--tone);border-radius:8px;
padding:.9rem 1.1rem;margin:0 0 1rem}
.firing{--tone:var(--firing)}.firing.warning{--tone:var(--warning)}.resolved{--tone:var(--resolved)}
.acknowledged{--tone:var(--soft)}
.meta{display:flex;flex-wrap:wrap;gap:.3rem .9rem;font-size:.85rem;color:var(--soft);align-items:baseline}
.state{color:var(--tone);font-weight:700;text-transform:uppercase;letter-spacing:.04em}
h2{font-size:1.08rem;margin:.35rem 0;overflow-wrap:anywhere}
.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.92rem}a{color:var(--link)}
h2 a{color:inherit;text-decoration-color:var(--line)}
.empty{color:var(--soft);text-align:center;padding:4rem 1rem}
"""


def page(messages: Iterable[Message]) -> str:
    """All messages, in the given order."""
    cards = "".join(_card(message) for message in messages)
    body = cards or '<p class="empty">No message yet. It appears here when something breaks.</p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        '<meta name="viewport" content="width=device-width"><title>Inbox</title>'
        f"<style>{_STYLE}</style></head><body><main><header><h1>Inbox</h1>"
        "<p>What PagerDuty and Slack would have been told, newest first. Nothing has left this machine.</p></header>"
        f"{body}</main></body></html>"
    )


def _card(message: Message) -> str:
    state = _STATES.get(message.action, message.action)
    links = {name: str(url) for name, url in message.links.items() if _is_web(str(url))}
    title = _inline(message.title)
    if _TITLE in links:
        title = f'<a href="{escape(links[_TITLE])}" rel="noreferrer">{title}</a>'
    buttons = "".join(_anchor(url, name) for name, url in links.items() if name != _TITLE)
    severity = f"<span>{escape(message.severity)}</span>" if message.severity else ""
    return (
        f'<article id="{escape(message.id)}" class="{escape(state)} {escape(message.severity)}"><div class="meta">'
        f'<span class="state">{escape(state)}</span>'
        f"<span>{escape(_NAMES.get(message.channel, message.channel))}</span>{severity}"
        f"<time>{escape(message.received.replace('T', ' ')[:19])} UTC</time></div>"
        f'<h2>{title}</h2><div class="text">{_inline(message.text)}</div>'
        f"<nav>{buttons}</nav></article>"
    )


def _anchor(url: str, name: str) -> str:
    return f'<a href="{escape(url)}" rel="noreferrer">{escape(name)}</a>'


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in {"http", "https"}


def _inline(text: str) -> str:
    """Escape, then show Slack's links and bold words as such."""
    linked = _LINK.sub(lambda match: f'<a href="{match["url"]}" rel="noreferrer">{match["text"]}</a>', escape(text))
    return _BOLD.sub(r"<b>\1</b>", linked)
