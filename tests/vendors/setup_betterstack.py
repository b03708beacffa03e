"""Better Stack, for the tests that run over all vendors."""

from demo.vendors.betterstack import BetterStack, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="betterstack",
    simulator=lambda: BetterStack(World(token=SECRET)),
    settings=lambda url: {"base_url": url, "token": SECRET},
)
