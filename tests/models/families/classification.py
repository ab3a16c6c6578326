"""Every classifier of torchvision that the zoo leaves out, in its own size, on pictures as small as it takes."""

from pathlib import Path

import torch
import torchvision

from .registry import builders, calibrated, named, rounding, sample

ZOO = set((Path(__file__).parent.parent / "zoo.txt").read_text().split())
NEEDS_224 = ("vit_", "maxvit_")  # position embeddings and windows fit one size


def classifier(name):
    def make():
        side = 224 if name.startswith(NEEDS_224) else 128
        model = getattr(torchvision.models, name)(weights=None, num_classes=10)
        batch = torch.rand(2, 3, side, side) * 2 - 1 + 0.3 * torch.randn(2, 3, side, side)
        return calibrated(model.eval(), batch), {"first": (batch[:1].clone(),)}
    return named(name, make)


for _name in builders(torchvision.models):
    if _name not in ZOO:
        sample("classification", atol=rounding)(classifier(_name))
