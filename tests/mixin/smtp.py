"""A mail server that keeps what it takes: enough of SMTP (RFC 5321) and AUTH PLAIN (RFC 4954) for one honest client."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import socketserver
import threading
from collections.abc import Container, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from tests.real.process import wait_until


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was handed over: who the client said it is, the account, who it was for, and the message."""

    hello: str
    account: tuple[str, str]
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its only part, which is plain text."""
        (part,) = (it for it in self.message.walk() if not it.is_multipart())
        assert part.get_content_type() == "text/plain"
        return str(part.get_content()).replace("\r\n", "\n")


class MailServer(socketserver.ThreadingTCPServer):
    """
    A mail server on a free port of loopback.

    Like many relays it takes no client that says it is localhost, and it does not know the mailboxes in `unknown`.
    """

    def __init__(self, unknown: Container[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.unknown = unknown
        self.mails: list[Mail] = []

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.server_address[1]}"

    def wait_for(self, count: int = 1) -> list[Mail]:
        """The mails, as soon as there are `count`."""
        wait_until(lambda: len(self.mails) >= count, f"{count} mails", seconds=10)
        return self.mails


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.hello = ""
        self.account = ("", "")
        self.recipients: list[str] = []
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            self.obey(*line.split(" ", 1))

    def obey(self, verb: str, rest: str = "") -> None:
        match verb:
            case "EHLO" if rest == "localhost":
                self.say("550 who is this?")
            case "EHLO":
                self.hello = rest
                self.say("250-test", "250 AUTH PLAIN")
            case "AUTH":
                _, name, password = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")
                self.account = (name, password)
                self.say("235 welcome")
            case "RCPT" if rest.removeprefix("TO:").strip("<>") in self.server.unknown:
                self.say("550 no such mailbox")
            case "RCPT":
                self.recipients.append(rest.removeprefix("TO:").strip("<>"))
                self.say("250 fine")
            case "DATA":
                self.say("354 go on")
                self.take()
            case _:
                self.say("221 bye" if verb == "QUIT" else "250 fine")

    def take(self) -> None:
        lines = (line.removeprefix(b".") for line in iter(self.rfile.readline, b".\r\n"))
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.server.mails.append(Mail(self.hello, self.account, tuple(self.recipients), message))
        self.say("250 taken")

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@contextlib.contextmanager
def taking_mail(*, unknown: Container[str] = ()) -> Iterator[MailServer]:
    """Run a mail server."""
    with MailServer(unknown) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
