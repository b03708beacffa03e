"""LangSmith, simulated: `LangSmith` is the vendor, `World` what is true there."""

from demo.vendors.langsmith.life import Pace, Run
from demo.vendors.langsmith.vendor import LangSmith
from demo.vendors.langsmith.world import Project, World, project_id

__all__ = ["LangSmith", "Pace", "Project", "Run", "World", "project_id"]
