"""How the web server runs: sync workers (measured quicker and steadier here than threads), replaced now and then."""

import os
from pathlib import Path

from redcross_portal.start_check import refuse_wrong_keys_at_start

worker_class = "sync"
timeout = 60
graceful_timeout = 20
# A worker that grew is replaced; the jitter keeps two from being replaced at once.
max_requests = 5000
max_requests_jitter = 500
# The heartbeat file of a worker must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# An access log would hold visitors' addresses next to what they looked up: the proxy decides that, not we.
accesslog = None
errorlog = "-"
loglevel = "info"
control_socket_disable = True


def on_starting(server: object) -> None:
    """Before any worker: no page with keys that are not those of the database."""
    refuse_wrong_keys_at_start()
