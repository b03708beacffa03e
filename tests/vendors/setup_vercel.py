"""Vercel, for the tests that run over all vendors."""

from demo.vendors.vercel import OWNER, Vercel, World
from tests.vendors.setup import SECRET, Setup

SETUP = Setup(
    name="vercel",
    simulator=lambda: Vercel(World(token=SECRET)),
    settings=lambda url: {"base_url": url, "token": SECRET, "team_id": OWNER, "drain": {"secret": "hush-hush"}},
)
