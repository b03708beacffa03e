"""Railway, for the tests that run over all vendors."""

from demo.vendors.railway import Railway, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="railway",
    simulator=lambda: Railway(World(token=SECRET)),
    settings=lambda url: {"base_url": f"{url}/graphql/v2", "token": SECRET},
)
