"""The ways in which people save a model: frozen, traced and scripted parts inside one another, other dtypes and layouts."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .pictures import UNet
from .registry import sample, stir
from .sequences import GPT, Tagger


@sample("forms", "scripted", quick=True)
def frozen_unet():
    module = torch.jit.freeze(torch.jit.script(stir(UNet(True)).eval()))
    return module, {"first": (torch.randn(1, 3, 40, 48),), "odd": (torch.randn(2, 3, 37, 45),)}


@sample("forms", "scripted", quick=True)
def frozen_tagger():
    module = torch.jit.freeze(torch.jit.script(stir(Tagger()).eval()))
    return module, {"first": (torch.randint(40, (3, 8)), torch.tensor([5, 8, 3]))}


@sample("forms", "scripted", quick=True)
def frozen_gpt():
    module = torch.jit.freeze(torch.jit.script(stir(GPT()).eval()), preserved_attrs=["generate"])
    return module, {"first": (torch.randint(50, (2, 9)),)}


@sample("forms", "scripted", quick=True)
def frozen_trace():
    traced = torch.jit.trace(stir(UNet(False)).eval(), torch.randn(1, 3, 32, 32))
    return torch.jit.freeze(traced), {"first": (torch.randn(1, 3, 32, 32),), "pair": (torch.randn(2, 3, 32, 32),)}


@torch.jit.script_if_tracing
def positions(length: int, like: Tensor) -> Tensor:
    found: List[Tensor] = []
    for i in range(length):
        found.append(torch.full_like(like[0], float(i)))
    return torch.stack(found)


class Steps(nn.Module):
    """Goes as far as the tensor is long."""

    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(5, 5)

    def forward(self, x: Tensor) -> Tensor:
        state = torch.zeros(x.size(1), 5)
        for t in range(x.size(0)):
            if bool(x[t].sum() > 0):
                state = self.cell(x[t], state)
        return state


class ScriptInside(nn.Module):
    """A trace that calls scripted functions and modules, whose loops and branches stay."""

    def __init__(self):
        super().__init__()
        self.steps = torch.jit.script(Steps().eval())
        self.out = nn.Linear(5, 3)

    def forward(self, x):
        state = self.steps(x)
        return self.out(state + positions(state.size(0), state))


@sample("forms", "traced", quick=True)
def script_in_trace():
    return stir(ScriptInside()), {"first": (torch.randn(6, 3, 5),)}


class TraceInside(nn.Module):
    """A scripted module around a traced one."""

    def __init__(self):
        super().__init__()
        self.unet = torch.jit.trace(UNet(False).eval(), torch.randn(1, 3, 32, 32))

    def forward(self, pictures: List[Tensor], scale: Optional[float] = None) -> Dict[str, Tensor]:
        outs = [self.unet(p.unsqueeze(0)).squeeze(0) for p in pictures]
        if scale is not None:
            outs = [o * scale for o in outs]
        return {"sum": torch.stack([o.sum() for o in outs]), "first": outs[0]}


@sample("forms", "scripted", quick=True)
def trace_in_script():
    return stir(TraceInside()), {"first": ([torch.randn(3, 32, 32), torch.randn(3, 48, 32)],), "scaled": ([torch.randn(3, 32, 32)], 0.5)}


class Many(nn.Module):
    """Traced with a dict and a nested tuple for inputs and outputs."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 2)

    def forward(self, inputs: Dict[str, Tensor], pair: Tuple[Tensor, Tensor]):
        h = torch.tanh(self.a(inputs["x"]) + inputs["bias"])
        return {"h": h, "y": self.b(h)}, (pair[0] + 1, (pair[1].sum(), h[0]))


@sample("forms", "traced", quick=True)
def trace_of_containers():
    return Many(), {"first": ({"x": torch.randn(3, 4), "bias": torch.randn(6)}, (torch.randn(2), torch.randn(3)))}


@sample("forms", quick=True)
def double_precision():
    return stir(UNet(True)).double(), {"first": (torch.randn(1, 3, 24, 24, dtype=torch.float64),)}


@sample("forms", quick=True)
def channels_last():
    model = stir(UNet(False)).to(memory_format=torch.channels_last)
    picture = torch.randn(2, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    return model, {"first": (picture,), "plain": (torch.randn(1, 3, 16, 16),)}


class Complex(nn.Module):
    """A filter in the frequency domain with complex parameters."""

    def __init__(self):
        super().__init__()
        self.filter = nn.Parameter(torch.randn(2, 9, dtype=torch.complex64))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        spectrum = torch.fft.rfft(x) * self.filter
        return torch.fft.irfft(spectrum, n=x.size(-1)), torch.angle(spectrum) + spectrum.abs() * spectrum.conj().imag


@sample("forms", quick=True)
def complex_parameters():
    return Complex(), {"first": (torch.randn(3, 2, 16),)}


class Weird(nn.Module):
    """What people write without thinking of a runtime: views written through, prints, asserts, slices with steps, sorting of pairs."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"inner": nn.Linear(6, 6), "out": nn.Linear(6, 6, bias=False)})
        self.table: Dict[str, List[int]] = {"even": [0, 2, 4], "odd": [1, 3, 5]}

    def forward(self, x: Tensor, names: List[str]) -> Tuple[Tensor, List[Tuple[float, str]], str]:
        assert x.dim() == 2, f"two dimensions, not {x.dim()}"
        y = x.clone()
        y[:, ::2] *= 2
        y[y > 1.5] = 0.0
        y.view(-1)[1::3].add_(1)
        for name, layer in self.layers.items():
            y = layer(y) if name == "inner" else y + layer(y)
        scored: List[Tuple[float, str]] = []
        for name in names:
            if name in self.table:
                scored.append((float(y[:, torch.tensor(self.table[name])].abs().mean()), name))
        scored.sort(reverse=True)
        y[..., None].squeeze(-1)[0, 1:3] = y[-1, -2:]
        return F.pad(y, (1, 0), value=-1.0), scored, ", ".join([n for _, n in scored]).upper()


@sample("forms", "scripted", quick=True)
def careless_code():
    return Weird(), {"first": (torch.randn(4, 6), ["odd", "none", "even"])}
