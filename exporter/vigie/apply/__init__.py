"""
Make real at PagerDuty what `vigie.yaml` says.

What is there is read (`client`, `names`), compared with what is wanted (`plan`), changed (`changes`), and said in plain
sentences (`texts`); `run` puts these together.
"""

from vigie.apply.run import apply_pagerduty

__all__ = ["apply_pagerduty"]
