"""A generated program: a module's attributes, submodules and methods, and the arguments it is called with. Many of them
together are one archive, each a submodule of the root, whose methods run_I and state_I lead to it.

A case file holds one program, to be kept and looked at:

    attribute buf: Tensor = T("float32", [2, 3], 1)
    module conv = nn.Conv2d(4, 4, 3)
    input x: Tensor = T("float32", [2, 3], 2)
    ---
    def forward(self, x: Tensor) -> Tensor:
        return x + self.buf
"""

import functools
import io
import itertools
import math
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

import numpy
import torch
from torch import nn

from classes import Box, Pair

TYPES = {"Tensor": torch.Tensor, "List": List, "Dict": Dict, "Optional": Optional, "Tuple": Tuple, "int": int, "float": float,
         "bool": bool, "str": str, "Box": Box, "Pair": Pair}


@dataclass
class Program:
    attributes: list = field(default_factory=list)  # (name, type, expression)
    modules: list = field(default_factory=list)     # (name, expression)
    inputs: list = field(default_factory=list)      # (name, type, expression)
    source: str = ""                                # the methods; forward is the one that is run

    def to_text(self):
        lines = [f"attribute {n}: {t} = {e}" for n, t, e in self.attributes]
        lines += [f"module {n} = {e}" for n, e in self.modules]
        lines += [f"input {n}: {t} = {e}" for n, t, e in self.inputs]
        return "\n".join(lines) + "\n---\n" + self.source


def from_text(text):
    head, source = text.split("---\n", 1)
    program = Program(source=source)
    for line in head.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, rest = line.split(" ", 1)
        name, expression = rest.split(" = ", 1)
        if kind == "module":
            program.modules.append((name, expression))
        else:
            name, type_text = name.split(": ", 1)
            {"attribute": program.attributes, "input": program.inputs}[kind].append((name, type_text, expression))
    return program


@functools.lru_cache(None)
def values(dtype, shape, seed):
    count = numpy.arange(math.prod(shape)) + 1
    integers = ((count * (seed * 2654435761 + 40503) >> 7) % 13 - 6).reshape(shape)
    if dtype == "bool":
        return numpy.asarray(integers > 0)
    if dtype == "uint8":
        return numpy.asarray(abs(integers)).astype(dtype)
    return numpy.asarray(integers * 0.5 if dtype.startswith("float") else integers).astype(dtype)


def maker(library):
    """The function T of a library: a tensor of small multiples of a quarter, or of small integers."""

    def make(dtype, shape, seed):
        array = values(dtype, tuple(shape), seed)
        # A copy whose memory may grow: PyTorch 1.13 leaves a tensor over lent memory too large after a failed out=.
        return library.from_numpy(array).clone()

    return make


def arguments(program, library):
    names = {"T": maker(library)}
    return [eval(expression, names) for _, _, expression in program.inputs]


class Holder(nn.Module):
    """A module with a program's attributes and no method."""

    __constants__ = ["uid"]


_uids = itertools.count()


def holder(program):
    names = {"T": maker(torch), "nn": nn, "torch": torch, "Box": Box, "Pair": Pair}
    out = Holder()
    out.uid = next(_uids)  # or modules of like attributes would share a class, and with it their methods
    for name, type_text, expression in program.attributes:
        value = eval(expression, names)
        if type_text == "Tensor":
            out.register_buffer(name, value)
        else:
            setattr(out, name, torch.jit.Attribute(value, eval(type_text, TYPES)))
    state = torch.random.get_rng_state()
    for i, (name, expression) in enumerate(program.modules):
        torch.manual_seed(i + 17)
        module = eval(expression, names)
        for parameter in itertools.chain(module.parameters(), module.buffers()):
            if parameter.is_floating_point():
                parameter.data = torch.rand_like(parameter) + 0.25 if parameter.dim() < 2 else torch.randn_like(parameter) * 0.5
        setattr(out, name, module)
    torch.random.set_rng_state(state)
    for parameter in out.parameters():
        parameter.requires_grad_(False)
    return out.eval()


def define(module, source):
    module._c._define(module._concrete_type, source, NAMES.get)


def scripted(program):
    """The program as a module of PyTorch's; RuntimeError where it is no TorchScript."""
    module = torch.jit.script(holder(program))
    state = ", ".join(f"self.{name}" for name, *_ in program.attributes)
    define(module, program.source + f"\ndef state(self):\n    return ({state}{',' if state else ''})\n")
    return module


def _names():
    import torch.nn.functional as F
    return {"torch": torch, "F": F, "math": math, "Box": Box, "Pair": Pair, "List": List, "Dict": Dict, "Optional": Optional,
            "Tuple": Tuple, "Tensor": torch.Tensor}


NAMES = _names()


def assemble(programs, modules):
    """One module that holds the scripted ones, and its archive."""
    root = nn.Module()
    for i, module in enumerate(modules):
        setattr(root, f"p{i}", module)
    root = torch.jit.script(root.eval())
    text = []
    for i, program in enumerate(programs):
        parameters = "".join(f", {name}: {type_text}" for name, type_text, _ in program.inputs)
        names = ", ".join(name for name, *_ in program.inputs)
        text.append(f"def run_{i}(self{parameters}):\n    return self.p{i}.forward({names})\n"
                    f"def state_{i}(self):\n    return self.p{i}.state()\n")
    define(root, "\n".join(text))
    archive = io.BytesIO()
    torch.jit.save(root, archive)
    return root, archive.getvalue()
