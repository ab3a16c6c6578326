#!/usr/bin/python3
"""Trains the bundled digits model of digits.py: writes digits.pt and images/ beside itself.

The data are scikit-learn's digits: 1,797 scans of handwritten digits, 8x8 pixels of 17 grey levels (UCI, "Optical Recognition of
Handwritten Digits"). A quarter, the same for every run, is held out: training never sees it, and the images written are from it.
Run with Debian's python3-torch, python3-sklearn and python3-pil; one thread and fixed seeds give the same weights in every run.

    models/digits/train.py               train, and write everything
    models/digits/train.py --evaluate    the accuracy of the digits.pt that is there
    models/digits/train.py --splits 4    train on four other splits and print their accuracies; writes nothing
"""

import math
import os
import sys
import types
from pathlib import Path
from typing import Tuple

import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor
from torch.nn import functional as F

EPOCHS, BATCH, SEED = 80, 64, 7
IMAGES_WRITTEN, SCALE = 12, 8


def model_class():
    """Digits of digits.py, compiled under a relative name: an archive keeps the names of its source files."""
    os.chdir(Path(__file__).resolve().parents[2])
    module = types.ModuleType("digits")
    module.__file__ = "models/digits/digits.py"
    sys.modules[module.__name__] = module
    exec(compile(Path(module.__file__).read_text(), module.__file__, "exec"), module.__dict__)
    return module.Digits


def load(split: int = 0) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images [N, 1, 8, 8] as they will be read from 8-bit files, and labels: those to train with, those held out."""
    data = load_digits()
    images = torch.from_numpy(data.images).float().unsqueeze(1).mul(255 / 16).round() / 255
    labels = torch.from_numpy(data.target)
    train, held_out = train_test_split(range(len(labels)), test_size=0.25, random_state=split, stratify=labels)
    return images[train], labels[train], images[held_out], labels[held_out]


def wobble(images: Tensor) -> Tensor:
    """Turns, scales and shifts each image a little, at random."""
    n = images.size(0)
    angle, scale = (torch.rand(n) - 0.5) * 0.5, 1 + (torch.rand(n) - 0.5) * 0.25
    shift = (torch.rand(n, 2) - 0.5) * 0.4
    rows = [torch.stack([angle.cos() * scale, -angle.sin() * scale, shift[:, 0]], 1),
            torch.stack([angle.sin() * scale, angle.cos() * scale, shift[:, 1]], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(make, images: Tensor, labels: Tensor):
    torch.manual_seed(SEED)
    model = make()
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
    for epoch in range(EPOCHS):
        rate = 3e-3 * 0.5 * (1 + math.cos(math.pi * epoch / EPOCHS))
        for group in optimizer.param_groups:
            group["lr"] = rate
        for batch in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model.logits(wobble(images[batch])), labels[batch], label_smoothing=0.05).backward()
            optimizer.step()
    return model.eval()


def write_images(folder: Path, images: Tensor, labels: Tensor) -> None:
    """Twelve held-out images, every digit at least once, each pixel enlarged to 8x8: averaging gives the scan back exactly."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    picked = [int((labels == digit).nonzero()[0]) for digit in range(10)]
    picked += [i for i in range(len(labels)) if i not in picked][: IMAGES_WRITTEN - len(picked)]
    for number, i in enumerate(picked):
        grey = images[i, 0].mul(255).round().byte().repeat_interleave(SCALE, 0).repeat_interleave(SCALE, 1)
        Image.fromarray(grey.numpy()).save(folder / f"{number:02}-digit-{int(labels[i])}.png", optimize=True)


def report(model, images: Tensor, labels: Tensor) -> str:
    with torch.no_grad():
        right = int((model(images).argmax(1) == labels).sum())
    return f"{right} of {len(labels)} held-out images, {100 * right / len(labels):.2f}%"


def main() -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    here = Path(__file__).resolve().parent
    make = model_class()
    if sys.argv[1:2] == ["--splits"]:
        for split in range(1, 1 + int(sys.argv[2])):
            images, labels, held_out, held_out_labels = load(split)
            print(report(train(make, images, labels), held_out, held_out_labels), flush=True)
        return
    images, labels, held_out, held_out_labels = load()
    if sys.argv[1:] == ["--evaluate"]:
        print(report(torch.jit.load(str(here / "digits.pt")), held_out, held_out_labels))
        return
    model = torch.jit.script(train(make, images, labels))
    torch.jit.save(model, str(here / "digits.pt"))
    write_images(here / "images", held_out, held_out_labels)
    print(report(model, held_out, held_out_labels))


if __name__ == "__main__":
    main()
