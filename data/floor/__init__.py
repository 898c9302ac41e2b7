"""The practice floor: a process of its own that plays a PBX, its callers and several agents against a hub."""
