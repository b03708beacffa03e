"""Status pages, for the tests that run over all vendors."""

from demo.vendors.statuspages import StatusPages
from tests.vendors.setup import Setup

SETUP = Setup(
    name="statuspages",
    simulator=StatusPages,
    settings=lambda url: {"base_url": url},
)
