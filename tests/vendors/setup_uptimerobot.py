"""UptimeRobot, for the tests that run over all vendors."""

from demo.vendors.uptimerobot import UptimeRobot, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="uptimerobot",
    simulator=lambda: UptimeRobot(World(key=SECRET, limit=600)),
    settings=lambda url: {"base_url": f"{url}/v3", "api_key": SECRET, "requests_per_minute": 600},
)
