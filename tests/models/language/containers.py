"""Lists, dicts, tuples, NamedTuples, Optionals, Unions, Any."""

from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor, nn

from .registry import call, example


@example(([3, 1, 2], 5), ([9], 0))
class ListMethods(nn.Module):
    def forward(self, x: List[int], v: int) -> Tuple[List[int], int, int, int, int, bool, List[int]]:
        x = x.copy()
        x.append(v)
        x.extend([7, 7])
        x.insert(1, -1)
        last = x.pop()
        second = x.pop(1)
        x.remove(7)
        x.reverse()
        y = sorted(x)
        x.sort(reverse=True)
        return x, last, second, x.index(v), x.count(v), v in x, y


@example(call(0, error="not sortable"), call(1, error="Empty lists default"), (2,))
class ListsWithoutMeaning(nn.Module):
    def forward(self, which: int) -> Tuple[Tensor, List[Tuple[Dict[int, int], int]]]:
        tuples = [({1: 2}, 3)]
        if which == 0:
            tuples.sort()
        empty = torch.jit.annotate(List[int], [])
        return torch.tensor([]) if which == 1 else torch.tensor(empty), tuples


@example(([0, 1, 2, 3, 4],))
class ListSlices(nn.Module):
    def forward(self, x: List[int]) -> Tuple[List[int], List[int], List[int], List[int], List[int], int, List[int], List[int]]:
        y = x + [5]
        y[0] = 10
        y[-1] = 20
        del y[1]
        return x[1:3], x[:-2], x[::2], x[-3:], x[10:], x[-1], y, [1, 2] * 2


@example(([1, 2, 3],), call([1], error="out of range|index"), call([], error="out of range|index"))
class ListIndexErrors(nn.Module):
    def forward(self, x: List[int]) -> int:
        return x[1]


@example(([1, 2, 3],), ([],))
class Comprehensions(nn.Module):
    def forward(self, x: List[int]) -> Tuple[List[int], List[List[int]], Dict[int, int], List[Tuple[int, int]]]:
        return [i * i for i in x], [[i, j] for i, j in zip(x, x)], {i: i + 1 for i in x}, [(n, i) for n, i in enumerate(x)]


@example(([[1, 2], [3]], [torch.ones(2), torch.zeros(1)]))
class NestedLists(nn.Module):
    def forward(self, x: List[List[int]], t: List[Tensor]) -> Tuple[int, List[List[int]], Tensor, bool, List[Tensor]]:
        total = 0
        for row in x:
            for i in row:
                total += i
        x[0].append(9)
        t[0].add_(1)
        return total, x, torch.cat(t), x[0] == [1, 2, 9], t


@example(([2.5, 1.5], ["b", "a"], [True, False]))
class ListsOfEverything(nn.Module):
    def forward(self, f: List[float], s: List[str], b: List[bool]) -> Tuple[List[float], List[str], List[bool], bool, bool]:
        return sorted(f), sorted(s), [not v for v in b], f == [2.5, 1.5], "a" in s


@example((torch.arange(3),))
class ListAliases(nn.Module):
    """Two names of one list see each other's changes, also through a container and a function."""

    def grow(self, x: List[Tensor], t: Tensor):
        x.append(t)

    def forward(self, t: Tensor) -> Tuple[int, int, List[List[int]], Tensor]:
        a: List[Tensor] = []
        b = a
        self.grow(a, t)
        b.append(t + 1)
        row = [1]
        rows = [row, row]
        row.append(2)
        rows[0][0] = 5
        return len(a), len(b), rows, b[-1]


@example(({"a": 1, "b": 2}, "b"), ({"z": 0}, "q"))
class DictMethods(nn.Module):
    def forward(self, d: Dict[str, int], k: str) -> Tuple[List[str], List[int], List[Tuple[str, int]], int, bool, int, Dict[str, int], int]:
        e = d.copy()
        e["new"] = 7
        e.update({"a": 10})
        first = e.setdefault("s", 3)
        popped = e.pop("new")
        if k in e:
            del e[k]
        return list(d.keys()), list(d.values()), list(d.items()), d.get(k, -1), k in d, first + popped, e, len(e)


@example(call({"a": 1}, "b", error="KeyError|key"), call({"a": 1}, "a"))
class DictKeyError(nn.Module):
    def forward(self, d: Dict[str, int], k: str) -> int:
        return d[k]


@example((1,))
class DictKeys(nn.Module):
    def forward(self, i: int) -> Tuple[Dict[int, str], Dict[float, int], Dict[bool, int], List[int], Optional[int], bool]:
        a = {3: "three", i: "one"}
        b = {0.5: 1, 2.0: 2}
        c = {True: 1, False: 0}
        order: List[int] = []
        for k in a:
            order.append(k)
        for k, v in a.items():
            order.append(k + len(v))
        n: Dict[str, Dict[str, int]] = {"x": {"y": 1}}
        n["x"]["z"] = 2
        a.pop(3)
        a[3] = "again"
        return a, b, c, order, n["x"].get("w"), len(n["x"]) == 2


