"""JSON of others: what is no text spoils neither the rest of its document nor anything else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core import foreign

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Named(msgspec.Struct):
    """What is read of a document that says more."""

    name: str


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"\ud83d"', "�"),
        (rb'"\uDE00\ud83d"', "��"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud83d\ud83d\ude00"', "�😀"),
        (rb'"\\ud83d \ud83d"', "\\ud83d �"),
        (rb'"\\\ud83d\n"', "\\�\n"),
        (b'"caf\xe9"', "caf�"),
        (b'"\xed\xa0\xbd"', "���"),
    ],
)
def test_half_a_pair_and_other_encodings_are_read_as_the_replacement_character(written: bytes, read: str) -> None:
    assert foreign.read(written, str) == read


@pytest.mark.parametrize("odd", [rb"\ud83d", b"caf\xe9.txt"])
def test_text_that_nobody_reads_hides_nothing_that_somebody_does(odd: bytes) -> None:
    reader = foreign.Reader[Named](Named)
    document = b'{"file": "' + odd + b'", "name": "a"}'
    assert reader.read(document) == Named("a")
    assert reader.read_lines(document + b"\n" + document) == [Named("a")] * 2


@given(ANY)
def test_good_json_is_read_as_it_is(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert foreign.read(text) == value
        assert json.loads(foreign.mended(text)) == value


@given(ANY, st.text(alphabet=st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), min_size=1))
def test_surrogates_anywhere_leave_json(value: Any, half: str) -> None:
    text = json.dumps({half: [value, half], "value": value})
    assert foreign.read(text)["value"] == value


@pytest.mark.parametrize("text", [b"", b'{"name": "a"', b'{"name": "\\x"}', b"<html>", b"[" * 100_000, b"\xff\xfe1"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    for read in (foreign.read, foreign.Reader[Any](Any).read, foreign.Reader[Any](Any).read_lines):
        if text:
            with pytest.raises(foreign.UNREADABLE):
                read(text)
    with pytest.raises(foreign.UNREADABLE):
        foreign.read(text)


def test_another_shape_is_told_from_no_json() -> None:
    with pytest.raises(msgspec.ValidationError, match="name"):
        foreign.read(b'{"file": "\xe9"}', Named)
