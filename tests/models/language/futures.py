"""fork and wait in every form that archives have."""

from typing import Dict, List, NamedTuple, Optional, Tuple

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


def scaled(x: Tensor, n: int = 2, k: float = 0.5) -> Tensor:
    return x * n + k


def add_one(x: Tensor):
    x.add_(1)


def starts(x: Tensor, n: int) -> Future[Tensor]:
    return torch.jit.fork(work, x, n)


def starts_many(x: Tensor, n: int) -> List[Future[Tensor]]:
    return [torch.jit.fork(work, x + i, i) for i in range(n)]


@torch.jit.interface
class Layer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


@torch.jit.script
class Job:
    def __init__(self, x: Tensor):
        self.x = x
        self.future = torch.jit.fork(scaled, x, 1)

    def run(self, k: int) -> Tensor:
        return self.x * k

    def start(self, k: int):
        self.future = torch.jit.fork(self.run, k)

    def result(self) -> Tensor:
        return torch.jit.wait(self.future)


class Numbered(NamedTuple):
    future: Future[Tensor]
    n: int


class Note(nn.Module):
    """The example of PyTorch's note on threads."""

    def __init__(self):
        super().__init__()
        self.w_y = nn.Parameter(torch.arange(4.0).reshape(2, 2))
        self.w_z = nn.Parameter(torch.eye(2) * 3)

    def forward(self, x):
        def compute_z(x):
            return torch.mm(x, self.w_z)
        # launch compute_z asynchronously:
        fut = torch.jit._fork(compute_z, x)
        # execute the next operation in parallel to compute_z:
        y = torch.mm(x, self.w_y)
        # wait for the result of compute_z:
        z = torch.jit._wait(fut)
        return y + z


SQUARE = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
example((SQUARE,), make=lambda: torch.jit.trace(Note().eval(), SQUARE, check_trace=False), name="ForkNoteTraced")(None)


@example((SQUARE,))
class ForkNote(nn.Module):
    def __init__(self):
        super().__init__()
        self.w_y = nn.Parameter(torch.arange(4.0).reshape(2, 2))
        self.w_z = nn.Parameter(torch.eye(2) * 3)

    def compute_z(self, x):
        return torch.mm(x, self.w_z)

    def forward(self, x):
        fut = torch.jit._fork(self.compute_z, x)
        y = torch.mm(x, self.w_y)
        z = torch.jit._wait(fut)
        return y + z


class TracedForks(nn.Module):
    """Lambdas and closures, which only tracing takes; tasks inside tasks."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.eye(2) * 2)

    def forward(self, x):
        f = torch.jit._fork(lambda a: a + 1, x)
        g = torch.jit.fork(torch.mm, x, self.w)

        def inner(t):
            h = torch.jit.fork(torch.relu, t + x)
            return torch.jit.wait(h), t
        i = torch.jit.fork(inner, x * 2)
        y = torch.mm(x, self.w)
        p, q = torch.jit._wait(i)
        return torch.jit._wait(f) + torch.jit.wait(g) + y, p, q


example((SQUARE,), make=lambda: torch.jit.trace(TracedForks().eval(), SQUARE, check_trace=False), name="ForkLambdas")(None)


@example((torch.ones(2),))
class ForkForms(nn.Module):
    layer: Layer

    def __init__(self):
        super().__init__()
        self.layer = Half()

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        a = torch.jit._fork(scaled, x)
        b = torch.jit.fork(scaled, x, k=1.5)
        c = torch.jit.fork(torch.add, x, 2)
        d = torch.jit.fork(torch.relu, x)
        e = torch.jit.fork(x.sub, 1)
        y = x.clone()
        torch.jit.wait(torch.jit.fork(add_one, y))
        g = torch.jit.fork(self.layer.forward, x)
        h = torch.jit.fork(self.layer, x)
        both = (x, 3)
        i = torch.jit.fork(scaled, *both)
        return (torch.jit._wait(a), b.wait(), torch.jit.wait(c), torch.jit.wait(d), torch.jit.wait(e), y, torch.jit.wait(g),
                torch.jit.wait(h), torch.jit.wait(i))


@example((torch.ones(2),), (torch.ones(3),))
class FuturesStored(nn.Module):
    """Futures in objects, NamedTuples, Optionals."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        job = Job(x)
        first = job.result()
        job.start(3)
        f = torch.jit.fork(job.run, 4)
        futures = [job.future, f]
        numbered = Numbered(f, 2)
        maybe: Optional[Future[Tensor]] = None
        if x.size(0) == 2:
            maybe = numbered.future
        last = x if maybe is None else torch.jit.wait(maybe)
        return first, job.result(), torch.jit.wait(futures[1]), torch.jit.wait(futures[0]), last


@example((torch.ones(2),))
class FutureOfFuture(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        f = torch.jit.fork(starts, x, 3)
        g = torch.jit.fork(starts_many, x, 3)
        r = torch.jit.wait(torch.jit.wait(f))
        for h in torch.jit.wait(g):
            r = r + torch.jit.wait(h)
        return r


@example((torch.ones(2), True), (torch.ones(2), False))
class ForkInBranches(nn.Module):
    def forward(self, x: Tensor, go: bool) -> Tensor:
        if go:
            f = torch.jit.fork(work, x, 1)
        else:
            f = torch.jit.fork(work, x, 2)
        while bool(x.sum() < 50):
            x = x + torch.jit.wait(f)
            g = f
            f = torch.jit.fork(work, torch.jit.wait(g), 1)
        return x


@example((torch.ones(2),), call(torch.ones(3), error="fork failed on purpose"))
class ForkErrorOfNested(nn.Module):
    """An error goes through two tasks; one that nobody waits for does no harm."""

    def middle(self, x: Tensor) -> Tensor:
        return torch.jit.wait(torch.jit.fork(fail, x)) + 1

    def forward(self, x: Tensor) -> Tensor:
        unused = torch.jit.fork(fail, torch.ones(5))
        f = torch.jit.fork(self.middle, x)
        return torch.jit.wait(f) * 2
