"""Operators with several results give tuples with names: heddle.return_types.max(values=..., indices=...)."""
