#!/usr/bin/env python3
"""Writes the archives the client programs load: model.py FILE OPERATORS, where OPERATORS calls operators of programs."""
import sys
from typing import Dict, List, Tuple

import torch


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)
        self.register_buffer('scale', torch.ones(3))
        self.count = 0
        with torch.no_grad():
            self.linear.weight.copy_(torch.arange(12.).view(3, 4) / 8)
            self.linear.bias.copy_(torch.tensor([0.5, -0.25, 1.]))

    def forward(self, x):
        return self.linear(x) * self.scale

    @torch.jit.export
    def several(self, x, n: int) -> Tuple[torch.Tensor, int, Dict[str, torch.Tensor]]:
        return self.forward(x), n + 1, {'x': x, 'twice': torch.cat([x, x])}

    @torch.jit.export
    def reset(self):
        self.count = 0

    @torch.jit.export
    def step(self):
        self.count += 1

    @torch.jit.export
    def check(self, n: int) -> int:
        if n < 0:
            raise ValueError('n is negative')
        return n

    @torch.jit.export
    def words(self, text: str) -> List[str]:
        return text.split(' ')


# Operators go with the object that defines them.
LIBRARIES = [torch.library.Library('mine', 'DEF'), torch.library.Library('yours', 'DEF')]


def calling_operators():
    mine, yours = LIBRARIES
    mine.define('gain(Tensor x, float by=2.) -> Tensor')
    mine.define('count(Tensor x, int[] more) -> (Tensor, int)')
    mine.define('later(Tensor x, Tensor? y, str name) -> Tensor')
    yours.define('twice(Tensor x) -> Tensor')

    class Calling(torch.nn.Module):
        def forward(self, x):
            y = torch.ops.mine.gain(x)
            z, n = torch.ops.mine.count(y, [1, 2, 3])
            return torch.ops.mine.later(z, None, 'abc'), torch.ops.mine.later(z, x, ''), n, torch.ops.yours.twice(x)

    return torch.jit.script(Calling())


if __name__ == '__main__':
    torch.jit.save(calling_operators(), sys.argv[2])
    torch.jit.save(torch.jit.script(Model()), sys.argv[1], _extra_files={'labels.txt': 'cat dog'})
