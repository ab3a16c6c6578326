"""fork and wait."""

from typing import Dict, List, Tuple

import torch
from torch import Tensor, nn
from torch.jit import Future

from .registry import call, example


def work(x: Tensor, n: int) -> Tensor:
    for i in range(n):
        x = x * 2 + i
    return x


def fail(x: Tensor) -> Tensor:
    if x.size(0) > 2:
        raise ValueError("fork failed on purpose")
    return x


def tree(x: Tensor, depth: int) -> Tensor:
    """Forks of forks of forks; functions cannot call themselves, so the levels are unrolled."""
    a = torch.jit.fork(branch, x, depth)
    b = torch.jit.fork(branch, x + 1, depth)
    return torch.jit.wait(a) + torch.jit.wait(b)


def branch(x: Tensor, depth: int) -> Tensor:
    a = torch.jit.fork(work, x, depth)
    b = work(x, 1)
    return torch.jit.wait(a) - b


class Half(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.w


@example((torch.ones(2), 3),)
class ForkFunction(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, Tensor]:
        f = torch.jit.fork(work, x, n)
        y = work(x + 1, n)
        g = torch.jit.fork(work, x, n=n + 1)
        return torch.jit.wait(f) + y, torch.jit.wait(g)


@example((torch.ones(2),))
class ForkMethodsAndModules(nn.Module):
    def __init__(self):
        super().__init__()
        self.halves = nn.ModuleList([Half() for _ in range(4)])
        self.k = 3

    def own(self, x: Tensor, k: int) -> Tuple[Tensor, int]:
        return x + self.k, k

    def forward(self, x: Tensor) -> Tuple[List[Tensor], int]:
        futures: List[Future[Tensor]] = []
        for half in self.halves:
            futures.append(torch.jit.fork(half, x))
        pair = torch.jit.fork(self.own, x, 7)
        outs: List[Tensor] = []
        for f in futures:
            outs.append(torch.jit.wait(f))
        y, k = torch.jit.wait(pair)
        outs.append(y)
        return outs, k


@example((torch.ones(2), 4))
class ForkTree(nn.Module):
    def forward(self, x: Tensor, depth: int) -> Tensor:
        futures = [torch.jit.fork(tree, x + i, depth) for i in range(8)]
        total = torch.zeros(2)
        for f in futures:
            total = total + torch.jit.wait(f)
        return total


@example((torch.ones(2),), call(torch.ones(3), error="fork failed on purpose"))
class ForkError(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        f = torch.jit.fork(fail, x)
        return torch.jit.wait(f) + 1


@example((torch.ones(2),))
class FuturesAsValues(nn.Module):
    """Futures in lists, dicts, tuples and arguments; waited for twice, and never."""

    def later(self, f: Future[Tensor]) -> Tensor:
        return torch.jit.wait(f) + 1

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        f = torch.jit.fork(work, x, 2)
        table: Dict[str, Future[Tensor]] = {"f": f}
        unused = torch.jit.fork(work, x, 5)
        g = torch.jit.fork(self.later, f)
        a = torch.jit.wait(table["f"])
        b = f.wait()
        return a, b, torch.jit.wait(g)


@example((torch.zeros(2),))
class ForkInLoop(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(20):
            f = torch.jit.fork(work, x + i, i % 3)
            if i % 2 == 0:
                x = torch.jit.wait(f) * 0.5
        return x


@example((torch.ones(2),))
class ForkSharesTensors(nn.Module):
    """A fork that is waited for has finished its in-place work on what it was given."""

    def fill(self, x: Tensor, v: float) -> int:
        x.fill_(v)
        return 1

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        y = torch.zeros(2, 2)
        a = torch.jit.fork(self.fill, y[0], 1.0)
        b = torch.jit.fork(self.fill, y[1], 2.0)
        n = torch.jit.wait(a) + torch.jit.wait(b)
        return y, n
