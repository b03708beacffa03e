"""Requests that are refused before they are read: too long a first line, too many headers, a body in tiny chunks."""

from __future__ import annotations

import re

import h11

from vigie.web.limits import LONGEST_HEAD, LONGEST_TARGET, MEAN_CHUNK, MOST_HEADERS, SMALL_CHUNKS

_END_OF_HEAD = re.compile(rb"\n\r?\n")
_SENTENCES = {
    400: "This is not a valid request of HTTP/1.1.",
    413: "The chunks of the body are too small.",
    414: f"The request's first line is longer than {LONGEST_TARGET} bytes.",
    431: f"The request has more than {MOST_HEADERS} headers, or they are longer than {LONGEST_HEAD} bytes.",
}
_PHRASES = {
    400: "Bad Request",
    413: "Content Too Large",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
}


class BoundedConnection(h11.Connection):
    """
    h11's reading of a connection, with limits.

    h11 limits only what is incomplete, so a long head that arrives at once would be parsed in full.

    Attributes:
        refusal: Status of the answer to a request that cannot be taken.
    """

    def __init__(self) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        self.refusal = 400
        self._chunks = 0
        self._chunk_bytes = 0

    def next_event(self) -> type[h11.NEED_DATA | h11.PAUSED] | h11.Event:
        """
        Read on.

        Raises:
            h11.RemoteProtocolError: The request is refused, with status `refusal`.
        """
        try:
            if self.their_state is h11.IDLE:
                self._chunks = self._chunk_bytes = 0
                check_head(self.trailing_data[0])
            event = super().next_event()
            if isinstance(event, h11.Data):
                self._check_chunks(event)
        except h11.RemoteProtocolError as problem:
            self.refusal = problem.error_status_hint
            raise
        return event

    def _check_chunks(self, data: h11.Data) -> None:
        self._chunks += data.chunk_start
        self._chunk_bytes += len(data.data)
        if self._chunks > SMALL_CHUNKS + self._chunk_bytes // MEAN_CHUNK:
            raise h11.RemoteProtocolError("chunks too small", error_status_hint=413)


def check_head(received: bytes) -> None:
    """
    Look at the beginning of a request before it is parsed, however little of it has arrived.

    Raises:
        h11.RemoteProtocolError: It is too long already.
    """
    end = _END_OF_HEAD.search(received, 0, LONGEST_HEAD)
    head = received[: end.start()] if end else received
    first_line = head.find(b"\n")
    if (len(head) if first_line < 0 else first_line) > LONGEST_TARGET:
        raise h11.RemoteProtocolError("first line too long", error_status_hint=414)
    if len(head) > LONGEST_HEAD or head.count(b"\n") > MOST_HEADERS:
        raise h11.RemoteProtocolError("headers too long", error_status_hint=431)


def refusal(status: int) -> bytes:
    """The whole answer to a request that cannot be taken."""
    status = status if status in _SENTENCES else 400
    body = f"{_SENTENCES[status]}\n".encode()
    head = (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\ncontent-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
