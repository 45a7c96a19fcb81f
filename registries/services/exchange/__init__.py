"""Files to and from the national library: made, checked, applied as jobs (docs/registries-exchange.md).

Locks: the file, then donors in the order of their ids; where a step of one donor has its own service, that one's order.
"""
