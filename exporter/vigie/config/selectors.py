"""Label matchers of PromQL, as they stand between the braces of a query: `job="api",handler!="/health"`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_MATCHER = re.compile(
    r"""\s*(?P<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?P<operator>=~|!~|!=|=)\s*"""
    r"""(?P<quote>["'])(?P<value>(?:(?!(?P=quote))[^\\\n]|\\.)*)(?P=quote)\s*(?P<more>,|$)"""
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = set("abfnrtv\\'\"xuU01234567")
_NOT_RE2 = re.compile(r"\(\?(?:=|!|<=|<!|>)|\\[1-9]")
"""What Python's regular expressions have and Prometheus' (RE2) have not."""
_EXAMPLE = """expected labels with values in quotation marks, such as job="api",handler!="/health\""""


def selector(text: str) -> str:
    """
    Check matchers and write them in one way: without blanks, in double quotation marks.

    Raises:
        ValueError: They are none that Prometheus would take; the message says where they go wrong.
    """
    if "{" in text.partition('"')[0] or text.rstrip().endswith("}"):
        raise ValueError(f"leave out the braces and the name of a metric; {_EXAMPLE}")
    matchers: list[str] = []
    at = 0
    while at < len(text):
        found = _MATCHER.match(text, at)
        if not found:
            raise ValueError(f"cannot be read from character {at + 1} on; {_EXAMPLE}")
        matchers.append(_checked(found))
        at = found.end()
    if not matchers:
        raise ValueError(f"holds no label; {_EXAMPLE}")
    return ",".join(matchers)


def _checked(found: re.Match[str]) -> str:
    label, operator, value = found["label"], found["operator"], found["value"]
    if label == "__name__":
        raise ValueError(f"must leave the names of metrics alone; {_EXAMPLE}")
    if any(escape[1] not in _ESCAPED for escape in _ESCAPE.finditer(value)):
        raise ValueError(f"a backslash in the value of {label} must be doubled, as in PromQL: \\\\d for \\d")
    if operator in {"=~", "!~"}:
        _check_expression(label, _ESCAPE.sub(lambda escape: escape[1] if escape[1] in "\\'\"" else escape[0], value))
    written = value if found["quote"] == '"' else value.replace("\\'", "'").replace('"', '\\"')
    return f'{label}{operator}"{written}"'


def _check_expression(label: str, expression: str) -> None:
    try:
        re.compile(expression)
        known = not _NOT_RE2.search(expression)
    except re.error:
        known = False
    if not known:
        raise ValueError(f"the value of {label} is no regular expression that Prometheus takes; look at its brackets")


Selector = Annotated[str, AfterValidator(selector)]
"""What stands between the braces of a query."""
