"""heddle.utils.dlpack."""
from . import dlpack
