"""Special functions: the operators special_* of the table under their short names."""
from . import _operators

__all__ = _operators.fill_functions(globals(), __name__, "aten", "special_")
