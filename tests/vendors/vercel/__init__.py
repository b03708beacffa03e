"""Vercel against its simulator."""
