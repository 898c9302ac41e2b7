"""The gateway: one process a site, which speaks for it to the outside. Its services share one line to the hub."""
