"""Modules: attributes of every kind, submodules, methods, state, how they are stored."""

from typing import Dict, Final, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.mkldnn import to_mkldnn

from .registry import call, example


class Pair(NamedTuple):
    first: Tensor
    second: int


@example((torch.ones(2),))
class Attributes(nn.Module):
    """Every type of attribute, as constants.pkl and data.pkl hold them."""

    limit: Final[int]
    names: Final[List[str]]
    table: Dict[str, int]
    nothing: Optional[int]
    weights: List[Tensor]
    named: Pair
    empty: List[int]
    empty_table: Dict[int, Tensor]
    by_name: Dict[str, Tensor]

    def __init__(self):
        super().__init__()
        self.limit = 7
        self.names = ["a", "b"]
        self.table = {"x": 1, "y": 2}
        self.nothing = None
        self.weights = [torch.ones(2), torch.full((2,), 3.0)]
        self.by_name = {"w": torch.tensor([4.0, 5.0])}
        self.pair = (1, "two", 3.0)
        self.named = Pair(torch.ones(2), 5)
        self.empty = []
        self.empty_table = {}
        self.flag = True
        self.ratio = 0.25
        self.text = "é\n\"quoted\""
        self.z = 1 + 2j
        self.kind = torch.float64
        self.place = torch.device("cpu")
        self.floats = [1.5, float("inf")]
        self.flags = [True, False]
        self.nested = [[1], [2, 3]]
        self.register_buffer("steps", torch.tensor(3))
        self.register_buffer("scratch", torch.ones(2), persistent=False)
        self.register_buffer("absent", None)
        self.register_parameter("bias", None)
        self.weight = nn.Parameter(torch.tensor([1.0, 2.0]))

    def forward(self, x: Tensor) -> Tuple[Tensor, float, List[str], str, Tensor, complex, int]:
        total = float(self.limit + self.table["y"] + self.pair[0] + self.named.second + len(self.empty) + len(self.empty_table))
        total += self.ratio + sum(self.floats[:1]) + self.nested[1][1]
        if self.nothing is not None:
            total += 1000
        if self.flag and self.flags[0]:
            x = x + self.weight + self.scratch
        if self.absent is not None:
            x = x * 0
        for w in self.weights:
            x = x * w
        return (x + self.by_name["w"] + self.named.first, total, self.names + [self.pair[1]], self.text,
                x.to(self.kind).to(self.place), self.z, int(self.steps))


@example((1,), (5,))
class Counter(nn.Module):
    """State of the module changes from call to call; the first call is on a fresh one."""

    seen: List[int]

    def __init__(self):
        super().__init__()
        self.count = 0
        self.seen = []
        self.register_buffer("total", torch.zeros(()))

    @torch.jit.export
    def reset(self) -> int:
        self.count = 0
        return self.count

    def forward(self, n: int) -> Tuple[int, List[int], Tensor]:
        for i in range(n):
            self.count += i
            self.seen.append(i)
            self.total += i
        return self.count, self.seen, self.total


class Layer(nn.Module):
    def __init__(self, n: int, m: int, act: bool):
        super().__init__()
        self.linear = nn.Linear(n, m)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x)
        if self.act:
            x = F.relu(x)
        return x


