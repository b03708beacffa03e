"""
LangSmith: every trace and every call of a model counted once, what they cost, and what the month will have used.

Facts: the types of the `langsmith` package 0.15, and https://docs.langchain.com/langsmith. Requests in steady state
with the defaults: 132 an hour (60 for the projects, 60 for the runs, 12 for usage limits and the month so far), 96,400
a month; there is no monthly allowance, and a key may send 300 run queries in 10 s, of which Vigie takes 80% at most.
"""

from vigie.sources.langsmith.config import LangSmithConfig, requests_per_hour
from vigie.sources.langsmith.source import LangSmithSource

__all__ = ["LangSmithConfig", "LangSmithSource", "requests_per_hour"]
