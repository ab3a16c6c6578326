"""Containers of modules and parameters: every way to iterate, index and ask them; hooks; devices; autograd's switches."""

from collections import OrderedDict
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


class Times(nn.Module):
    def __init__(self, k: float):
        super().__init__()
        self.k = k

    def forward(self, x: Tensor) -> Tensor:
        return x * self.k


def times(*ks):
    return [Times(k) for k in ks]


@example((torch.ones(2),))
class ModuleLists(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList(times(1.0, 2.0, 3.0, 4.0))
        self.b = nn.ModuleList([nn.ReLU(), nn.Identity(), nn.Sigmoid(), nn.Tanh()])
        self.empty = nn.ModuleList()
        self.nested = nn.ModuleList([nn.ModuleList(times(2.0, 3.0)), nn.ModuleList(times(5.0, 7.0))])

    def forward(self, x: Tensor) -> Tuple[List[Tensor], Tensor, int, bool]:
        outs: List[Tensor] = []
        for m in self.a:
            outs.append(m(x))
        for i, (m, n) in enumerate(zip(self.a, self.b)):
            outs.append(n(m(x)) + i)
        for m in self.a[1:3]:
            outs.append(m(x) + 100)
        for m in self.a[::2]:
            outs.append(m(x) + 200)
        for m in self.empty:
            outs.append(x * 0)
        for row in self.nested:
            for m in row:
                outs.append(m(x))
        outs += [each(x) for each in self.a]
        for n, k in zip(self.a, (10, 20, 30, 40)):
            outs.append(n(x) * k)
        y = x
        for i in range(2):
            for inner in self.a:
                y = inner(y) + i
        return outs, self.a[-1](x) + self.a[0](x) + self.nested[1][0](x), len(self.a) + len(self.nested[0]), len(self.empty) == 0


@example((torch.ones(2), "b"), (torch.ones(2), "z"))
class ModuleDicts(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.ModuleDict(OrderedDict([("b", Times(2.0)), ("a", Times(3.0)), ("print", Times(4.0)), ("1", Times(5.0))]))
        self.inner = nn.ModuleDict({"list": nn.ModuleList(times(2.0)), "more": nn.ModuleList(times(3.0, 4.0))})

    def forward(self, x: Tensor, key: str) -> Tuple[List[str], Dict[str, Tensor], Tensor, int, bool, bool]:
        names: List[str] = []
        outs: Dict[str, Tensor] = {}
        for k in self.d:
            names.append(k)
        for k in self.d.keys():
            names.append(k + "!")
        for m in self.d.values():
            x = m(x)
        for k, m in self.d.items():
            outs[k] = m(x)
            if k == key:
                outs["found"] = m(x)
        for i, (k, m) in enumerate(self.d.items()):
            names.append(k + str(i))
        for k, group in self.inner.items():
            for m in group:
                x = m(x)
        return names, outs, self.d["a"](x), len(self.d), "a" in self.d, "q" in self.d


@example((torch.ones(2),))
class ParameterLists(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.ParameterList([nn.Parameter(torch.full((2,), float(i))) for i in range(4)])

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, List[Tensor]]:
        y = x
        for p in self.p:
            y = y + p
        for i, p in enumerate(self.p):
            y = y + p * i
        return y, self.p[1] + self.p[-1], [p * 2 for p in self.p]


@example((torch.ones(2),))
class ParameterDicts(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.ParameterDict({"w": nn.Parameter(torch.tensor([1.0, 2.0])), "b": nn.Parameter(torch.tensor([0.5, 0.25]))})

    def forward(self, x: Tensor) -> Tensor:
        return x * self.p["w"] + self.p["b"]


@example((torch.ones(1, 3),))
class Sequentials(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.s = nn.Sequential(OrderedDict([("first", nn.Linear(3, 3)), ("act", nn.ReLU()), ("last", nn.Linear(3, 2))]))
        self.t = nn.Sequential(*times(1.0, 2.0, 3.0))

    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor], Tensor, int]:
        outs: List[Tensor] = []
        for m in self.s:
            x = m(x)
            outs.append(x)
        for i, m in enumerate(self.t):
            outs.append(m(x) + i)
        return self.t(x), outs, self.s.last(torch.ones(1, 3)), len(self.s)


class Unit(nn.Module):
    def __init__(self, k: int):
        super().__init__()
        self.k = k
        self.enabled = k % 2 == 0

    def scaled(self, x: Tensor) -> Tensor:
        return x * self.k

    def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tuple[Tensor, Optional[Tensor]]:
        return (self.scaled(x), y) if self.enabled else (x, x)


@example((torch.ones(2),))
class MembersOfElements(nn.Module):
    """Attributes and methods of the modules in a list, and results of several values."""

    def __init__(self):
        super().__init__()
        self.units = nn.ModuleList([Unit(k) for k in range(1, 5)])

    def forward(self, x: Tensor) -> Tuple[Tensor, Optional[Tensor], int, int]:
        y: Optional[Tensor] = None
        total = 0
        enabled = 0
        for unit in self.units:
            x, y = unit(x, y)
            x = unit.scaled(x)
            total += unit.k
            if unit.enabled:
                enabled += 1
        return x, y, total, enabled


@example((torch.ones(2),))
class ManyHooks(nn.Module):
    """Several hooks on one module, on a submodule, with several inputs and outputs, and hooks that return nothing."""

    def __init__(self):
        super().__init__()
        self.unit = Unit(2)
        self.times = Times(3.0)

        def first(self, input: Tuple[Tensor, Optional[Tensor]]) -> Tuple[Tensor, Optional[Tensor]]:
            return input[0] + self.k, input[0]

        def second(self, input: Tuple[Tensor, Optional[Tensor]]) -> None:
            assert input[1] is not None

        def after(self, input: Tuple[Tensor, Optional[Tensor]], output: Tuple[Tensor, Optional[Tensor]]) -> Tuple[Tensor, Optional[Tensor]]:
            return output[0] * 2, output[0]

        def watch(self, input: Tuple[Tensor], output: Tensor):
            assert output.size() == input[0].size()

        self.unit.register_forward_pre_hook(first)
        self.unit.register_forward_pre_hook(second)
        self.unit.register_forward_hook(after)
        self.times.register_forward_hook(watch)

    def forward(self, x: Tensor) -> Tuple[Tensor, Optional[Tensor]]:
        y, z = self.unit(x, None)
        return self.times(y), z


def root_hooks():
    class RootHooks(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + 1

    def before(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
        return (input[0] * 10,)

    def after(self, input: Tuple[Tensor], output: Tensor) -> Tensor:
        return output + input[0]

    model = RootHooks()
    model.register_forward_pre_hook(before)
    model.register_forward_hook(after)
    return torch.jit.script(model)


example((torch.ones(2),), make=root_hooks, name="RootHooks")(None)


@example((torch.ones(2),))
class GradientSwitches(nn.Module):
    def quiet(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return x * 2

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, bool, bool, Tensor]:
        with torch.no_grad():
            y = x + 1
            z = y * 2
        with torch.no_grad():
            for i in range(3):
                if i == 1:
                    continue
                z = z + i
        return y, z.detach(), x.requires_grad, x.is_leaf, self.quiet(x)


@example((torch.ones(2),))
class Devices(nn.Module):
    def __init__(self):
        super().__init__()
        self.place = torch.device("cpu")
        self.w = nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> Tuple[Tensor, str, Optional[int], bool, bool, Tensor, str, Tensor]:
        d = x.device
        c = torch.device("cpu")
        e = torch.device("cpu:0")
        y = torch.zeros(2, device=d, dtype=x.dtype)
        if x.is_cuda:
            y = y + 100
        return (y.to(self.place), d.type, d.index, d == c, c != e, x.to(c, torch.float64), str(c), x.to(self.w.device).cpu())


@example((torch.ones(2, dtype=torch.float64),))
class DtypesAsValues(nn.Module):
    def pick(self, x: Tensor, other: Optional[torch.dtype]) -> torch.dtype:
        return x.dtype if other is None else other

    def forward(self, x: Tensor) -> Tuple[Tensor, bool, bool, Tensor, torch.dtype, Tensor]:
        d = x.dtype
        table: Dict[str, torch.dtype] = {"a": torch.int32}
        kinds = [torch.float32, torch.int64]
        return (x.to(table["a"]), d == torch.double, d in kinds, torch.zeros(1, dtype=kinds[1]), self.pick(x, None),
                torch.ones(2, dtype=self.pick(x, torch.complex64), layout=torch.strided))
