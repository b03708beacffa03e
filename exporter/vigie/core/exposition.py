"""
From families to the bytes of a scrape.

Encoding and compressing are done once per poll, never per scrape, and only of what changed: a source's encoder keeps
the text of each label set and the block of each family whose numbers stay the same, compressed. The page that joins all
sources is put together from those blocks when one of them changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Final

from prometheus_client.utils import floatToGoString

from vigie.core.families import Distribution, Families, Family, LabelValues

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

_LEVEL: Final = 1
"""Level of deflate: level 1 makes metrics 10 to 20 times smaller; higher ones cost more than they save on a LAN."""
_GZIP_START: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
"""RFC 1952: deflate, no name, no time, fastest, any system."""
_DEFLATE_END: Final = b"\x03\x00"
"""RFC 1951: a last block with nothing in it."""


@dataclass(frozen=True)
class Piece:
    """Some bytes of the page; pieces stand side by side, plain or compressed."""

    plain: bytes

    @cached_property
    def deflated(self) -> bytes:
        """Blocks of a deflate stream that need nothing of what stands before them and end at a whole byte."""
        compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return compressor.compress(self.plain) + compressor.flush(zlib.Z_FULL_FLUSH)


_END: Final = Piece(b"# EOF\n")


@dataclass(frozen=True, slots=True)
class Block:
    """The samples of one family, which are the same in both formats, and what they are made of."""

    family: Family
    samples: Piece


Series = Mapping[LabelValues, float | Distribution]
Encoded = Mapping[str, Block]
"""By the family's name."""


@dataclass(frozen=True, slots=True)
class Body:
    """A scrape's answer in one format, plain and compressed."""

    content_type: str
    plain: bytes
    gzipped: bytes

    @classmethod
    def of(cls, content_type: str, pieces: Sequence[Piece]) -> Body:
        """Put pieces side by side."""
        plain = b"".join([piece.plain for piece in pieces])
        end = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) % 2**32).to_bytes(4, "little")
        gzipped = b"".join([_GZIP_START, *[piece.deflated for piece in pieces], _DEFLATE_END, end])
        return cls(content_type, plain, gzipped)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a scrape can ask for, ready to send."""

    text: Body
    openmetrics: Body

    def negotiate(self, accept: str) -> Body:
        """Pick the format by an `Accept` header, as the scrapers write it: OpenMetrics whenever it is named."""
        return self.openmetrics if "application/openmetrics-text" in accept else self.text


class Encoder:
    """Encodes the families of one source, poll after poll; not from two threads at once."""

    def __init__(self) -> None:
        self._prefixes: dict[Family, dict[LabelValues, tuple[str, ...]]] = {}
        self._before: dict[Family, tuple[Series, Block]] = {}

    def encode(self, families: Families) -> Encoded:
        """Encode every family; of one whose series are as before, the block is the one from before."""
        return {family.name: self._block(family, series) for family, series in families.series()}

    def _block(self, family: Family, series: Series) -> Block:
        before = self._before.get(family)
        if before is not None and before[0] == series:
            return before[1]
        block = Block(family, Piece(self._samples(family, series).encode("utf-8", "replace")))
        self._before[family] = dict(series), block
        return block

    def _samples(self, family: Family, series: Series) -> str:
        known = self._prefixes.get(family, {})
        prefixes = self._prefixes[family] = {
            labels: known.get(labels) or _prefixes(family, labels) for labels in series
        }
        numbers = chain.from_iterable(map(_numbers, series.values()))
        lines = zip(chain.from_iterable(prefixes.values()), numbers, strict=True)
        return "".join([f"{prefix}{_text(number)}\n" for prefix, number in lines])


def encode(families: Families) -> Encoded:
    """Encode every family, once."""
    return Encoder().encode(families)


def assemble(parts: Iterable[Encoded]) -> Page:
    """Join what the sources encoded; a family that several of them export gets one header."""
    families: dict[str, list[Block]] = {}
    for part in parts:
        for name, block in part.items():
            families.setdefault(name, []).append(block)
    text, openmetrics = list[Piece](), list[Piece]()
    for blocks in sorted(families.values(), key=lambda blocks: blocks[0].family.root):
        samples = [block.samples for block in blocks]
        for pieces, header in zip((text, openmetrics), _headers(blocks[0].family), strict=True):
            pieces += [header, *samples]
    return Page(Body.of(TEXT, text), Body.of(OPENMETRICS, [*openmetrics, _END]))


@lru_cache(maxsize=4096)
def _headers(family: Family) -> tuple[Piece, Piece]:
    """The `# HELP` and `# TYPE` lines in the text format and in OpenMetrics."""
    meaning = family.help.replace("\\", r"\\").replace("\n", r"\n")
    kind = "untyped" if family.kind == "unknown" else family.kind
    return (
        Piece(f"# HELP {family.name} {meaning}\n# TYPE {family.name} {kind}\n".encode()),
        Piece(f"# HELP {family.root} {_escaped(family.help)}\n# TYPE {family.root} {family.kind}\n".encode()),
    )


def _prefixes(family: Family, labels: LabelValues) -> tuple[str, ...]:
    """What stands before the numbers of one series."""
    pairs = dict(zip(family.labels, labels, strict=True))
    if family.kind != "histogram":
        return (_prefix(family.name, pairs),)
    bounds = [*(str(float(bound)) for bound in family.buckets), "+Inf"]
    return (
        *(_prefix(f"{family.name}_bucket", {**pairs, "le": bound}) for bound in bounds),
        _prefix(f"{family.name}_sum", pairs),
        _prefix(f"{family.name}_count", pairs),
    )


def _prefix(name: str, labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{label}="{_escaped(value)}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}} " if pairs else f"{name} "


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _numbers(value: float | Distribution) -> tuple[float, ...]:
    """The numbers of one series, in the order of its prefixes."""
    if isinstance(value, Distribution):
        return (*accumulate(value.counts), value.sum, sum(value.counts))
    return (value,)


@lru_cache(maxsize=2**16)
def _text(number: float) -> str:
    """A number as Go writes it; most are seen again."""
    return str(floatToGoString(number))  # type: ignore[no-untyped-call]
