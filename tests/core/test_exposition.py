"""From families to bytes: both formats, joined over sources, compressed once."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from vigie.core.exposition import OPENMETRICS, TEXT, assemble, encode
from vigie.core.families import Families, counter, gauge, untyped

JOBS = counter("jobs_total", "Jobs.", "queue")
SIZE = gauge("size", "Size.", "name")
HITS = untyped("blks_hit", "Hits.")


def _families(*queues: str) -> Families:
    families = Families()
    for queue in queues:
        families.add(JOBS, 2, queue)
    return families


def test_text_of_two_sources_is_sorted_and_has_one_header_per_family() -> None:
    first, second = _families("a"), _families("b")
    second.add(HITS, 7)
    page = assemble([encode(first), encode(second)])
    assert page.text.plain.decode() == (
        "# HELP blks_hit Hits.\n# TYPE blks_hit untyped\nblks_hit 7.0\n"
        '# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total{queue="a"} 2.0\njobs_total{queue="b"} 2.0\n'
    )


def test_openmetrics_ends_with_eof_and_names_counters_without_total() -> None:
    page = assemble([encode(_families("a")), encode(Families())])
    assert page.openmetrics.plain.decode() == (
        '# HELP jobs Jobs.\n# TYPE jobs counter\njobs_total{queue="a"} 2.0\n# EOF\n'
    )


def test_a_declared_family_without_series_still_has_its_header() -> None:
    families = Families()
    families.declare(SIZE)
    assert assemble([encode(families)]).text.plain == b"# HELP size Size.\n# TYPE size gauge\n"


def test_the_compressed_body_is_the_plain_one() -> None:
    page = assemble([encode(_families("a", "b"))])
    assert gzip.decompress(page.text.gzipped) == page.text.plain
    assert gzip.decompress(page.openmetrics.gzipped) == page.openmetrics.plain


def test_openmetrics_is_served_when_asked_for() -> None:
    page = assemble([])
    prometheus = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
    assert page.negotiate(prometheus).content_type == OPENMETRICS
    assert page.negotiate("*/*").content_type == TEXT


@given(st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=8))
def test_any_label_value_survives_both_formats(values: dict[str, float]) -> None:
    families = Families()
    for name, value in values.items():
        families.add(SIZE, value, name)
    page = assemble([encode(families)])
    for body, parse in ((page.text, parse_text), (page.openmetrics, parse_openmetrics)):
        text = body.plain.decode()
        samples = {s.labels["name"]: s.value for family in parse(text) for s in family.samples}
        assert samples == values
