"""
LangSmith, for the tests that run over all vendors.

What happens stays clear of the moments at which those tests look first: a clock that is ten minutes off sees the same
history.
"""

from demo.vendors.langsmith import LangSmith, Project, World
from demo.vendors.langsmith.life import Pace
from tests.vendors.setup import SECRET, Setup

CALM = Pace(0.2, busy_minutes=(20, 50), error_ratio=0.2, call_error_ratio=0.2)


def _vendor() -> LangSmith:
    projects = [Project("assistant", pace=CALM), Project("summaries", pace=CALM)]
    return LangSmith(World(key=SECRET, projects=projects, page_limit=100, patience=10.0))


SETUP = Setup(
    name="langsmith",
    simulator=_vendor,
    settings=lambda url: {"base_url": url, "api_key": SECRET, "token_budgets": {"assistant": 1_000_000}},
)
