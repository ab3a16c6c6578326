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
        value = torch.randn(*test[f"{what}_size"])
    else:
        return None
    return value if isinstance(value, tuple) else (value,)


def registered(test, loss):
    name = re.sub(r"\W+", "_", f"nn_{test['module_name']}_{test.get('desc', '')}").rstrip("_")

    def make():
        module = getattr(nn, test["module_name"])(*test.get("constructor_args", ()))
        arguments = given(test, "input") + tuple(test.get("extra_args", ())) + (given(test, "target") if loss else ())
        return stir(module), {"first": tuple(a.clone() if isinstance(a, torch.Tensor) else a for a in arguments)}
    make.__name__ = name
    return name, make


def register_all():
    names = set()
    tests, losses = tables()
    for test, loss in [(t, False) for t in tests] + [(t, True) for t in losses]:
        if "module_name" not in test or "constructor_args_fn" in test:
            continue
        name, make = registered(test, loss)
        if name not in names:
            names.add(name)
            sample("modules", "scripted")(make)


register_all()
