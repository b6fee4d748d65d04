"""Wearables' wire protocols, without I/O, and the links that carry them. See PROTOCOL.md."""
