"""The gateway's side of the hub: a feed that keeps a few kinds of rows in memory."""
