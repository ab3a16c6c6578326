"""Writes the small archives of this folder, which src/archive/*_test.cpp reads as PyTorch wrote them.

Run once by each PyTorch whose files we keep: python3 make_archives.py SUFFIX, where SUFFIX is 1_13 or 2_14.
"""
import collections
import enum
import sys
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Pair(NamedTuple):
    x: int
    y: torch.Tensor


@torch.jit.script
class Point:
    def __init__(self, a: int):
        self.a = a
        self.l = [1, 2]


class Sub(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(3, 4)
        self.n = None

    def forward(self, x):
        return self.lin(x)


class Scripted(torch.nn.Module):
    empty: List[int]
    complexes: List[complex]
    devices: List[torch.device]
    nested: Dict[str, List[Tuple[int, float]]]
    nothing: Optional[int]

    def __init__(self):
        super().__init__()
        self.sub = Sub()
        self.sub2 = Sub()
        w = torch.arange(24.0).reshape(4, 6)
        self.register_buffer("turned", w.t())
        self.register_buffer("part", w[1:, 2:])
        self.tensors = [w, w]
        self.ints = [1, 2, 3]
        self.floats = [1.0, 2.5]
        self.bools = [True, False]
        self.texts = ["a", "b"]
        self.table = {"a": 1, "b": 2}
        self.tuple = (1, "x", w, 2.0)
        self.nested = {"k": [(1, 2.0)]}
        self.nothing = None
        self.color = Color.GREEN
        self.pair = Pair(1, w)
        self.point = Point(3)
        self.big = 2**40
        self.negative = -5
        self.complex = 1 + 2j
        self.infinite = float("inf")
        self.device = torch.device("cpu")
        self.empty = []
        self.complexes = [1j]
        self.devices = [torch.device("cpu")]

    def forward(self, x):
        y = self.sub(x) + self.sub2(x)
        return (y, self.ints, self.table, self.color, self.pair, self.point.a, self.nested, self.nothing, self.big,
                self.tuple, self.tensors, self.floats, self.texts, self.bools, self.complex, self.device, self.empty,
                self.complexes, self.devices, self.infinite, self.negative, self.turned, self.part)


class Traced(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(3, 3)

    def forward(self, x):
        return self.lin(x) + torch.tensor([1.0, 2.0, 3.0])


def values():
    w = torch.arange(24.0).reshape(4, 6)
    dtypes = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64,
              torch.bfloat16, torch.complex64, torch.complex128, torch.bool]
    return {
        "whole": w, "turned": w.t(), "part": w[1:], "parameter": torch.nn.Parameter(w.clone()),
        "dtypes": [torch.arange(5).to(d) for d in dtypes], "scalar": torch.tensor(7), "none": torch.ones(0, 3),
        "mixed": [1, 2.5, "s", None, True, b"by\xff", (1, 2), (1, 2, 3), ()], "ordered": collections.OrderedDict(a=1),
        "size": w.size(), "dtype": torch.float16, "device": torch.device("cpu"), "negative": -(2**40), "complex": 1 + 2j,
        "texts": {"n\xe4me": "v\u20acl"}, 3: "int key",
    }


def main(suffix):
    torch.manual_seed(0)
    torch.jit.script(Scripted()).save(f"scripted_{suffix}.pt", _extra_files={"info.txt": "hello", "dir/b.bin": b"\0\1\2"})
    torch.jit.trace(Traced(), torch.ones(2, 3)).save(f"traced_{suffix}.pt")
    torch.save(values(), f"values_{suffix}.pt")
    torch.save({"w": torch.arange(4.0), "v": torch.arange(4.0).half()[1:], "l": [1]}, f"legacy_{suffix}.pt",
               _use_new_zipfile_serialization=False)
    if hasattr(torch, "export"):
        torch.export.save(torch.export.export(torch.nn.Linear(2, 2), (torch.ones(1, 2),)), f"export_{suffix}.pt2")


main(sys.argv[1])
