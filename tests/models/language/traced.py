"""What torch.jit.trace writes, alone and mixed with scripting."""

from typing import Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


def traced(model, *args, **options):
    return lambda: torch.jit.trace(model().eval(), args, check_trace=False, **options)


class Arithmetic(nn.Module):
    def forward(self, x, y):
        n = x.size(0)
        k = torch.tensor([1.0, 2.0, 3.0])
        z = (x * k).view(n, -1)[:, : y.shape[0]] + y
        z[0] = 5
        return z, {"sum": z.sum(), "mean": z.mean(-1)}, (x.T, [y, y + 1])


X, Y = torch.arange(6.0).reshape(2, 3), torch.tensor([1.0, 2.0])
example((X, Y), make=traced(Arithmetic, X, Y, strict=False), name="TracedResults")(None)


class Dynamic(nn.Module):
    def forward(self, x):
        b, c, h, w = x.shape
        y = x.reshape(b, c * h, w).transpose(1, 2)
        mask = torch.arange(w, device=x.device).expand(b, w) < w - 1
        return y.masked_fill(~mask[..., None], 0.0), torch.zeros(b, h // 2), x.new_ones(c), torch.cat([y, y], 1).flatten(1)


example((torch.ones(2, 3, 4, 5),), (torch.ones(1, 2, 6, 3),), make=traced(Dynamic, torch.ones(2, 3, 4, 5)), name="TracedShapes")(None)


@torch.jit.script
def steps(x: Tensor) -> Tensor:
    n = 0
    while bool(x.sum() < 50):
        x = x * 2
        n += 1
    return x + n


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(3, 3)

    def forward(self, x: Tensor, flag: bool = True) -> Tensor:
        if flag:
            x = self.linear(x)
        return x


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.jit.script(Inner())
        self.norm = nn.LayerNorm(3)

    def forward(self, x):
        return self.norm(self.inner(steps(x)))


example((X,), (X * 20,), make=traced(Outer, X), name="TracedCallsScripted")(None)


def scripted_calls_traced():
    class Host(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = torch.jit.trace(nn.Sequential(nn.Linear(3, 2), nn.ReLU()), torch.ones(1, 3))

        def forward(self, x: Tensor) -> Tuple[Tensor, int]:
            n = 0
            for i in range(x.size(0)):
                if x[i].sum() > 4:
                    n += 1
            return self.inner(x), n
    torch.manual_seed(0)
    return torch.jit.script(Host().eval())


example((X,), make=scripted_calls_traced, name="ScriptedCallsTraced")(None)


class Methods(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        return self.conv(x)

    def energy(self, x, k):
        return (self.conv(x) ** 2).sum() * k


def trace_module():
    x = torch.ones(1, 1, 4, 4)
    return torch.jit.trace_module(Methods().eval(), {"forward": x, "energy": (x, torch.tensor(2.0))})


example((torch.linspace(0, 1, 16).reshape(1, 1, 4, 4),), call(torch.ones(1, 1, 4, 4), torch.tensor(3.0), method="energy"),
        make=trace_module, name="TracedMethods")(None)


def branches(x):
    a = torch.jit.fork(torch.sigmoid, x)
    b = torch.relu(x)
    return torch.jit.wait(a) + b


class Forks(nn.Module):
    def forward(self, x):
        return branches(x) * 2


example((X - 2,), make=traced(Forks, X), name="TracedFork")(None)


class DictInput(nn.Module):
    def forward(self, d):
        return {"out": d["a"] + d["b"], "a": d["a"]}


D = {"a": torch.ones(2), "b": torch.tensor([3.0, 4.0])}
example((D,), make=traced(DictInput, D, strict=False), name="TracedDict")(None)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(0)
        self.rnn = kind(3, 4, num_layers=2, bidirectional=True)

    def forward(self, x):
        return self.rnn(x)


for kind in (nn.LSTM, nn.GRU, nn.RNN):
    example((torch.ones(5, 2, 3),), make=traced(lambda k=kind: Recurrent(k), torch.ones(5, 2, 3)), name="Traced" + kind.__name__)(None)


class OnDevice(nn.Module):
    def forward(self, x):
        y = torch.arange(3, device=x.device)
        return x.to("cpu"), y, torch.zeros(2, dtype=torch.float64, device=x.device), x.to(device=x.device, dtype=torch.float64)


def as_if_on_gpu(record, content):
    return content.replace(b'"cpu"', b'"cuda:0"') if record.endswith(".py") else content


example(call(torch.ones(2), warns="names cuda:0"), make=traced(OnDevice, torch.ones(2)), name="TracedOnGpu", disguise=as_if_on_gpu)(None)


class Numbers(nn.Module):
    """PyTorch's executor takes constants without dimensions for numbers right of +, -, * and /, and nowhere else."""
    def __init__(self):
        super().__init__()
        self.wide = torch.tensor(0.5, dtype=torch.float64)
        self.small = torch.tensor(3, dtype=torch.int8)

    def forward(self, x):
        numbers = x + 0.5, x - 2, x * 1.5, x / 4, torch.add(x, 2.5, alpha=2), 3 * x, x * 2.5j, x * self.wide, x + self.small
        tensors = torch.div(x, 2.0, rounding_mode="floor"), x * torch.tensor(0.5, dtype=torch.float64), x.to(torch.float64).mul_(0.5)
        return numbers, tensors


NUMBERS = [call(torch.tensor([1, 2, 3], dtype=dtype), optimized=True) for dtype in (torch.int64, torch.uint8, torch.bfloat16, torch.float32)]
example(*NUMBERS, call(torch.tensor(3), optimized=True), make=traced(Numbers, torch.tensor([1, 2])), name="TracedNumbers")(None)