@example((torch.linspace(-1, 1, 6).reshape(2, 3),))
class Containers(nn.Module):
    """Sequential, ModuleList, ModuleDict, ParameterList; names that are numbers, keywords or no identifiers."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.body = nn.Sequential(Layer(3, 4, True), nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Dropout(0.5))
        self.heads = nn.ModuleList([nn.Linear(4, 2) for _ in range(3)])
        self.named = nn.ModuleDict({"plain": nn.Linear(4, 2), "with space": nn.Sigmoid(), "print": nn.ReLU(), "0x": nn.Identity()})
        self.scales = nn.ParameterList([nn.Parameter(torch.tensor(2.0)), nn.Parameter(torch.tensor(3.0))])
        self.add_module("dash-ed", nn.Linear(2, 2))

    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor], Tensor, int]:
        x = self.body(x)
        outs: List[Tensor] = []
        for i, head in enumerate(self.heads):
            outs.append(head(x) * i)
        y = x
        for name, module in self.named.items():
            y = module(y)
            if name == "plain":
                y = y + 1
        for s in self.scales:
            y = y * s
        return self.body[0](x[:, :3]), outs, y + self.heads[-1](x), len(self.heads) + len(self.body)


@example((torch.ones(1, 3),))
class SharedPieces(nn.Module):
    """One submodule under two names, one parameter in two modules, a buffer that is a view of another."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.a = nn.Linear(3, 3)
        self.b = self.a
        self.c = nn.Linear(3, 3)
        self.c.weight = self.a.weight
        whole = torch.arange(12.0).reshape(3, 4)
        self.register_buffer("whole", whole)
        self.register_buffer("column", whole[:, 1])
        self.register_buffer("turned", whole.t()[1:])
        self.register_buffer("last", whole[2])

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        y = self.c(self.b(self.a(x)))
        self.whole[2, 1] = -50.0
        return y, self.column, self.turned, self.last


@example((torch.ones(2, 2),), call(torch.ones(2, 2), 3, method="scaled"), call(method="describe"))
class ManyMethods(nn.Module):
    def helper(self, x: Tensor, k: int = 2, offset: float = 0.5) -> Tensor:
        return x * k + offset

    @torch.jit.export
    def scaled(self, x: Tensor, k: int = 5) -> Tensor:
        return self.helper(x, k=k, offset=float(k))

    @torch.jit.export
    def describe(self) -> str:
        return "many methods, training {}".format(self.training)

    @torch.jit.unused
    def debug(self, x: Tensor) -> Tensor:
        return torch.from_numpy(x.numpy())

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x = self.debug(x)
        return self.helper(x) + self.helper(offset=1.0, x=x) + self.scaled(x, 4)


def scale(x: Tensor, k: float = 2.0) -> Tensor:
    return x * k


def twice(x: Tensor) -> Tensor:
    return scale(scale(x), k=3.0)


@torch.jit.script
def scripted_function(x: Tensor, n: int) -> Tensor:
    for i in range(n):
        x = twice(x) - i
    return x


def make_local(k):
    def local(x: Tensor) -> Tensor:
        return x + 1
    return local


@example((torch.ones(2), 3))
class Functions(nn.Module):
    """Free functions, called from each other, and two functions of one name."""

    def __init__(self):
        super().__init__()
        self.local = make_local(0)

    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor]:
        return scripted_function(x, n), scale(x), self.local(x)


class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + 1


