"""Supabase, for the tests that run over all vendors."""

from demo.vendors.supabase import Supabase, World
from tests.vendors.setup import SECRET, Setup

WORLD = World()
PLENTY = 10**9
"""These tests live through months in a second, so the vendor's limits by the minute are lifted."""

SETUP = Setup(
    name="supabase",
    simulator=lambda: Supabase(World(token=SECRET, requests_per_minute=PLENTY, log_queries_per_minute=PLENTY)),
    settings=lambda url: {"base_url": url, "token": SECRET, "project": WORLD.ref},
)
