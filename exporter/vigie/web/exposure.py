"""Who can read what, when the listener can be reached from other machines."""

from __future__ import annotations

import ipaddress

from vigie.web.security import Security


def exposure(address: tuple[str, int], security: Security | None) -> str | None:
    """What is open to strangers and how to close it, in one sentence; None where nothing is."""
    host, port = address
    if ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        return None
    if security is None or not security.asks_everybody:
        return (
            f"Everybody who can reach port {port} can read all metrics and the state of every source, and reload the "
            "configuration: give --web.config.file with basic_auth_users or client certificates, or let only "
            f"Prometheus reach the port (in a container, publish it as 127.0.0.1:{port}:{port} or not at all)."
        )
    if not security.encrypts:
        return (
            f"Everybody who can listen in on the network reads the passwords sent to port {port}: "
            "add tls_server_config to the file given with --web.config.file."
        )
    return None
