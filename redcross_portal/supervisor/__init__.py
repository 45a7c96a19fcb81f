"""The portal on one machine: servers, web, worker and beat under one process that starts and stops them all."""
