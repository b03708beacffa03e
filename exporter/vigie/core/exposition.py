"""
From families to the bytes of a scrape.

Encoding and compressing are done once per poll, never per scrape: each source's families are encoded when they arrive,
and the page that joins all sources is put together when one of them changed.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import exposition as text_format
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics_format

from vigie.core.families import Families

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_END = b"# EOF\n"
_COMPRESSION = 1
"""Level of gzip: level 1 makes metrics 10 to 20 times smaller; higher ones cost more than they save on a LAN."""


@dataclass(frozen=True, slots=True)
class Block:
    """One family in one format: its `# HELP` and `# TYPE` lines, and its samples."""

    header: bytes
    samples: bytes


Encoded = Mapping[str, tuple[Block, Block]]
"""By family name: the block in the text format and in OpenMetrics."""


@dataclass(frozen=True, slots=True)
class Body:
    """A scrape's answer in one format, plain and compressed."""

    content_type: str
    plain: bytes
    gzipped: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a scrape can ask for, ready to send."""

    text: Body
    openmetrics: Body

    def negotiate(self, accept: str) -> Body:
        """Pick the format by an `Accept` header, as the scrapers write it: OpenMetrics whenever it is named."""
        return self.openmetrics if "application/openmetrics-text" in accept else self.text


@dataclass(frozen=True, slots=True)
class _One:
    """A collector of one family: what the encoders of prometheus-client take."""

    metric: Metric

    def collect(self) -> Iterable[Metric]:
        return (self.metric,)


def encode(families: Families) -> Encoded:
    """Encode every family in both formats."""
    return {metric.name: encode_metric(metric) for metric in families.metrics()}


def encode_metric(metric: Metric) -> tuple[Block, Block]:
    """Encode one family in the text format and in OpenMetrics."""
    collector = _One(metric)
    openmetrics: bytes = openmetrics_format.generate_latest(collector)  # type: ignore[no-untyped-call]
    return _block(text_format.generate_latest(collector)), _block(openmetrics.removesuffix(_END))


def _block(encoded: bytes) -> Block:
    lines = encoded.split(b"\n", 2)
    return Block(b"\n".join(lines[:2]) + b"\n", lines[2])


def assemble(parts: Iterable[Encoded]) -> Page:
    """Join what the sources encoded; a family that several of them export gets one header."""
    families: dict[str, list[tuple[Block, Block]]] = {}
    for part in parts:
        for name, blocks in part.items():
            families.setdefault(name, []).append(blocks)
    ordered = [families[name] for name in sorted(families)]
    text = _join([[blocks[0] for blocks in family] for family in ordered])
    openmetrics = _join([[blocks[1] for blocks in family] for family in ordered]) + _END
    return Page(_body(TEXT, text), _body(OPENMETRICS, openmetrics))


def _join(families: Iterable[list[Block]]) -> bytes:
    return b"".join(piece for family in families for piece in (family[0].header, *(block.samples for block in family)))


def _body(content_type: str, plain: bytes) -> Body:
    return Body(content_type, plain, gzip.compress(plain, _COMPRESSION, mtime=0))
