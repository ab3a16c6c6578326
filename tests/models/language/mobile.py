"""Archives for PyTorch's lite interpreter (.ptl): they hold bytecode, and the code beside it, which is what Heddle runs."""

from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn

from .registry import example


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


def lite():
    """A scripted module that saves itself as for the lite interpreter."""
    module = torch.jit.script(Lite().eval())

    class Saved:
        def save(self, path, **options):
            module._save_for_lite_interpreter(path)
    return Saved()


example((torch.ones(2, 3), 1), (torch.arange(6).reshape(2, 3).float(), 3), make=lite, name="LiteInterpreter")(None)
