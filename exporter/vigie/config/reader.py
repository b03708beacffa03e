"""
YAML as Vigie takes it: small, without tags and merge keys, and with its own word for everything that is wrong.

PyYAML's messages are not passed on: some repeat a part of the text, which may be a part of a secret (`*hunter2` is an
alias that is not known).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from vigie.core.settings import WrongValueError, refuse_invisible

Key = tuple[str | int, ...]
"""Where a value stands: the keys and list indexes that lead to it."""


DEEPEST = 40
"""Keys and lists inside each other."""
MOST = 10_000
"""Values in a file, each counted as often as it is used."""
_LONGEST_WRITTEN = 60
_LINES = "\n\r\t"
"""What may stand between the characters that can be seen."""
_PREFIX = "tag:yaml.org,2002:"
_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "null": lambda _text: None,
    "bool": lambda text: text.lower() in {"yes", "true", "on"},
    "int": lambda text: int(text.replace("_", "")),
    "float": lambda text: float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan")),
}
_FORMS = (
    ("bool", r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("int", r"[-+]?(0|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+0123456789."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)
"""
How a scalar without quotes is read: as YAML 1.1 does, but for times of day (18:00), dates, and numbers that begin with
a zero, which are text.
"""
_FAULTS = (
    ("found character '\\t'", "a tab; indent with spaces"),
    ("found undefined alias", "a word that begins with * (an alias) refers to nothing; put it in quotes"),
    ("found duplicate anchor", "a word that begins with & (an anchor) is there twice; put it in quotes"),
    ("while scanning an a", "a word begins with * or &; put it in quotes"),
    ("found undefined tag handle", "a word that begins with ! (a tag); put it in quotes"),
    ("while scanning a tag", "a word begins with !; put it in quotes"),
    ("while scanning a directive", "a line begins with %; put the word in quotes"),
    ("cannot start any token", "a word begins with a sign that YAML keeps for itself (% @ `); put it in quotes"),
    ("while scanning a quoted scalar", "a quotation mark is not closed, or a \\ in double quotes begins no escape"),
    ("mapping values are not allowed", "a second `: ` on the line, or wrong indentation; put the text in quotes"),
    ("could not find expected ':'", "a key without its colon; write `key: value`, with a blank after the colon"),
    ("while parsing a flow sequence", "a list in brackets is not closed, or lacks a comma; write [a, b]"),
    (
        "while parsing a flow mapping",
        "a pair of braces is not closed, or lacks a comma; write {key: value, other: value}",
    ),
    ("while parsing a flow", "brackets or braces are not closed, or lack a value; write [a, b] or {key: value}"),
    ("expected a single document", "a second document (---); keep one"),
    ("while parsing a block", "wrong indentation; keys of one section begin in the same column"),
)
"""What a word of PyYAML's message means for the one who wrote the file; the first that fits."""


class BadYamlError(Exception):
    """A YAML text is not as expected; `line` counts from 1, and `str()` is the sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(slots=True)
class Tree:
    """
    What a text says.

    Attributes:
        data: Dicts, lists and scalars; None where it says nothing.
        lines: The line of each value's key or list item.
        written: Each scalar as it is written, where it is short.
    """

    data: Any = None
    lines: dict[Key, int] = field(default_factory=lambda: {(): 1})
    written: dict[Key, str] = field(default_factory=dict)


class _Composer(yaml.SafeLoader):
    """Makes nodes of a text, as long as they are neither too many nor too deep."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own name and shape
    _depth = 0
    _count = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        line = self.line + 1  # of the scanner, which is a word or two ahead
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise BadYamlError(line, f"keys or lists are more than {DEEPEST} deep in each other")
        if self._count > MOST:
            raise BadYamlError(line, f"the file has more than {MOST} values")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _tag, _pattern, _first in _FORMS:
    _Composer.add_implicit_resolver(_PREFIX + _tag, re.compile(rf"(?:{_pattern})$"), list(_first))


def parse(text: str) -> Tree:
    """
    Read a YAML text.

    Raises:
        BadYamlError: It is no YAML, too much of it, or has something that Vigie does not take.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            refuse_invisible(line.translate(dict.fromkeys(map(ord, _LINES))).removeprefix("\ufeff"))
        except WrongValueError as problem:
            raise BadYamlError(number, str(problem)) from None
    try:
        root = yaml.compose(text, Loader=_Composer)
    except yaml.MarkedYAMLError as problem:
        raise BadYamlError(_line(problem), f"not valid YAML: {_sentence(problem)}") from None
    except (yaml.YAMLError, ValueError):  # an escape that is no character
        raise BadYamlError(1, "not valid YAML: it holds something that is no character") from None
    tree = Tree()
    if root is not None:
        tree.data = _Builder(tree).value(root, ())
    return tree


@dataclass(slots=True)
class _Builder:
    tree: Tree
    _count: int = 0

    def value(self, node: yaml.Node, key: Key) -> Any:
        """The plain value of a node; aliases are followed."""
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > MOST or len(key) > DEEPEST:
            raise BadYamlError(
                line, f"aliases (*name) make the file larger than {MOST} values; write out what is meant"
            )
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_PREFIX}map":
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_PREFIX}seq":
            return self._sequence(node, key)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, key, line)
        raise _tagged(line)

    def _sequence(self, node: yaml.SequenceNode, key: Key) -> list[Any]:
        for index, item in enumerate(node.value):
            self.tree.lines[*key, index] = item.start_mark.line + 1
        return [self.value(item, (*key, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            name = _name(name_node, line)
            if name in values:
                first = self.tree.lines[*key, name]
                raise BadYamlError(line, f"{dotted((*key, name))!r} is given twice, first on line {first}; keep one")
            self.tree.lines[*key, name] = line
            values[name] = self.value(value_node, (*key, name))
        return values

    def _scalar(self, node: yaml.ScalarNode, key: Key, line: int) -> Any:
        read = _SCALARS.get(node.tag.removeprefix(_PREFIX))
        if read is None:
            raise _tagged(line)
        if len(node.value) <= _LONGEST_WRITTEN:
            self.tree.written[key] = node.value
        try:
            return read(node.value)
        except ValueError:
            raise BadYamlError(line, "a number that cannot be read; put it in quotes if it is text") from None


def dotted(key: Key) -> str:
    """A key as people write it: `sources.postgres.dsn`, `probes[2].url`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _name(node: yaml.Node, line: int) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.value == "":
        raise BadYamlError(line, "a key is empty, a list or a section; expected a word, as in `key: value`")
    if node.value == "<<" and node.style is None:
        raise BadYamlError(line, "merge keys (<<) are not taken; write the keys out")
    if not node.tag.startswith(_PREFIX):
        raise _tagged(line)
    return str(node.value)


def _tagged(line: int) -> BadYamlError:
    return BadYamlError(line, "a tag (a word that begins with !) is not taken; put the word in quotes if it is text")


def _line(problem: yaml.MarkedYAMLError) -> int:
    mark = problem.problem_mark or problem.context_mark
    return mark.line + 1 if mark else 1


def _sentence(problem: yaml.MarkedYAMLError) -> str:
    said = f"{problem.context} {problem.problem}"
    return next(
        (meaning for words, meaning in _FAULTS if words in said), "check indentation, quotation marks and colons"
    )
