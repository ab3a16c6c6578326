"""Archives for PyTorch's lite interpreter (.ptl): they hold bytecode, and the code beside it, which is what Heddle runs. And what
optimize_for_mobile makes: layers in objects of XNNPACK's classes."""

from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn
from torch.utils.mobile_optimizer import optimize_for_mobile

from .registry import call, example


class Lite(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(3, 2)
        self.names: Dict[str, int] = {"a": 1}

    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, List[int], Tensor]:
        seen: List[int] = []
        for i in range(n):
            seen.append(i + self.names["a"])
        return self.linear(x), seen, torch.div(x, 2) if n > 1 else x.relu()


def lite(cls=Lite, optimize=lambda module: module):
    """A scripted module that saves itself as for the lite interpreter."""
    module = optimize(torch.jit.script(cls().eval()))

    class Saved:
        def save(self, path, **options):
            module._save_for_lite_interpreter(path)
    return Saved()


example((torch.ones(2, 3), 1), (torch.arange(6).reshape(2, 3).float(), 3), make=lite, name="LiteInterpreter")(None)


class Small(nn.Module):
    """Every layer that optimize_for_mobile packs, with the activations that it takes in."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 8, 3, padding=1, stride=2)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, groups=8, padding=2, dilation=2, bias=False)
        self.up = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1)
        self.first = nn.Linear(4, 6)
        self.second = nn.Linear(6, 5, bias=False)

    def forward(self, x: Tensor) -> Tuple[Tensor, List[int], List[int], Tensor]:
        y = torch.relu(self.norm(self.conv(x)))
        y = nn.functional.hardtanh(self.depthwise(y), -0.2, 0.3)
        z = self.up(y).relu()
        return z, z.stride(), y.stride(), self.second(torch.relu(self.first(z.mean([2, 3]))))


PICTURES = torch.arange(2 * 3 * 8 * 10).reshape(2, 3, 8, 10) % 17 * 0.1 - 0.8
CALLS = (PICTURES,), (PICTURES.contiguous(memory_format=torch.channels_last),), call(PICTURES[0], error="4")
example(*CALLS, make=lambda: optimize_for_mobile(torch.jit.script(Small().eval())), name="OptimizedForMobile")(None)
example(*CALLS[:2], make=lambda: torch.jit.freeze(torch.jit.script(Small().eval())), name="FrozenForAnyLayout")(None)
example(*CALLS, make=lambda: lite(Small, optimize_for_mobile), name="OptimizedForLiteInterpreter")(None)
