"""What the modules of this folder register: functions that give a model and the calls it is asked to make."""

import zlib
from dataclasses import dataclass
from typing import Callable, Tuple

import torch

SAMPLES = []


@dataclass
class Sample:
    name: str
    family: str
    make: Callable    # () -> (module, {case: arguments}); a trace is made with the first case
    kinds: Tuple[str, ...]
    quick: bool       # part of the test run; the others are asked for by `make conformance`
    settings: dict    # rtol and atol where the usual ones do not fit

    def build(self):
        """The model in eval mode and its calls, the same for every call under one PyTorch."""
        torch.manual_seed(zlib.crc32(self.name.encode()))
        module, calls = self.make()
        return module if isinstance(module, torch.jit.ScriptModule) else module.eval(), calls


def sample(family, kinds="scripted traced", quick=False, **settings):
    """Registers a function, whose name is the sample's."""
    def register(make):
        SAMPLES.append(Sample(make.__name__, family, make, tuple(kinds.split()), quick, settings))
        return make
    return register


def stir(module, strength=1.0):
    """Replaces constant parameters by random ones and gives batch norms statistics of their own."""
    with torch.no_grad():
        for name, p in module.named_parameters():
            if p.numel() > 1 and bool((p == p.flatten()[0]).all()):
                p.add_(torch.randn_like(p) * 0.1 * strength)
        for m in module.modules():
            if isinstance(m, torch.nn.modules.batchnorm._BatchNorm) and m.running_mean is not None:
                m.running_mean.normal_(0, 0.1)
                m.running_var.uniform_(0.8, 1.2)
    return module
