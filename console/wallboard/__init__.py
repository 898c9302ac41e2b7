"""The wallboard: the floor in browsers, read-only. One process serves, owns the replica and its sync worker; each viewer is
a process of its own that only reads the store."""
