"""What the modules of this folder register: functions that give a model and the calls it is asked to make."""

import inspect
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
    kinds: Tuple[str, ...]  # forms to write; with "?" those that PyTorch may refuse
    quick: bool       # part of the test run; the others are asked for by `make conformance`
    settings: dict    # rtol and atol where the usual ones do not fit: numbers, or functions of the module and a call

    def forms(self):
        """The forms to write, and whether PyTorch must manage."""
        return {kind.rstrip("?"): not kind.endswith("?") for kind in self.kinds}

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


def calibrated(model, *batch):
    """Sets batch-norm statistics to those of a batch, so that activations keep their scale through the layers."""
    stir(model)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for m in norms:
        m.momentum = 1.0
        m.train()
    if norms:
        with torch.no_grad():
            model(*batch)
    for m in norms:
        m.running_var.clamp_(min=m.running_var.mean().item() * 0.3)
        m.momentum = 0.1
    return model.eval()


def builders(module):
    """Names of a torchvision module's functions that make a model."""
    return sorted(name for name, value in vars(module).items()
                  if inspect.isfunction(value) and "weights" in inspect.signature(value).parameters and not name.startswith("_"))


def named(name, make):
    """`make` under the name of a sample."""
    make.__name__ = name
    return make


def tensors_of(value):
    """All tensors in a structure, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [t for v in values for t in tensors_of(v)]


def rounding(module, args):
    """An absolute tolerance for deep networks of random weights: four times what PyTorch in float32 is off itself in float64."""
    with torch.no_grad():
        found = tensors_of(module(*args))
        torch.set_default_dtype(torch.float64)
        try:
            exact = tensors_of(module.double()(*(a.double() if a.is_floating_point() else a for a in args)))
        finally:
            torch.set_default_dtype(torch.float32)
            module.float()
    gaps = [(f.double() - e).abs().max().item() for f, e in zip(found, exact) if f.is_floating_point()]
    return max(4 * max(gaps), 1e-5 * max(e.abs().max().item() for e in exact if e.is_floating_point()))
