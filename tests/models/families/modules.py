"""Every torch.nn module with the arguments and inputs of PyTorch's own tests (torch.testing._internal)."""

import re
import sys
import types
import unittest

import torch
from torch import nn

from .registry import sample, stir


def tables():
    """The tests of modules and of losses; a module that they import and Debian lacks is stood in for."""
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase, stand_in.ACCEPT = unittest.TestCase, False
    sys.modules.setdefault("expecttest", stand_in)
    from torch.testing._internal import common_nn
    return common_nn.module_tests + common_nn.new_module_tests, common_nn.criterion_tests


def given(test, what):
    """The test's input or target, which it holds as a value, a function or a size."""
    if what in test:
        value = test[what]
    elif f"{what}_fn" in test:
        value = test[f"{what}_fn"]()
    elif f"{what}_size" in test:
        value = torch.randn(test[f"{what}_size"])
    else:
        return None
    return value if isinstance(value, tuple) else (value,)


# What torch.jit.script does not take: sizes with None among them, Python's autograd functions, lists for tensors. One test makes its module
# by a function of its own.
LEFT_OUT = re.compile(r"nn_CrossMapLRN2d|nn_MaxPool2d|nn_CTCLoss_.*intlists")
TRACED = re.compile(r".*_tuple_none")


def single(tensor):
    """The tests of losses are in float64 by default."""
    return tensor.float() if tensor.dtype == torch.float64 else tensor.clone()


def registered(test, loss):
    name = re.sub(r"\W+", "_", f"nn_{test['module_name']}_{test.get('desc', '')}").rstrip("_")

    def make():
        module = getattr(nn, test["module_name"])(*test.get("constructor_args", ()))
        arguments = given(test, "input") + (given(test, "target") if loss else ()) + tuple(test.get("extra_args", ()))
        return stir(module.float() if loss else module), {"first": tuple(single(a) if isinstance(a, torch.Tensor) else a for a in arguments)}
    make.__name__ = name
    return name, make


def register_all():
    names = set()
    tests, losses = tables()
    for test, loss in [(t, False) for t in tests] + [(t, True) for t in losses]:
        if "module_name" not in test or "constructor_args_fn" in test:
            continue
        name, make = registered(test, loss)
        if name not in names and not LEFT_OUT.fullmatch(name):
            names.add(name)
            sample("modules", "traced" if TRACED.fullmatch(name) else "scripted")(make)


register_all()
