"""The demonstration: a made-up province, brought in through the services month by month (docs/demo.md)."""
