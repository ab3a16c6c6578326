"""Calls every function of PyTorch's operator database that Heddle has by the same name, with the same samples, and
compares: argument names, defaults, overloads and results."""
import unittest
import warnings

import torch

import heddle
from oracle import difference, op_db, to_heddle

SAMPLES = 4
# Functions of chance or of uninitialised memory, and what is not defined.
UNDEFINED = {"empty", "empty_like", "new_empty", "new_empty_strided", "bernoulli", "multinomial", "normal", "uniform",
             "rand_like", "randn_like", "randint_like", "nn.functional.dropout", "nn.functional.dropout2d",
             "nn.functional.dropout3d", "nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout",
             "nn.functional.rrelu", "nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d",
             "nn.functional._scaled_dot_product_attention", "pca_lowrank", "svd_lowrank", "nn.functional.gumbel_softmax",
             "topk", "kthvalue", "mode", "sort", "argsort", "msort", "randn", "rand", "randint", "cauchy", "exponential",
             "geometric", "log_normal", "lu", "linalg.eig", "eig", "svd", "linalg.svd", "linalg.eigh", "symeig",
             "qr", "linalg.qr", "geqrf", "nn.functional.multi_head_attention_forward"}


def find(name):
    """heddle's function of a dotted name, or its method."""
    found = heddle
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def torch_function(name):
    found = torch
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


class Database(unittest.TestCase):
    def check(self, op):
        ours, theirs = find(op.name), torch_function(op.name)
        as_method = theirs is None
        if as_method:
            theirs = getattr(torch.Tensor, op.name, None)
            ours = getattr(heddle.Tensor, op.name, None)
        if theirs is None:
            self.skipTest("not a function of PyTorch by its name")
        self.assertIsNotNone(ours, "Heddle has no such name")
        dtype = next((d for d in (torch.float32, torch.int64, torch.bool, torch.complex64)
                      if d in op.supported_dtypes("cpu")), None)
        if dtype is None:
            self.skipTest("not for CPUs")
        for index, sample in enumerate(op.sample_inputs("cpu", dtype)):
            if index == SAMPLES:
                break
            args, kwargs = [sample.input, *sample.args], dict(sample.kwargs)
            mine, my_kwargs = to_heddle(args), to_heddle(kwargs)
            try:
                expected = theirs(*args, **kwargs)
            except Exception:
                continue
            got = ours(*mine, **my_kwargs)
            why = difference(got, expected)
            self.assertIsNone(why, f"sample {index}: {args!r:.300} {kwargs!r:.200}: {why!s:.500}")


def add_tests():
    known = {line.split()[0] for line in open(__file__.replace("opinfo_test.py", "opinfo_known.txt"))
             if line.strip() and not line.startswith("#")}
    for op in op_db():
        name = op.name + ("." + op.variant_test_name if op.variant_test_name else "")
        if op.name in UNDEFINED or op.name in known or op.name.startswith(("_refs", "ops.nvprims", "masked.", "sparse.")):
            continue
        test = "test_" + name.replace(".", "_")
        setattr(Database, test, lambda self, op=op: self.check(op))


warnings.simplefilter("ignore")
add_tests()
if __name__ == "__main__":
    unittest.main()