@example((torch.ones(2),))
class DictOfTensors(nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = OrderedDict()
        out["second"] = x * 2
        out["first"] = x
        out["second"].mul_(3)
        out = {k: v + 1 for k, v in out.items()}
        more = dict([("third", x)])
        out.update(more)
        return out


@example((torch.ones(2),))
class DictClearPopitem(nn.Module):
    def forward(self, x: Tensor) -> Tuple[int, Tuple[str, int], Dict[str, int], Dict[str, Tensor]]:
        d = {"only": 4}
        item = d.popitem()
        e = {"a": 1}
        e.clear()
        k: Dict[str, Tensor] = {}
        return len(d), item, e, k


@example(((1, 2.0, "c"),))
class Tuples(nn.Module):
    def forward(self, t: Tuple[int, float, str]) -> Tuple[int, Tuple[float, str], Tuple[int, float], int,
                                                          Tuple[int, Tuple[int, int]], List[int]]:
        a, b, c = t
        first, *rest = (1, 2, 3)
        nested = (a, (a + 1, a + 2))
        x, (y, z) = nested
        return t[0], t[1:], t[:2], len(t), nested, [x, y, z, len(rest), first]


class Point(NamedTuple):
    x: int
    y: float = 0.5
    name: Optional[str] = None


class Box(NamedTuple):
    corner: Point
    sizes: List[int]
    data: Tensor


@example((3, torch.ones(2)))
class NamedTuples(nn.Module):
    def make(self, x: int) -> Point:
        return Point(x, name="p")

    def forward(self, x: int, t: Tensor) -> Tuple[int, float, Optional[str], Box, Point]:
        p = self.make(x)
        box = Box(corner=p, sizes=[1, 2], data=t)
        box.sizes.append(3)
        a, b, c = p
        return box.corner.x + p[0], p.y, c, box, Point(1, 2.0)


@example((None, 3), (4, None), (None, None), (1, 1))
class Optionals(nn.Module):
    def pick(self, a: Optional[int]) -> int:
        if a is None:
            return -1
        return a + 1

    def forward(self, a: Optional[int], b: Optional[int]) -> Tuple[int, int, int, Optional[int], bool]:
        c = 0
        if a is not None and b is not None:
            c = a + b
        elif a is not None:
            c = a
        d = b if b is not None else 100
        if a is None or a > 3:
            d += 1
        e: Optional[int] = None
        if c > 0:
            e = c
        return self.pick(a), c, d, e, e is None


@example((torch.ones(2), None), (torch.ones(2), torch.zeros(2)), (None, None))
class OptionalTensors(nn.Module):
    def __init__(self):
        super().__init__()
        self.bias: Optional[Tensor] = None
        self.scale: Optional[Tensor] = torch.tensor(2.0)

    def forward(self, x: Optional[Tensor], y: Optional[Tensor] = None) -> Optional[Tensor]:
        if x is None:
            return None
        bias = self.bias
        if bias is not None:
            x = x + bias
        scale = self.scale
        assert scale is not None
        x = x * scale
        return x if y is None else torch.jit._unwrap_optional(y) - x


@example((1,), ("text",), ([1, 2],), (torch.ones(2),))
class Unions(nn.Module):
    def forward(self, v: Union[int, str, List[int], Tensor]) -> Union[int, str]:
        if isinstance(v, int):
            return v + 1
        elif isinstance(v, str):
            return v + "!"
        elif isinstance(v, Tensor):
            return int(v.sum())
        else:
            return len(v)


@example((1,), (2.5,), ("s",), ([1, 2],), (torch.ones(3),), ((1, "a"),), (True,))
class Anything(nn.Module):
    def kind(self, v: Any) -> str:
        if isinstance(v, bool):
            return "bool"
        if isinstance(v, int):
            return "int {}".format(v + 1)
        if isinstance(v, float):
            return "float"
        if isinstance(v, str):
            return "str " + v
        if isinstance(v, Tensor):
            return "tensor {}".format(v.numel())
        if isinstance(v, List[int]):
            return "ints {}".format(len(v))
        if isinstance(v, (List[str], Tuple[int, str])):
            return "tuple"
        return "?"

    def forward(self, v: Any) -> Tuple[str, Any]:
        return self.kind(v), v


@example((3,))
class Annotations(nn.Module):
    def forward(self, n: int) -> Tuple[List[int], Dict[str, List[int]], Optional[Tensor], List[Optional[int]]]:
        a = torch.jit.annotate(List[int], [])
        b: Dict[str, List[int]] = {}
        c = torch.jit.annotate(Optional[Tensor], None)
        d: List[Optional[int]] = [None, n]
        for i in range(n):
            a.append(i)
            b[str(i)] = a[: i + 1]
        return a, b, c, d


@example(({"k": [torch.ones(1)]}, [("a", 1), ("b", 2)]))
class DeepTypes(nn.Module):
    def forward(self, d: Dict[str, List[Tensor]],
                p: List[Tuple[str, int]]) -> Tuple[Dict[str, Tuple[Tensor, Optional[int]]], Dict[str, int]]:
        out: Dict[str, Tuple[Tensor, Optional[int]]] = {}
        for k, v in d.items():
            out[k] = (torch.stack(v), None)
            out[k + "2"] = (v[0], len(v))
        return out, dict(p)


@example(([1, 2, 3],))
class ZipEnumerate(nn.Module):
    def forward(self, x: List[int]) -> List[int]:
        out: List[int] = []
        for i, (a, b) in enumerate(zip(x, [10, 20, 30, 40])):
            out.append(i * a + b)
        for i, a in enumerate(x, 5):
            out.append(i)
        for a, b, c in zip(x, range(3), ["a", "bb", "ccc"]):
            out.append(a + b + len(c))
        return out