@example((torch.ones(2, 4),))
class MangledNames(nn.Module):
    """One Python class, three TorchScript types: each needs a name of its own."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.a = Wrapper(nn.Linear(4, 4))
        self.b = Wrapper(nn.ReLU())
        self.c = Wrapper(Wrapper(nn.LayerNorm(4)))

    def forward(self, x: Tensor) -> Tensor:
        return self.c(self.b(self.a(x)))


def packed():
    class Packed(nn.Module):
        """Pickles itself: __getstate__ gives what is stored, __setstate__ rebuilds."""

        cache: List[Tensor]

        def __init__(self):
            super().__init__()
            self.weight = torch.tensor([1.0, 2.0, 3.0])
            self.scale = 4
            self.cache = []

        @torch.jit.export
        def __getstate__(self) -> Tuple[Tensor, int, bool]:
            return self.weight * 2, self.scale, self.training

        @torch.jit.export
        def __setstate__(self, state: Tuple[Tensor, int, bool]):
            self.weight = state[0] / 2
            self.scale = state[1] + 100
            self.training = state[2]
            self.cache = [self.weight]

        def forward(self, x: Tensor) -> Tuple[Tensor, int]:
            return x * self.weight + self.cache[0], self.scale

    return torch.jit.script(Packed())


example((torch.ones(3),), make=packed, name="CustomState")(None)


@example((torch.ones(2),))
class Hooks(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Wrapper(nn.Identity())

        def before(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
            return (input[0] * 10,)

        def after(self, input: Tuple[Tensor], output: Tensor) -> Tensor:
            return output + input[0]

        self.inner.register_forward_pre_hook(before)
        self.inner.register_forward_hook(after)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)


def frozen():
    torch.manual_seed(4)
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2)).eval()
    model[1].running_var.fill_(2.0)
    return torch.jit.freeze(torch.jit.script(model))


example((torch.linspace(-1, 1, 32).reshape(1, 2, 4, 4),), make=frozen, name="Frozen")(None)


@example((torch.ones(2),), _extra_files={"labels.txt": "cat\ndog\n", "folder/meta.json": '{"size": 2}'})
class ExtraFiles(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1


@example((torch.ones(2),), call(torch.ones(2), 1, error="argument", exit=2), call(error="argument", exit=2),
         call("text", error="Tensor", exit=2))
class SignatureErrors(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


@example((torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(0)),))
class Precision(nn.Module):
    """Half, double, integer and quantising buffers; conversions between them."""

    def __init__(self):
        super().__init__()
        for i, dtype in enumerate([torch.float16, torch.bfloat16, torch.float64, torch.int8, torch.uint8, torch.int16, torch.int32,
                                   torch.int64, torch.bool, torch.complex64, torch.complex128]):
            self.register_buffer("b" + str(i), (torch.arange(8) % 3).to(dtype))

    def forward(self, x: Tensor) -> List[Tensor]:
        return [self.b0, self.b1, self.b2 * x.double(), self.b3, self.b4, self.b5 + 1, self.b6, self.b7, ~self.b8, self.b9, self.b10 * 1j,
                x.half().float(), x.to(torch.bfloat16).to(x.dtype)]


@example((torch.ones(3),), call(torch.ones(3), 2.0, method="twice_of"))
class Overloads(nn.Module):
    """Default arguments and keyword arguments of operators, out= arguments, tensor methods against functions."""

    @torch.jit.export
    def twice_of(self, x: Tensor, k: float) -> Tensor:
        return torch.mul(x, k, out=torch.empty(0))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, int]:
        y = torch.zeros(3)
        torch.add(x, 1, alpha=2, out=y)
        z = x.sum(0, keepdim=True)
        w = torch.sum(x, dim=[0])
        v, i = torch.max(x, 0)
        return y, z, w, v, x.clamp(max=0.5), F.softmax(x, dim=-1, dtype=torch.float64), int(i)


class OtherSelf(nn.Module):
    """Whatever a method calls its object."""
    class Inner(nn.Module):
        def forward(this, x: Tensor, self: int = 2):
            return this.scaled(x, by=self)

        def scaled(me, x: Tensor, by: int):
            return x * by if me.training else x * (by + 1)

    def __init__(own):
        super().__init__()
        own.inner = OtherSelf.Inner()

    def forward(own, x: Tensor):
        return own.inner(x), own.inner.scaled(x, 5)


example((torch.ones(2),))(OtherSelf)


class Mkldnn2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.linear = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(8 * 16, 5)

    def forward(self, x):
        return self.linear(torch.relu(self.norm(self.conv(x))).reshape(2, -1))


class MkldnnModules(nn.Module):
    """Modules that torch.utils.mkldnn made of others hold their weights in a layout of oneDNN's."""
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.flat = to_mkldnn(Mkldnn2d().eval())
        self.deep = to_mkldnn(nn.Sequential(nn.Conv3d(3, 4, 2)).eval())

    def forward(self, x: Tensor):
        cube = x.unsqueeze(-1).expand(2, 3, 6, 6, 2).contiguous()
        return self.flat(x.to_mkldnn()).to_dense(), self.deep(cube.to_mkldnn()).to_dense()


example((torch.linspace(-1, 1, 2 * 3 * 36).reshape(2, 3, 6, 6),))(MkldnnModules)
