"""PyTorch's OpInfo samples as archives: what `torch.testing._internal` calls an operator with, scripted where a line of TorchScript can say
it, else traced. Used by conformance.py; one folder, and one file of cases for driver.cpp, an operator and dtype.
"""

import itertools
import math
import sys
import types
import unittest
import unittest.mock

import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64, "int64": torch.int64, "bool": torch.bool, "complex64": torch.complex64,
          "bfloat16": torch.bfloat16, "float16": torch.float16}
# rtol, atol: torch.testing.assert_close's, and for float32 what PyTorch's own tests of operators allow between devices.
TOLERANCES = {torch.float32: (1e-4, 1e-5), torch.float64: (1e-7, 1e-7), torch.complex64: (1e-4, 1e-5), torch.complex128: (1e-7, 1e-7),
              torch.bfloat16: (1.6e-2, 1e-2), torch.float16: (1e-2, 1e-2)}
UNINITIALIZED = {"empty", "empty_like", "new_empty", "new_empty_strided"}


class CannotSay(Exception):
    """A value that no line of TorchScript names, so the sample is traced."""


def op_db():
    """The OpInfo database; the two modules it imports that Debian lacks are stood in for."""
    stand_in = types.ModuleType("expecttest")
    stand_in.TestCase, stand_in.ACCEPT = unittest.TestCase, False
    sys.modules.setdefault("expecttest", stand_in)
    from torch.testing._internal.common_methods_invocations import op_db as database
    return database


def name_of(op):
    return op.name + ("." + op.variant_test_name if op.variant_test_name else "")


def tensors_in(value, found):
    """Every tensor of the arguments, in order; each becomes an argument of the method."""
    if isinstance(value, torch.Tensor):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for v in value:
            tensors_in(v, found)
    elif isinstance(value, dict):
        for v in value.values():
            tensors_in(v, found)
    return found


def replaced(value, tensors):
    """The arguments with the next tensors of the iterator in place of their own."""
    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(replaced(v, tensors) for v in value) if not isinstance(value, torch.Size) else value
    if isinstance(value, dict):
        return {k: replaced(v, tensors) for k, v in value.items()}
    return value


def said(value, names):
    """The value as TorchScript text; tensors are the next names."""
    if isinstance(value, torch.Tensor):
        return next(names)
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float('{value}')"
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
        return str(value)
    if isinstance(value, torch.device):
        return f"torch.device('{value}')"
    if isinstance(value, (list, tuple)):
        items = [said(v, names) for v in value]
        if isinstance(value, list) or isinstance(value, torch.Size):
            return "[" + ", ".join(items) + "]"
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
    raise CannotSay(type(value).__name__)


def named(name):
    """What `torch.NAME` is, or None."""
    found = torch
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def source_of(op, name, sample, count):
    """The method `name` that makes the sample's call."""
    if op.name.startswith("__") or op.variant_test_name or named(op.name) is not op.op:
        raise CannotSay(op.name)
    names = iter([f"i{i}" for i in range(count)])
    values = [said(v, names) for v in (sample.input, *sample.args)] + [f"{k}={said(v, names)}" for k, v in sample.kwargs.items()]
    parameters = "".join(f", i{i}: Tensor" for i in range(count))
    return f"def {name}(self{parameters}):\n    return torch.{op.name}({', '.join(values)})\n"


def caller_of(op, sample):
    """The same as a function of tensors, to be traced."""
    def call(*tensors):
        given = iter(tensors)
        return op.op(replaced(sample.input, given), *replaced(sample.args, given), **replaced(sample.kwargs, given))
    return call


def plain(value):
    """Results without classes of Python and without what other parts of a storage hold."""
    if isinstance(value, torch.Tensor):
        return value.detach().resolve_conj().resolve_neg().clone()
    if isinstance(value, (tuple, list)):
        return (list if isinstance(value, list) else tuple)(plain(v) for v in value)
    return value


