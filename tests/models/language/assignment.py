"""Assignment in all its forms: several targets, stars, subscripts, attributes, augmented; del; slices with steps."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


@example((3, [1, 2, 3]))
class Targets(nn.Module):
    def forward(self, n: int, x: List[int]) -> Tuple[int, int, int, List[int], int, int, Tuple[int, int], int, List[int]]:
        a = b = n + 1
        a += 1
        c, (d, e) = 1, (2, 3)
        d, e = e, d
        f = g = [n]
        f.append(5)
        p = q = 0, 1
        first, *rest = (1, 2, 3)
        h, i = x[0], x[1]
        j, k, m = x
        x[0], x[1] = x[1], x[0]
        return a, b, c * 100 + d * 10 + e, g, first, len(rest), p, h + i + j + k + m + q[1], x


@torch.jit.script
class Cell:
    def __init__(self, n: int):
        self.n = n
        self.f = 1.5
        self.s = "s"
        self.items = [1, 2, 3, 4]
        self.table: Dict[str, float] = {"a": 1.0}
        self.t = torch.ones(3)
        self.inner: List[List[int]] = [[1], [2]]


@example((4,))
class AugmentedTargets(nn.Module):
    """Augmented assignment to attributes and to what they hold."""

    def __init__(self):
        super().__init__()
        self.count = 1
        self.weights = [1.0, 2.0]
        self.register_buffer("b", torch.arange(4.0))

    def forward(self, n: int) -> Tuple[int, float, str, List[int], Dict[str, float], Tensor, List[List[int]], int, List[float], Tensor]:
        c = Cell(n)
        c.n += 2
        c.n -= 1
        c.n *= 3
        c.n <<= 3
        c.n |= 1
        c.n ^= 2
        c.n &= 30
        c.n >>= 1
        c.f /= 4
        c.f **= 2
        c.s += "t"
        c.items[0] += 10
        c.items[-1] *= 2
        c.items += [7]
        c.table["a"] += 0.5
        c.table["b"] = c.table["a"]
        c.t += 1
        c.t[0] *= 5
        c.t[1:] -= 1
        c.inner[0][0] += 4
        c.inner[1] += [9]
        self.count += n
        self.count -= 1
        self.weights[1] /= 4
        self.b[1:3] += 1
        self.b *= 2
        c.items[1], c.n = 50, c.n + 1
        return c.n, c.f, c.s, c.items, c.table, c.t, c.inner, self.count, self.weights, self.b


@example((torch.arange(12.0).reshape(3, 4),))
class TensorSubscripts(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        y = x.clone()
        y[0] = 1
        y[1, 2:] = torch.tensor([5.0, 6.0])
        y[..., 0] = -1.5
        y[:, -1] += 10
        y[2][1] = 7
        y[y > 9] = 0
        y[torch.tensor([0, 2]), 1] *= 3
        z = x[::2]
        z[0, 0] -= 4
        w = x[:, 1:4:2]
        u = x[None, :, None]
        i = torch.tensor([2, 0])
        return [y, z, w, u, x[i], x[i, i], x[:, i], x[-1, ..., ::3], x[torch.tensor([True, False, True])], x[1:, None, 0], x[[0, 2]],
                x[[0, 1], [1, 2]]]


@example(([0, 1, 2, 3, 4, 5], "abcdef"))
class StepSlices(nn.Module):
    def forward(self, x: List[int], s: str) -> Tuple[List[List[int]], List[str], Tuple[int, int], Tuple[int, int, int]]:
        t = (1, 2, 3, 4, 5)
        a, b = -2, 100
        return ([x[::2], x[1::2], x[1:5:3], x[-4:-1], x[:b], x[a:], x[::-1], x[4:1:-1], x[::-2], x[5:2], x[3:3], x[:]],
                [s[::2], s[1:4], s[-3:], s[:a], s[2:b]], t[1::2], t[::2])


@example(([1, 2, 3, 4, 5], {"a": 1, "b": 2, "c": 3}))
class Deletion(nn.Module):
    def forward(self, x: List[int], d: Dict[str, int]) -> Tuple[List[int], Dict[str, int], int]:
        del x[0]
        del x[-1], d["a"]
        y = [[1, 2], [3]]
        del y[0][1]
        v = 3
        w = v
        del v
        return x, d, len(y[0]) + w


@example(([1, 2, 3],), call([], error="out of range|index"))
class DeletionErrors(nn.Module):
    def forward(self, x: List[int]) -> List[int]:
        del x[1]
        return x


@example(([1, 2, 3, 4, 5, 6],))
class SliceAssignment(nn.Module):
    def forward(self, x: List[int]) -> Tuple[List[int], Tensor]:
        t = torch.arange(6)
        t[1:3] = 9
        t[::2] = torch.tensor([7, 8, 9])
        x[2] = x[3] = 0
        return x, t


@example((True, 3), (False, 3))
class ConditionalTypes(nn.Module):
    """Names bound in branches to Optional and refined again."""

    def forward(self, flag: bool, n: int) -> Tuple[Optional[int], int, List[Optional[int]], float]:
        x: Optional[int] = None
        if flag:
            x = n
        y = x if x is not None else -1
        z: List[Optional[int]] = []
        z.append(x)
        z.append(None)
        w = 1.0 if flag else float(n)
        if x is None:
            x = 5
        v = x + 1
        return x, y + v, z, w


@example((5,))
class AnnotatedLocals(nn.Module):
    def forward(self, n: int) -> Tuple[List[List[int]], Dict[int, List[str]], Optional[str], Tuple[int, Optional[float]], List[Tensor]]:
        a: List[List[int]] = [[1], [2]]
        a[0].append(n)
        b: Dict[int, List[str]] = {1: ["z"], 2: ["x"]}
        b[1].append("y")
        c: Optional[str] = "s"
        d: Tuple[int, Optional[float]] = (1, None)
        e = torch.jit.annotate(List[Tensor], [])
        return a, b, c, d, e


@example((2,))
class LiteralSubscripts(nn.Module):
    """Tuples of one, empty tuples, nested indexing of calls and literals."""

    def forward(self, n: int) -> Tuple[Tuple[int], int, int, str, int, List[int]]:
        one = (n,)
        return one, [1, 2, 3][n], {"a": 5}["a"], ("x", "y")[1], [[1], [2, 3]][1][-1], (n + 1, n + 2)[0:1][0] * [1]
