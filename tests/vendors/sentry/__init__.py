"""Sentry against its simulator."""
