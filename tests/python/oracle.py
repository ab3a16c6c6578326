"""Heddle beside PyTorch in one process: values to and from each, and whether they are the same."""
import math
import sys
import types
import unittest

import torch

import heddle

TOLERANCES = {torch.float32: (1e-4, 1e-5), torch.float64: (1e-7, 1e-7), torch.complex64: (1e-4, 1e-5),
              torch.complex128: (1e-7, 1e-7), torch.bfloat16: (1.6e-2, 1e-2), torch.float16: (1e-2, 1e-2)}


def dtype_to_heddle(dtype):
    return getattr(heddle, str(dtype).split(".")[1])


def to_heddle(value):
    """The same for Heddle: tensors are copied with their strides."""
    if isinstance(value, torch.Tensor):
        if value.is_conj() or value.is_neg():
            plain = value.resolve_conj().resolve_neg()
            return to_heddle(plain)
        if value.layout != torch.strided or value.is_quantized:
            raise unittest.SkipTest("neither sparse nor quantised tensors")
        detached = value.detach()
        if 0 in detached.stride() or detached.dtype == torch.bool:
            made = heddle.from_dlpack(torch.utils.dlpack.to_dlpack(detached.contiguous().view(torch.uint8)
                                                                   if detached.dtype == torch.bool else
                                                                   detached.contiguous()))
            made = made.bool() if detached.dtype == torch.bool else made.clone()
        else:
            flat = heddle.from_dlpack(torch.utils.dlpack.to_dlpack(detached)).clone()
            made = flat
        made.requires_grad = value.requires_grad
        return made
    if isinstance(value, torch.Size):
        return heddle.Size(value)
    if isinstance(value, torch.dtype):
        return dtype_to_heddle(value)
    if isinstance(value, (torch.memory_format, torch.layout)):
        return getattr(heddle, str(value).split(".")[1])
    if isinstance(value, torch.device):
        return heddle.device(str(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(to_heddle, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(to_heddle, value))
    if isinstance(value, dict):
        return {key: to_heddle(part) for key, part in value.items()}
    return value


def to_torch(value):
    """A Heddle tensor as PyTorch's, over the same memory."""
    if value.dtype is heddle.bool:
        return torch.from_dlpack(value.to(heddle.uint8)).bool()
    return torch.from_dlpack(value.detach().resolve_conj().resolve_neg())


def difference(got, expected, exact=False):
    """Why a Heddle value is not what PyTorch gave; None where it is."""
    if isinstance(expected, torch.Tensor):
        if not isinstance(got, heddle.Tensor):
            return f"got a {type(got).__name__} instead of a tensor"
        if str(got.dtype) != str(expected.dtype):
            return f"got {got.dtype} instead of {expected.dtype}"
        if tuple(got.shape) != tuple(expected.shape):
            return f"got shape {tuple(got.shape)} instead of {tuple(expected.shape)}"
        relative, absolute = (0, 0) if exact else TOLERANCES.get(expected.dtype, (0, 0))
        mine, expected = to_torch(got), expected.detach().resolve_conj().resolve_neg()
        if not torch.allclose(mine, expected, relative, absolute, equal_nan=True):
            return f"got {got} instead of {expected}"
        return None
    if isinstance(expected, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return f"got {got!r} instead of {expected!r}"
        return next(filter(None, (difference(g, e, exact) for g, e in zip(got, expected))), None)
    if isinstance(expected, (torch.dtype, torch.device, torch.layout)):
        return None if str(got) == str(expected) else f"got {got} instead of {expected}"
    if isinstance(expected, dict):
        if list(map(str, got)) != list(map(str, expected)):
            return f"got keys {list(got)} instead of {list(expected)}"
        return next(filter(None, (difference(got[key], expected[key], exact) for key in expected)), None)
    if isinstance(expected, float) and isinstance(got, float):
        same = got == expected or math.isclose(got, expected, rel_tol=1e-4) or (got != got and expected != expected)
        return None if same else f"got {got!r} instead of {expected!r}"
    same = got == expected and type(got) is type(expected)
    return None if same else f"got {got!r} instead of {expected!r}"


def builtin_class(raised):
    """The class of Python's own that an exception is of."""
    return next((kind for kind in type(raised).__mro__ if kind.__module__ == "builtins"), None)


def op_db():
    """PyTorch's database of operators and samples; the module it imports that Debian lacks is stood in for."""
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase, stand_in.ACCEPT = unittest.TestCase, False
    sys.modules.setdefault("expecttest", stand_in)
    from torch.testing._internal.common_methods_invocations import op_db as database
    return database
