"""Linear algebra: the operators linalg_* of the table under their short names."""
from . import _operators

__all__ = _operators.fill_functions(globals(), __name__, "aten", "linalg_")
