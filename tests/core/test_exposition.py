"""From families to bytes: both formats, joined over sources, compressed once."""

from __future__ import annotations

import gzip

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests import judge
from vigie.core.exposition import OPENMETRICS, TEXT, Encoder, assemble, encode
from vigie.core.families import Distribution, Families, counter, gauge, histogram, untyped

JOBS = counter("jobs_total", "Jobs.", "queue")
SIZE = gauge("size", "Size.", "name")
HITS = untyped("blks_hit", "Hits.")
TAKEN = histogram("taken_seconds", 'Time, "all" of it\nin C:\\.', "zone", "by", buckets=(0.25, 1, 1e7))


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


TEXTS = st.text(max_size=3) | st.sampled_from(["", "a", "\\", '"', "\n", "\\n", "é😀"])
NUMBERS = (st.integers(-3, 10**17) | st.floats() | st.sampled_from([1e6, 999999.5, 1e-7, 1.5e300])).map(
    lambda number: number + 0.0  # -0.0 equals 0.0
)
AMOUNTS = st.integers(0, 10**17) | st.floats(0, allow_infinity=False)
COUNTS = st.lists(st.integers(0, 10**9), min_size=4, max_size=4)


@st.composite
def polls(draw: st.DrawFn) -> Families:
    """What a poll may have found."""
    families = Families()
    for family in draw(st.sets(st.sampled_from([JOBS, SIZE, HITS, TAKEN]))):
        families.declare(family)
    for family, numbers in ((JOBS, AMOUNTS), (SIZE, NUMBERS)):
        for name, number in draw(st.dictionaries(TEXTS, numbers, max_size=4)).items():
            families.add(family, number, name)
    for zone, by, counts in draw(st.lists(st.tuples(TEXTS, TEXTS, COUNTS), max_size=2)):
        families.observe(TAKEN, Distribution(tuple(counts), sum(counts) / 3), zone, by)
    return families


@given(st.lists(polls(), min_size=1, max_size=4))
def test_what_is_written_poll_after_poll_is_what_prometheus_client_writes(found: list[Families]) -> None:
    encoder = Encoder()
    for families in found:
        page = assemble([encoder.encode(families)])
        assert page.text.plain == judge.text(families)
        assert page.openmetrics.plain == judge.openmetrics(families)
        for body in (page.text, page.openmetrics):
            assert gzip.decompress(body.gzipped) == body.plain


@given(polls())
def test_its_parsers_read_every_number_back(families: Families) -> None:
    page = assemble([encode(families)])
    for body, parse in ((page.text, parse_text), (page.openmetrics, parse_openmetrics)):
        samples = [sample for family in parse(body.plain.decode()) for sample in family.samples]
        for family in (JOBS, SIZE):
            read = {tuple(s.labels.values()): s.value for s in samples if s.name == family.name}
            written = families.values.get(family, {})
            assert read.keys() == written.keys()
            assert all(read[key] == value or value != value for key, value in written.items())  # noqa: PLR0124 - NaN


def test_half_a_pair_in_a_label_does_not_cost_the_page() -> None:
    families = Families()
    families.add(SIZE, 1, "\ud83d")
    assert assemble([encode(families)]).text.plain.endswith(b'size{name="?"} 1.0\n')


def test_only_what_changed_is_encoded_and_compressed_again() -> None:
    encoder = Encoder()
    first, second = _families("a", "b"), _families("a", "b")
    first.add(SIZE, 1, "x")
    second.add(SIZE, 2, "x")
    before, after = encoder.encode(first), encoder.encode(second)
    assert after["jobs_total"] is before["jobs_total"]
    assert after["size"] is not before["size"]
    third = _families("b", "a", "c")
    assert encoder.encode(third)["jobs_total"].samples.plain.count(b"\n") == 3
    assert before["jobs_total"].samples.plain.count(b"\n") == 2


def test_the_compressed_page_is_small() -> None:
    families = Families()
    for number in range(5000):
        families.add(SIZE, number * 1.5, f"celery@worker-{number}")
    body = assemble([encode(families)]).text
    assert len(body.gzipped) < len(body.plain) / 5
