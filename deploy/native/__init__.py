"""The stack of `docker-compose.yml` without Docker: the same parts as ordinary processes on loopback."""
