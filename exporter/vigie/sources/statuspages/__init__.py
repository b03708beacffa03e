"""
Status pages: what vendors say of themselves, so that their incident explains ours.

Each page is public JSON in one of a few formats. Requests in steady state with the defaults: 540 an hour, 389,000 a
month, of which each page sees 60 an hour; no vendor limits them.
"""

from vigie.sources.statuspages.config import StatusPagesConfig, requests_per_hour
from vigie.sources.statuspages.source import StatusPagesSource

__all__ = ["StatusPagesConfig", "StatusPagesSource", "requests_per_hour"]
