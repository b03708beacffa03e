"""
Simulated SaaS vendors: for the demo, and for tests without a network.

Each module is one vendor: its `World` (what a test or a person sets: rates, failures, quotas) and the routes that show
it on the wire as the vendor does: authentication, paging, limits, shapes of errors, eventual consistency.
"""
