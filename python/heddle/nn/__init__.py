"""heddle.nn.functional: the functions that modules are made of."""
from . import functional
