"""Vigie: know that a SaaS product is unwell before its customers do."""

__version__ = "0.1.0"
