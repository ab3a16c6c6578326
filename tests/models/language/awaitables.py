"""torch.jit._awaitable of PyTorch 2: tasks that begin when they are first waited for."""

from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch._awaits import _Await

from .registry import call, example


def plain(x: Tensor, n: int) -> Tensor:
    print("plain", n)
    return x * n


@torch.jit.script
class Keeper:
    def __init__(self, x: Tensor):
        self.x = x

    def get(self, k: int) -> Tensor:
        print("get", k)
        return self.x * k


class Less(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x - 1


@example(call(torch.ones(2), prints="made\nwork 3\nplain 9\npair\nplain 1\nplain 2\nget 4\n"))
class Awaitables(nn.Module):
    """Of functions, methods, modules; awaited twice, in a branch, by a dot, by another function, and never."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2))
        self.less = Less()

    def work(self, x: Tensor, n: int) -> Tensor:
        print("work", n)
        return x * n + self.w

    def pair(self, x: Tensor) -> Tuple[Tensor, int]:
        print("pair")
        return x, 3

    def lazy(self, x: Tensor) -> _Await[Tensor]:
        return torch.jit._awaitable(plain, x, 9)

    def use(self, a: _Await[Tensor], go: bool) -> Tensor:
        if go:
            return torch.jit._awaitable_wait(a)
        return torch.zeros(2)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, int, Tensor, Tensor]:
        a = torch.jit._awaitable(self.work, x, n=3)
        b = torch.jit._awaitable(plain, x, 2)
        c = torch.jit._awaitable_nowait(x)
        never = torch.jit._awaitable(self.work, x, 5)
        keeper = Keeper(x)
        d = torch.jit._awaitable(keeper.get, 4)
        p = torch.jit._awaitable(self.pair, x)
        s = torch.jit._awaitable(self.less, x)
        print("made")
        y = torch.jit._awaitable_wait(a) + torch.jit._awaitable_wait(a)
        lazy = self.lazy(x)
        z = lazy.mul(2)
        q, n = torch.jit._awaitable_wait(p)
        for i in range(2):
            e = torch.jit._awaitable(plain, x, i)
            if i == 1:
                z = z + torch.jit._awaitable_wait(e)
        y = y + b.sum()
        t = torch.jit._awaitable_wait(c) + torch.jit._awaitable_wait(s)
        return y, t, n, torch.jit._awaitable_wait(d) + self.use(lazy, True) + self.use(self.lazy(x), False), z


@example((torch.ones(2), 1), (torch.ones(3), 0), call(torch.ones(3), 1, error="lazy failure"))
class AwaitableErrors(nn.Module):
    def fail(self, x: Tensor) -> Tensor:
        if x.size(0) > 2:
            raise ValueError("lazy failure")
        return x

    def forward(self, x: Tensor, n: int) -> Tensor:
        a = torch.jit._awaitable(self.fail, x)
        if n > 0:
            return torch.jit._awaitable_wait(a)
        return x


@example((torch.ones(2),))
class AwaitableLists(nn.Module):
    def force(self, a: _Await[Tensor]) -> Tensor:
        return torch.jit._awaitable_wait(a)

    def forward(self, x: Tensor) -> Tensor:
        every: List[_Await[Tensor]] = []
        for i in range(4):
            every.append(torch.jit._awaitable(plain, x, i))
        f = torch.jit.fork(self.force, every[2])
        total = x + torch.jit.wait(f)
        for a in every:
            total = total + torch.jit._awaitable_wait(a)
        return total
