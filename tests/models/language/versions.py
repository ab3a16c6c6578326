"""Operators that meant something else in archives of older versions: PyTorch's own archives with another version written into them."""

from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .registry import call, example

INTS, MORE = torch.tensor([7, -7, 9]), torch.tensor([2, 2, -4])
FLOATS = torch.tensor([7.0, -7.0, 9.0])


class Division(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return torch.div(a, b), a / b, a.div(b), torch.div(a, b, rounding_mode="floor"), torch.true_divide(a, b)


class DivisionByNumbers(nn.Module):
    def forward(self, a: Tensor, i: int, f: float) -> List[Tensor]:
        n = torch.tensor(i).item()
        return [torch.div(a, 2), torch.div(a, i), torch.div(a, f), torch.div(a, 2.5), a.div(n), torch.div(a, i, rounding_mode="trunc"), 2 / a]


class DivisionInPlace(nn.Module):
    def forward(self, a: Tensor, b: Tensor, i: int, f: float) -> List[Tensor]:
        c = a.clone()
        c /= b
        return [c, a.clone().div_(b), a.clone().div_(i), a.clone().div_(b, rounding_mode="floor"), a.clone().div_(i, rounding_mode="trunc")]


class DivisionInto(nn.Module):
    def forward(self, a: Tensor, b: Tensor, out: Tensor) -> Tuple[Tensor, Tensor]:
        return torch.div(a, b, out=out), torch.div(a, b, rounding_mode="floor", out=out.clone())


class Full(nn.Module):
    def forward(self, i: int, f: float, d: Optional[int]) -> List[Tensor]:
        return [torch.full([2, i], 3), torch.full([2], i), torch.full([2], f), torch.full([2], i, dtype=torch.int32),
                torch.full([2], i, dtype=d), torch.full([2], i, out=torch.zeros(2, dtype=torch.long))]


class Spaces(nn.Module):
    def forward(self, a: int, b: float) -> List[Tensor]:
        return [torch.linspace(a, b, 100), torch.linspace(a, 3, 5), torch.logspace(a, b, 100), torch.logspace(0, 2, 3, 2.0),
                torch.linspace(0, a, 100, dtype=torch.float64), torch.linspace(0, a, 100, out=torch.zeros(0)),
                torch.logspace(0, a, 100, out=torch.zeros(0))]


class Gelu(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        return [F.gelu(x), torch._C._nn.gelu(x), torch._C._nn.gelu(x, out=torch.zeros(0))]


def of_version(number, *texts):
    """Writes the version, and replaces texts of the code: pairs of old and new, in turn."""
    def rewrite(record, content):
        if record in ("version", ".data/version"):
            return b"%d\n" % number
        if record.endswith(".py"):
            for old, new in zip(texts[::2], texts[1::2]):
                assert old in content, (old, content)
                content = content.replace(old, new)
        return content
    return rewrite


def versions(module, numbers, *calls, texts=()):
    for number in numbers:
        example(*calls, make=lambda: torch.jit.script(module()), name=f"{module.__name__}Version{number}", rewrite=of_version(number, *texts))(None)


versions(Division, (1, 3, 4, 10), (INTS, MORE), (FLOATS, MORE), (INTS, MORE.double()))
versions(DivisionByNumbers, (3, 4), (INTS, 2, 2.0), (FLOATS, -3, 0.5))
versions(DivisionInPlace, (2, 3), (INTS, MORE, 3, 2.0), (FLOATS, MORE, 3, 2.0))
versions(DivisionInPlace, (4,), (FLOATS, MORE, 3, 2.0), call(INTS, MORE, 3, 2.0, error="result type Float can't be cast"))
versions(DivisionInto, (3,), (INTS, MORE, torch.zeros(3, dtype=torch.long)), (INTS, MORE, torch.zeros(3)), (FLOATS, MORE, torch.zeros(3)))
versions(Full, (4, 5, 9), (3, 2.5, None), (1, 0.5, 4))
versions(Spaces, (6, 7, 8, 9), (2, 5.5))
versions(Gelu, (9, 10), (torch.linspace(-3, 3, 7),))


class SpacesWithoutSteps(nn.Module):
    def forward(self, a: int, b: float) -> List[Tensor]:
        return [torch.linspace(a, b, 100), torch.linspace(a, b, 101, dtype=torch.float64), torch.logspace(a, b, 100),
                torch.linspace(a, b, 100, out=torch.zeros(0)), torch.logspace(a, b, 102, 2.5)]


versions(SpacesWithoutSteps, (7,), (2, 3.5), texts=(b", 100", b"", b", 101", b", None", b", 102", b", None"))


class PackedWeights(nn.Module):
    """Quantised layers as PyTorch 1.5 declares them: what is packed is called a tensor."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = torch.nn.quantized.Linear(4, 3)
        self.conv = torch.nn.quantized.Conv2d(2, 3, 3)
        self.dynamic = torch.nn.quantized.dynamic.Linear(3, 2)

    def forward(self, x: Tensor, picture: Tensor) -> Tuple[Tensor, Tensor]:
        x = self.linear(torch.quantize_per_tensor(x, 0.1, 3, torch.quint8)).dequantize()
        return self.dynamic(x), self.conv(torch.quantize_per_tensor(picture, 0.1, 3, torch.quint8)).dequantize()


PACKED = [f"  _packed_params : __torch__.torch.classes.quantized.{kind}PackedParamsBase\n".encode() for kind in ("Linear", "Conv2d")]


def declared_as_tensor(record, content):
    for declaration in PACKED:
        content = content.replace(declaration, b"  _packed_params : Tensor\n") if record.endswith(".py") else content
    return content


example((torch.arange(8).reshape(2, 4) * 0.1, torch.arange(32).reshape(1, 2, 4, 4) * 0.05), make=lambda: torch.jit.script(PackedWeights().eval()),
        name="PackedWeightsDeclaredAsTensors", rewrite=declared_as_tensor)(None)