def same(a, b):
    a, b = tensors_in(a, []), tensors_in(b, [])
    return all(torch.equal(x.nan_to_num() if x.dtype.is_floating_point else x, y.nan_to_num() if y.dtype.is_floating_point else y)
               for x, y in zip(a, b))


def tolerance(expected):
    return max((TOLERANCES[t.dtype] for t in tensors_in(expected, []) if t.dtype in TOLERANCES), default=(1e-7, 1e-7))


def strided(tensors):
    return all(t.layout == torch.strided and not t.is_quantized for t in tensors)


class Writer:
    """Writes the samples of one operator and dtype into a folder."""

    def __init__(self, op, dtype, folder):
        self.op, self.dtype, self.folder = op, dtype, folder
        self.may_script = True

    def write(self, limit):
        self.add_all(limit)
        try:
            if any(c["archive"] == "scripted.pt" for c in self.cases):
                self.scripted.save(str(self.folder / "scripted.pt"))
        except (RuntimeError, IndexError):
            self.may_script = False  # PyTorch cannot write what it has compiled
            self.add_all(limit)
        torch.save(self.cases, self.folder / "cases.pt", pickle_protocol=2)

    def add_all(self, limit):
        self.scripted = torch.jit.ScriptModule()
        self.cases, self.skipped = [], 0
        samples = itertools.islice(self.op.sample_inputs("cpu", self.dtype, requires_grad=False), limit)
        for number, sample in enumerate(samples):
            self.add(number, sample)

    def add(self, number, sample):
        every = (sample.input, list(sample.args), dict(sample.kwargs))
        tensors = [t.detach() for t in tensors_in(every, [])]
        call = caller_of(self.op, sample)
        try:
            expected = self.answer(call, tensors, 0)
            random = not all(same(expected, self.answer(call, tensors, seed)) for seed in (1, 2, 3))
        except Exception:
            self.skipped += 1  # PyTorch itself has no answer
            return
        if not strided(tensors) or not strided(tensors_in(expected, [])) or not tensors_in(expected, []):
            self.skipped += 1
            return
        name = f"sample{number}"
        archive = self.script(name, sample, len(tensors)) or self.trace(name, call, tensors)
        if not archive:
            self.skipped += 1
            return
        rtol, atol = tolerance(expected)
        method = name if archive == "scripted.pt" else "forward"
        self.cases.append({"archive": archive, "method": method, "args": [t.clone() for t in tensors], "expected": expected,
                           "exact": self.exact(call, tensors, expected),
                           "rtol": rtol, "atol": atol, "meta": random or self.op.name in UNINITIALIZED})

    @staticmethod
    def answer(call, tensors, seed):
        """What PyTorch gives. Samples of random operators set a seed of their own, which would hide that they are random."""
        torch.manual_seed(seed)
        with torch.no_grad(), unittest.mock.patch("torch.manual_seed"):
            return plain(call(*[t.clone() for t in tensors]))

    def exact(self, call, tensors, expected):
        """The answer in float32, rounded, where PyTorch sums in halves: Heddle may be nearer to it than PyTorch is."""
        if self.dtype not in (torch.bfloat16, torch.float16):
            return expected
        try:
            wide = self.answer(call, [t.float() if t.dtype == self.dtype else t for t in tensors], 0)
            wide = iter([w.to(e.dtype) for w, e in zip(tensors_in(wide, []), tensors_in(expected, []))])
            return replaced(expected, wide)
        except Exception:
            return expected

    def script(self, name, sample, count):
        if not self.may_script:
            return None
        try:
            self.scripted.define(source_of(self.op, name, sample, count))
        except (CannotSay, RuntimeError, AttributeError, NotImplementedError, torch.jit.frontend.FrontendError):
            return None
        return "scripted.pt"

    def trace(self, name, call, tensors):
        try:
            with torch.no_grad():
                traced = torch.jit.trace(call, tuple(t.clone() for t in tensors), check_trace=False, strict=False)
            traced.save(str(self.folder / f"{name}.pt"))
        except Exception:
            return None
        return f"{name}.pt"
