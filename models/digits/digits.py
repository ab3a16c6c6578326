"""The digits model: two convolutional branches, run side by side with fork and wait. train.py trains it."""

from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Branch(nn.Module):
    """Two convolutions of one kernel size, each with batch normalisation."""

    def __init__(self, kernel: int, width: int):
        super().__init__()
        self.first = nn.Conv2d(1, width, kernel, padding=kernel // 2, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, 2 * width, kernel, padding=kernel // 2, bias=False)
        self.second_norm = nn.BatchNorm2d(2 * width)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first_norm(self.first(x))), 2)
        return F.max_pool2d(F.relu(self.second_norm(self.second(x))), 2).flatten(1)


class Digits(nn.Module):
    """Says which digit an image shows. Images are [N, C, H, W] in 0..1, bright on dark, of any size: they are averaged to 8x8."""

    def __init__(self):
        super().__init__()
        self.fine = Branch(3, 16)
        self.coarse = Branch(5, 12)
        self.hidden = nn.Linear(4 * (32 + 24), 64)
        self.drop = nn.Dropout(0.4)
        self.out = nn.Linear(64, 10)

    def logits(self, images: Tensor) -> Tensor:
        x = F.adaptive_avg_pool2d(images.mean(1, keepdim=True), [8, 8]) * 2 - 1
        fine = torch.jit.fork(self.fine, x)
        coarse = torch.jit.fork(self.coarse, x)
        both = torch.cat([torch.jit.wait(fine), torch.jit.wait(coarse)], 1)
        return self.out(self.drop(F.relu(self.hidden(both))))

    def forward(self, images: Tensor) -> Tensor:
        """Probabilities, [N, 10]."""
        return torch.softmax(self.logits(images), 1)

    @torch.jit.export
    def classify(self, images: Tensor) -> List[Tuple[int, float]]:
        """The likeliest digit of each image and its probability."""
        best, digit = self.forward(images).max(1)
        answers: List[Tuple[int, float]] = []
        for i in range(images.size(0)):
            answers.append((int(digit[i]), float(best[i])))
        return answers
