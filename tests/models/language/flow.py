"""Branches, loops, early exits, assertions, exceptions, with."""

from typing import Any, List, Optional, Tuple

import torch
import torch.jit._logging
from torch import Tensor, nn

from .registry import call, example


@example((5,), (-5,), (0,))
class Branches(nn.Module):
    def forward(self, n: int) -> Tuple[str, int, int]:
        if n > 0:
            kind = "positive"
            m = 1
        elif n < 0:
            kind = "negative"
            m = -1
        else:
            kind = "zero"
            m = 0
        k = 1 if n > 2 else 2 if n > -2 else 3
        if n > 3:
            pass
        else:
            k += 10
        return kind, m, k


@example((0,), (3,), (20,))
class WhileLoop(nn.Module):
    def forward(self, n: int) -> Tuple[int, int, List[int]]:
        i, total = 0, 0
        seen: List[int] = []
        while i < n:
            i += 1
            if i % 2 == 0:
                continue
            if total > 30:
                break
            total += i
            seen.append(i)
        return i, total, seen


@example((3,), (10,), (0,))
class NestedLoops(nn.Module):
    def forward(self, n: int) -> List[int]:
        out: List[int] = []
        for i in range(n):
            for j in range(i, n):
                if j == 2:
                    continue
                if j > 4:
                    break
                k = 0
                while True:
                    k += 1
                    if k > j:
                        break
                    if k == 3:
                        continue
                    out.append(i * 100 + j * 10 + k)
            if i == 5:
                break
        return out


@example((1, 10, 3), (10, 1, -2), (5, 5, 1), call(0, 5, 0, error="zero"))
class Ranges(nn.Module):
    def forward(self, a: int, b: int, s: int) -> Tuple[List[int], List[int], List[int]]:
        x = [i for i in range(a, b, s)]
        y: List[int] = []
        for i in range(b):
            y.append(i)
        return x, y, list(range(2, 6))


@example((4,), (7,), (-1,), (100,))
class EarlyReturn(nn.Module):
    def forward(self, n: int) -> str:
        if n < 0:
            return "negative"
        for i in range(n):
            if i * i == n:
                return "square of {}".format(i)
            for j in range(i):
                if i * j == 90:
                    return "product"
        i = 0
        while i < 1000:
            if i > n:
                if i % 2 == 0:
                    return "even"
            i += 1
        return "none"


@example((torch.tensor([1.0, -2.0, 3.0]),))
class LoopOverTensor(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, int, Tensor]:
        total = torch.zeros(())
        positive = 0
        for v in x:
            total += v
            if v > 0:
                positive += 1
        out = x
        while out.sum() < 100:
            out = out * 2
        return total, positive, out


@example((torch.ones(3), 3), call(torch.ones(3), 4, error="expected 4 got 3"),
         call(torch.ones(3), -1, error="AssertionError|must be positive"))
class Assertions(nn.Module):
    def forward(self, x: Tensor, n: int) -> int:
        assert n > 0, "must be positive"
        assert x.size(0) == n, "expected {} got {}".format(n, x.size(0))
        assert True
        return n


@example((1,), call(2, error="plain message"), call(3, error="value is 3"), call(4, error="not here"),
         call(5, error="no message|Exception"))
class Raises(nn.Module):
    def check(self, n: int) -> int:
        if n == 2:
            raise RuntimeError("plain message")
        elif n == 3:
            raise ValueError("value is {}".format(n))
        elif n == 4:
            raise NotImplementedError("not here")
        elif n == 5:
            raise Exception
        return n * 2

    def forward(self, n: int) -> int:
        return self.check(n) + 1


@example((3,), (0,))
class RaiseInBranch(nn.Module):
    """A variable that only the branch without raise defines."""

    def forward(self, n: int) -> int:
        if n >= 0:
            v = n + 1
        else:
            raise RuntimeError("negative")
        for i in range(n):
            if i > 5:
                raise RuntimeError("large")
            w = i
            v += w
        return v


@example((1, 2), (2, 1))
class ShortCircuit(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def count(self, v: bool) -> bool:
        self.calls += 1
        return v

    def forward(self, a: int, b: int) -> Tuple[bool, bool, bool, int]:
        before = self.calls
        x = self.count(a < b) and self.count(True)
        y = self.count(a < b) or self.count(False)
        z = not self.count(a == b) and (self.count(a > 0) or self.count(b > 0))
        return x, y, z, self.calls - before


@torch.jit.script
class Recorder:
    """A context manager of one's own."""

    def __init__(self, name: str):
        self.name = name
        self.events: List[str] = []

    def __enter__(self):
        self.events.append("enter " + self.name)
        return self

    def __exit__(self, type: Any, value: Any, trace: Any):
        self.events.append("exit " + self.name)


@example((1,), (2,))
class WithStatement(nn.Module):
    def inner(self, r: Recorder, n: int) -> int:
        with r as opened:
            opened.events.append("in")
            m = n + 1
        with r:
            m += 1
        return m

    def forward(self, n: int) -> Tuple[List[str], int, Tensor]:
        r = Recorder("a")
        s = Recorder("b")
        m = self.inner(r, n)
        with r as a, s as b:
            b.events.append(a.name)
        with torch.no_grad():
            t = torch.ones(2) * n
        with torch.autograd.profiler.record_function("named part"):
            t = t + 1
        torch.jit._logging.add_stat_value("parts", m)
        return r.events + s.events, m, t


@example((4,))
class LoopCarriedTypes(nn.Module):
    def forward(self, n: int) -> Tuple[Optional[int], Optional[Tensor], float]:
        last: Optional[int] = None
        kept: Optional[Tensor] = None
        x = 0.0
        for i in range(n):
            if last is None:
                last = i
            elif i % 2 == 0:
                last = last + i
            if kept is None:
                kept = torch.ones(2)
            else:
                kept = kept + i
            x = x + i
        return last, kept, x


@example(([1, 2, 3, 4],))
class DeleteAndReuse(nn.Module):
    def forward(self, x: List[int]) -> Tuple[int, str]:
        a = x[0]
        del a
        a = "reused"
        b = 1
        for b in x:
            if b > 2:
                break
        return b, a


@example((3,))
class DeepNesting(nn.Module):
    def forward(self, n: int) -> int:
        c = 0
        for a in range(n):
            if a >= 0:
                for b in range(n):
                    if b != 1:
                        for d in range(n):
                            if d != 0:
                                e = 0
                                while e < 2:
                                    if a + b + d + e > 3:
                                        c += 1
                                    else:
                                        c += 10
                                    e += 1
        return c


@example((torch.zeros(2),), call(torch.zeros(3), error="size|shape|match|broadcast"))
class OperatorError(nn.Module):
    """The error comes from an operator deep in calls: its stack is shown."""

    def add(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b

    def middle(self, x: Tensor) -> Tensor:
        return self.add(x, torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        return self.middle(x)
