"""Classes, enums, interfaces, dataclasses: what lives in an archive besides modules."""

from dataclasses import dataclass
from enum import Enum
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import example


@torch.jit.script
class Account:
    def __init__(self, owner: str, amount: int = 10):
        self.owner = owner
        self.amount = amount
        self.history: List[int] = []
        self.note = torch.jit.annotate(Optional[str], None)

    def deposit(self, n: int) -> int:
        self.amount += n
        self.history.append(n)
        return self.amount

    @staticmethod
    def fee(n: int) -> int:
        return n // 10

    @property
    def rich(self) -> bool:
        return self.amount > 100

    @rich.setter
    def rich(self, value: bool):
        self.amount = 1000 if value else 0


@example((5,), (200,))
class UserClass(nn.Module):
    def pay(self, a: Account, n: int):
        a.deposit(n)
        a.note = "paid"

    def forward(self, n: int) -> Tuple[int, bool, str, List[int], Optional[str], bool, bool, int]:
        a = Account("ann")
        b = a
        self.pay(b, n)
        c = Account("bob", 3)
        rich = a.rich
        c.rich = True
        return a.amount, rich, a.owner + c.owner, a.history, a.note, a is b, c is not a, c.amount + Account.fee(n)


@torch.jit.script
class Vector:
    def __init__(self, x: float, y: float):
        self.x = x
        self.y = y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k: float) -> "Vector":
        return Vector(self.x * k, self.y * k)

    def __neg__(self) -> "Vector":
        return Vector(-self.x, -self.y)

    def __eq__(self, other: "Vector") -> bool:
        return self.x == other.x and self.y == other.y

    def __lt__(self, other: "Vector") -> bool:
        return self.x < other.x

    def __getitem__(self, i: int) -> float:
        return self.x if i == 0 else self.y

    def __setitem__(self, i: int, v: float):
        if i == 0:
            self.x = v
        else:
            self.y = v

    def __len__(self) -> int:
        return 2

    def __contains__(self, v: float) -> bool:
        return v == self.x or v == self.y

    def __call__(self, k: float) -> float:
        return self.x * k

    def __str__(self) -> str:
        return "<{}, {}>".format(self.x, self.y)


@example((1.0, 2.0),)
class MagicMethods(nn.Module):
    def forward(self, a: float, b: float) -> Tuple[float, float, bool, bool, float, int, bool, float, float, List[float]]:
        v = Vector(a, b) + Vector(1.0, 1.0) * 2.0
        w = -v
        w[1] = 7.5
        vs = [v, w, Vector(-10.0, 0.0)]
        vs.sort()
        return v.x, v[1], v == w, w < v, w.y, len(v), 7.5 in w, v(3.0), sorted(vs)[0].x, [u.x for u in vs]


@torch.jit.script
class Node:
    def __init__(self, value: int):
        self.value = value
        self.children: Dict[str, List[int]] = {}
        self.tensor = torch.zeros(2)

    def add(self, name: str, child: int):
        if name not in self.children:
            self.children[name] = torch.jit.annotate(List[int], [])
        self.children[name].append(child)


@torch.jit.script
class Forest:
    """Objects that hold objects, shared."""

    def __init__(self, n: int):
        self.nodes = [Node(i) for i in range(n)]
        self.first = self.nodes[0]

    def total(self) -> int:
        t = 0
        for node in self.nodes:
            t += node.value
        return t


@example((3,))
class ObjectGraphs(nn.Module):
    def forward(self, n: int) -> Tuple[int, int, Dict[str, List[int]], Tensor, bool]:
        f = Forest(n)
        f.first.value = 100
        f.nodes[0].add("a", 1)
        f.first.add("a", 2)
        f.nodes[1].tensor[0] = 5
        f.nodes[1].tensor += 1
        table: Dict[str, Node] = {"x": f.nodes[1]}
        table["x"].value *= 2
        return f.total(), f.nodes[0].value, f.first.children, f.nodes[1].tensor, f.first is f.nodes[0]


class Color(Enum):
    RED = 1
    GREEN = 2


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class Level(Enum):
    LOW = 0.5
    HIGH = 1.5


@example((1,), (2,))
class Enums(nn.Module):
    def __init__(self):
        super().__init__()
        self.mode = Mode.SLOW
        self.modes: List[Mode] = [Mode.FAST, Mode.SLOW]

    def pick(self, n: int) -> Color:
        return Color.RED if n == 1 else Color.GREEN

    def forward(self, n: int) -> Tuple[str, int, str, bool, bool, float, List[str], int]:
        c = self.pick(n)
        names: List[str] = []
        for m in self.modes:
            names.append(m.name + m.value)
        counts: Dict[str, Color] = {"c": c}
        total = 0
        for each in Color:
            total += each.value
        return c.name, c.value, self.mode.value, c == Color.RED, self.mode != Mode.FAST, Level.HIGH.value, names, counts["c"].value + total


@torch.jit.interface
class Layer(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class Shift(nn.Module):
    def __init__(self):
        super().__init__()
        self.by = nn.Parameter(torch.tensor([1.0, 2.0]))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.by


@example((torch.ones(2), 0), (torch.ones(2), 1), (torch.ones(2), 2))
class ModuleInterface(nn.Module):
    layer: Layer

    def __init__(self):
        super().__init__()
        self.layer = Shift()
        self.layers = nn.ModuleList([Double(), Shift(), Double()])

    def apply_one(self, layer: Layer, x: Tensor) -> Tensor:
        return layer.forward(x)

    def forward(self, x: Tensor, which: int) -> Tuple[Tensor, Tensor]:
        picked: Layer = self.layers[which]
        return self.apply_one(self.layer, x), picked.forward(x)


@torch.jit.script
@dataclass
class Settings:
    width: int
    height: int = 4
    label: str = "none"

    def area(self) -> int:
        return self.width * self.height


@example((3,))
class DataClass(nn.Module):
    def forward(self, n: int) -> Tuple[int, int, str, bool]:
        s = Settings(n)
        t = Settings(n, 4, "none")
        s.height += 1
        return s.area(), t.area(), s.label, s == t


@torch.jit.script
class Accumulator:
    def __init__(self):
        self.total = torch.zeros(2)
        self.steps = 0

    def add(self, x: Tensor):
        self.total = self.total + x
        self.steps += 1


@example((torch.ones(2),))
class ObjectAttribute(nn.Module):
    """An object kept in the module and pickled with it; calls change it."""

    def __init__(self):
        super().__init__()
        self.sum = Accumulator()
        self.sum.add(torch.tensor([10.0, 20.0]))

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        self.sum.add(x)
        self.sum.add(x)
        return self.sum.total, self.sum.steps
