"""
Railway: what each service of one environment uses against its limits, and how its deployments and visitors fare.

Facts from the published schema of the GraphQL API v2 and https://docs.railway.com/integrations/api. Requests in steady
state with the defaults: 73 an hour (60 for the environment, 12 for HTTP figures, 1 for the cost), 53,000 a month, of
the 100 an hour that the Free plan allows in total.
"""

from vigie.sources.railway.config import RailwayConfig, requests_per_hour
from vigie.sources.railway.source import RailwaySource

__all__ = ["RailwayConfig", "RailwaySource", "requests_per_hour"]
