"""Sentry, for the tests that run over all vendors."""

from demo.vendors.sentry import Sentry, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="sentry",
    simulator=lambda: Sentry(World(token=SECRET, limit=1000)),
    settings=lambda url: {"base_url": url, "token": SECRET, "organization": "acme"},
)
