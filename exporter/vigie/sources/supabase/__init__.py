"""
Supabase: the project's status, the health of its services, and who tries to sign in; its database is `postgres`.

Facts from the published schema of the Management API (https://supabase.com/docs/reference/api), the guides to log
queries and to their allowance, and the source of Supabase Auth. Requests in steady state with the defaults: 180 an hour
(project, health, minutes), 300 while sign-ins fail (two more, to see patterns), so at most 216,000 a month, of the
7,200 an hour that all tokens of one person share. Of these 180 an hour at most go to the logs, which take 1,800.
"""

from vigie.sources.supabase.config import SupabaseConfig, requests_per_hour
from vigie.sources.supabase.source import SupabaseSource

__all__ = ["SupabaseConfig", "SupabaseSource", "requests_per_hour"]
