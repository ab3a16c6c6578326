#!/usr/bin/env python3
"""Writes the archive of clients/classes.cpp: classes_archive.py LIBRARY FILE, where LIBRARY is that program built as a
shared library against PyTorch's libtorch."""
import sys
from typing import List

import torch

torch.classes.load_library(sys.argv[1])


class Keeper(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.shelf = torch.classes.store.Shelf(4, 'pens')
        self.shelf.put(torch.ones(2))

    def forward(self, x):
        self.shelf.put(x * 2)
        other = torch.classes.store.Shelf(2, 'ink')
        other.put(x)
        both = torch.ops.store.merge(self.shelf, other)
        first: List[torch.Tensor] = both.first(2)
        label, room = both.about()
        return both.sum() + first[1] + both.sum(0.5), label, self.shelf.size() + room + other.room, both

    @torch.jit.export
    def put_one(self, x):
        self.shelf.put(x)
        return self.shelf.sum(2.0)

    @torch.jit.export
    def weigh(self, shelf: torch.classes.store.Shelf):
        return torch.ops.store.weigh(shelf)

    @torch.jit.export
    def made(self):
        shelf = torch.classes.store.Shelf(1, 'a')
        shelf.label = shelf.label + 'b'
        return shelf


torch.jit.save(torch.jit.script(Keeper()), sys.argv[2])
