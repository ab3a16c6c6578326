"""Classes that generated programs use: PyTorch reads their source, so they cannot be generated."""

from typing import List, NamedTuple

import torch
from torch import Tensor


@torch.jit.script
class Box:
    def __init__(self, tensor: Tensor, number: int):
        self.tensor = tensor
        self.number = number
        self.items: List[Tensor] = [tensor]

    def bump(self, by: int) -> int:
        self.number += by
        return self.number

    def push(self, tensor: Tensor) -> Tensor:
        self.items.append(tensor)
        last = self.tensor
        self.tensor = tensor
        return last

    def scale(self, by: int):
        self.tensor.mul_(by)

    def __len__(self) -> int:
        return len(self.items)


class Pair(NamedTuple):
    left: Tensor
    right: Tensor
