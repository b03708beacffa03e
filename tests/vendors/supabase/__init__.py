"""Supabase's tests."""
