"""Tensors to and from arrays of other libraries, over the same memory."""
from .._C import from_dlpack, to_dlpack
