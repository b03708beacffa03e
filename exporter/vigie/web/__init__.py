"""The HTTP face: pages, scrapes, health, and the listener's security."""
