"""Inheritance, properties, static methods, interfaces of classes, dataclasses, enums: the forms classes.py leaves out."""

from dataclasses import dataclass
from enum import Enum
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


class Base(nn.Module):
    scale: float

    def __init__(self, scale: float):
        super().__init__()
        self.scale = scale
        self.weight = nn.Parameter(torch.tensor([1.0, 2.0]))

    def name(self) -> str:
        return "base"

    def shifted(self, x: Tensor) -> Tensor:
        return x + self.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.shifted(x) * self.scale


class Middle(Base):
    def shifted(self, x: Tensor) -> Tensor:
        return x - self.weight


@example((torch.ones(2),), call(torch.ones(2), method="inherited"))
class InheritedModule(Middle):
    """Methods of two base classes, one replaced, one called through the class itself."""

    def __init__(self):
        super().__init__(3.0)
        self.plain = Base(2.0)
        self.middle = Middle(2.0)

    def name(self) -> str:
        return "derived"

    @torch.jit.export
    def inherited(self, x: Tensor) -> Tuple[str, Tensor]:
        return self.name() + self.plain.name(), self.shifted(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.shifted(x) * self.scale + self.plain(x) + self.middle(x)


@example((torch.arange(3.0),))
class ModuleProperties(nn.Module):
    __jit_unused_properties__ = ["hidden"]

    def __init__(self):
        super().__init__()
        self.factor = 2

    @property
    def twice(self) -> int:
        return self.factor * 2

    @property
    def value(self) -> int:
        return self.factor

    @value.setter
    def value(self, v: int):
        self.factor = v

    @property
    def hidden(self):
        return {}.missing

    @staticmethod
    def helper(x: Tensor, k: int = 3) -> Tensor:
        return x * k

    @staticmethod
    def pair(n: int) -> Tuple[int, int]:
        return n, n + 1

    def forward(self, x: Tensor) -> Tuple[int, int, Tensor, Tensor, int]:
        before = self.twice
        self.value = 10
        self.value += 1
        a, b = self.pair(self.value)
        return before, self.twice, self.helper(x), ModuleProperties.helper(x, k=5), a + b


@torch.jit.interface
class Shape:
    def area(self) -> float:
        pass

    def grow(self, by: float) -> None:
        pass


@torch.jit.script
class Square:
    def __init__(self, side: float):
        self.side = side

    def area(self) -> float:
        return self.side * self.side

    def grow(self, by: float) -> None:
        self.side += by


@torch.jit.script
class Disc:
    def __init__(self, radius: float):
        self.radius = radius

    def area(self) -> float:
        return 3.0 * self.radius * self.radius

    def grow(self, by: float) -> None:
        self.radius *= 1.0 + by


def area_of(shape: Shape) -> float:
    return shape.area()


@example((1.5,), (-1.0,))
class ClassInterface(nn.Module):
    """Objects of two classes behind one interface: in lists, dicts, Optionals, arguments, attributes."""

    def total(self, shapes: List[Shape]) -> float:
        t = 0.0
        for s in shapes:
            s.grow(1.0)
            t += s.area()
        return t

    def forward(self, x: float) -> Tuple[float, float, float, float]:
        square = Square(x)
        disc = Disc(2.0)
        shapes: List[Shape] = [square, disc]
        table: Dict[str, Shape] = {}
        table["first"] = square
        table["second"] = disc
        maybe: Optional[Shape] = None
        if x > 0:
            maybe = disc
        seen = 0.0
        if maybe is not None:
            seen = area_of(maybe)
        chosen = shapes[1 if x > 1 else 0]
        chosen.grow(0.5)
        return self.total(shapes), area_of(table["second"]), seen, chosen.area()


@torch.jit.script
@dataclass
class Size:
    width: int
    height: int


@torch.jit.script
@dataclass
class Picture:
    width: int
    height: int
    pixels: Tensor
    tags: List[str]
    title: str = "untitled"
    ratio: Optional[float] = None

    def __post_init__(self):
        self.pixels = self.pixels + 1
        if self.ratio is None:
            self.ratio = float(self.width)

    def flip(self):
        self.width, self.height = self.height, self.width
        self.pixels = self.pixels.t()


@torch.jit.script
@dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    label: str = ""


@example((3,))
class DataClasses(nn.Module):
    """Nested, with __post_init__, keyword arguments, comparison, sorting."""

    def forward(self, n: int) -> Tuple[int, Tensor, str, List[str], Optional[float], bool, List[bool], List[int]]:
        p = Picture(n, 2, torch.zeros(n, 2), ["a"], title="first")
        q = Picture(1, height=2, pixels=torch.ones(1, 2), tags=p.tags, ratio=0.5)
        p.flip()
        q.tags.append("b")
        v, w = Version(1, minor=n), Version(major=1, label="x")
        order = [v < w, v <= w, v > w, v >= w, v == Version(1, 3)]
        versions = [Version(2), v, w]
        versions.sort()
        return p.width, p.pixels, p.title + q.title, p.tags, p.ratio, Size(n, p.width) == Size(n, 2), order, [u.minor for u in versions]


class Fruit(Enum):
    APPLE = "apple"
    PEAR = "pear"


def describe(f: Fruit) -> str:
    if f is Fruit.APPLE:
        return "an " + f.value
    return "a " + f.name


class Basket(NamedTuple):
    kind: Fruit
    count: int = 2


@example((True,), (False,))
class EnumForms(nn.Module):
    """Enums as attributes, arguments, results, elements, in NamedTuples and Optionals."""

    fruit: Fruit

    def __init__(self):
        super().__init__()
        self.fruit = Fruit.PEAR
        self.by_name: Dict[str, Fruit] = {"x": Fruit.APPLE}

    def choose(self, first: bool) -> Fruit:
        return Fruit.APPLE if first else self.fruit

    def forward(self, first: bool) -> Tuple[str, bool, List[str], str, bool, Optional[str], int]:
        f = self.choose(first)
        every = [m for m in Fruit]
        names: List[str] = []
        for m in Fruit:
            if m != f:
                names.append(m.name)
        basket = Basket(f)
        maybe: Optional[Fruit] = None
        if first:
            maybe = f
        text: Optional[str] = None
        if maybe is not None:
            text = maybe.value
        return (describe(f), f == self.by_name["x"], names, basket.kind.value,
                isinstance(f, Fruit), text, len(every))


@torch.jit.script
class Matrix:
    """Operators of every kind."""

    def __init__(self, rows: List[List[int]]):
        self.rows = rows

    def __sub__(self, other: "Matrix") -> int:
        return len(self.rows) - len(other.rows)

    def __truediv__(self, k: int) -> str:
        return "truediv {}".format(k)

    def __mod__(self, k: int) -> str:
        return "mod {}".format(k)

    def __pow__(self, k: int) -> str:
        return "pow {}".format(k)

    def __and__(self, k: int) -> str:
        return "and {}".format(k)

    def __or__(self, k: int) -> str:
        return "or {}".format(k)

    def __xor__(self, k: int) -> str:
        return "xor {}".format(k)

    def __lshift__(self, k: int) -> str:
        return "lshift {}".format(k)

    def __rshift__(self, k: int) -> str:
        return "rshift {}".format(k)

    def __invert__(self) -> str:
        return "invert"

    def __pos__(self) -> str:
        return "pos"

    def __ne__(self, other: "Matrix") -> bool:
        return True

    def __ge__(self, other: "Matrix") -> bool:
        return True

    def __gt__(self, other: "Matrix") -> bool:
        return False

    def __le__(self, other: "Matrix") -> bool:
        return False

    def __bool__(self) -> bool:
        return len(self.rows) > 1

    def __int__(self) -> int:
        return 7

    def __float__(self) -> float:
        return 7.5

    def __delitem__(self, i: int):
        self.rows.pop(i)

    def __getitem__(self, i: int) -> List[int]:
        return self.rows[i]

    def __iadd__(self, k: int) -> "Matrix":
        self.rows.append([k])
        return self


@example((2,))
class MoreMagic(nn.Module):
    def forward(self, n: int) -> Tuple[int, List[str], List[bool], int, float, List[List[int]]]:
        m = Matrix([[1], [2]])
        o = Matrix([[3]])
        words = [m / n, m % n, m ** n, m & n, m | n, m ^ n, m << n, m >> n, ~m]
        truths = [m != o, m >= o, m > o, m <= o, bool(m), bool(o)]
        if m:
            words.append("true")
        words.append("no" if o else "yes")
        m[0].append(9)
        return m - o, words, truths, int(m), float(m), m.rows


@torch.jit.interface
class Link:
    def worth(self) -> int:
        pass


@torch.jit.script
class Chain:
    """Objects that hold objects of their own class, which needs an interface; a method that takes its own class."""

    def __init__(self, value: int, before: Optional[Link]):
        self.value = value
        self.before = before

    def worth(self) -> int:
        before = self.before
        return self.value if before is None else self.value + before.worth()

    def larger(self, other: "Chain") -> "Chain":
        return self if self.value > other.value else other


@example((5,), (1,))
class SelfReference(nn.Module):
    def forward(self, n: int) -> Tuple[int, int]:
        head = Chain(100, None)
        best = head
        for i in range(1, n):
            head = Chain(i * 40, head)
            best = best.larger(head)
        return head.worth(), best.value


@torch.jit.script
class Holder:
    def __init__(self, items: Dict[str, List[Tensor]]):
        self.items = items

    def __getstate__(self) -> Tuple[Dict[str, List[Tensor]], int]:
        return self.items, 5

    def __setstate__(self, state: Tuple[Dict[str, List[Tensor]], int]):
        items, n = state
        self.items = items
        self.items["added"] = [torch.full((2,), float(n))]


@example((torch.ones(2),))
class ObjectState(nn.Module):
    """An attribute whose class pickles itself."""

    def __init__(self):
        super().__init__()
        self.holder = Holder({"a": [torch.zeros(2)]})

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        return self.holder.items["added"][0] + x, len(self.holder.items)


@torch.jit.script
class Rank:
    def __init__(self, place: int):
        self.place = place

    def __lt__(self, other: "Rank") -> bool:
        return self.place < other.place


@torch.jit.script
class Unordered:
    def __init__(self, place: int):
        self.place = place


class SortedTuples(nn.Module):
    """Tuples that hold objects are ordered by their first parts that differ; an object without __lt__ fails when it is sorted."""
    def forward(self, unordered: bool):
        one = Rank(5)
        entries = [(True, one, "b"), (True, one, "a"), (False, Rank(9), "z"), (True, Rank(2), "c"), (True, Rank(5), "a")]
        ordered = sorted(entries)
        entries.sort(reverse=True)
        others = [Unordered(2), Unordered(1)]
        if unordered:
            others.sort()
        return [e[2] for e in ordered], [e[1].place for e in entries], others[0].place


example((False,), call(True, error="__lt__|sort"))(SortedTuples)


@example((torch.ones(1, 2, 5, 4),))
class PackedObjects(nn.Module):
    """Methods of the objects that hold packed weights."""

    def __init__(self):
        super().__init__()
        weight = torch.quantize_per_tensor(torch.arange(36).reshape(2, 2, 3, 3) * 0.1, 0.1, 0, torch.qint8)
        self.conv = torch.ops.quantized.conv2d_prepack(weight, torch.ones(2), [1, 2], [1, 0], [2, 1], 1)
        self.volume = torch.ops.quantized.conv_transpose3d_prepack(weight.unsqueeze(2), None, [1, 2, 1], [0, 0, 1], [0, 0, 0], [1, 1, 1], 1)
        self.linear = torch.ops.quantized.linear_prepack(weight.reshape(2, 18), torch.ones(2))
        rows = torch.arange(12).reshape(3, 4).float()
        observer = torch.ao.quantization.PerChannelMinMaxObserver(dtype=torch.quint8, qscheme=torch.per_channel_affine_float_qparams, ch_axis=0)
        observer(rows)
        scales, zeros = observer.calculate_qparams()
        self.table = torch.ops.quantized.embedding_bag_prepack(torch.quantize_per_channel(rows, scales.float(), zeros.float(), 0, torch.quint8))

    def forward(self, x: Tensor) -> Tuple[List[Tensor], List[List[int]], List[int], List[bool], List[Optional[Tensor]]]:
        weight, bias = self.conv.unpack()
        other, none = self.volume.unpack()
        third, _ = self.linear.unpack()
        numbers = [self.conv.stride(), self.conv.padding(), self.conv.dilation(), self.conv.output_padding(), self.volume.stride(),
                   self.volume.padding(), self.volume.dilation(), self.volume.output_padding()]
        return ([weight.dequantize(), other.dequantize(), third.dequantize(), self.conv.weight().dequantize()], numbers,
                [self.conv.groups(), self.volume.groups(), self.table.bit_rate(), self.table.version()],
                [self.conv.transpose(), self.volume.transpose()], [bias, none, self.conv.bias(), self.linear.bias()])
