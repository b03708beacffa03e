"""
A real RabbitMQ on loopback.

It has a port mapper of its own, so that it meets no other Erlang, and reads no settings of an installed RabbitMQ.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.real.process import answers, free_port, running
from tests.real.tools import binary


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Run RabbitMQ in `folder` and give its URL (user guest)."""
    port, mapper, distribution = free_port(), free_port(), free_port()
    (folder / "conf.d").mkdir()
    (folder / "plugins").write_text("[].\n")
    env = {
        "HOME": str(folder),  # its cookie
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_CONFIG_FILES": str(folder / "conf.d"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_MNESIA_BASE": str(folder / "db"),
        "RABBITMQ_NODENAME": "vigie@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    with (
        running([binary("epmd")], lambda: answers(mapper), folder / "epmd.log", env=env),
        running([binary("rabbitmq-server")], lambda: answers(port), folder / "rabbitmq.log", env=env),
    ):
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
