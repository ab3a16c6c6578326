"""Parameters and arguments: keyword-only, defaults, unpacking; what torch.jit marks on functions."""

from typing import Any, Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


def keyword_only(x: Tensor, *, scale: float, shift: int) -> Tensor:
    return x * scale + shift


def defaults(a: int = 1, b: float = 2.5, c: str = "c", d: Optional[int] = None, e: Tuple[int, int] = (3, 4), f: bool = True,
             h: Optional[Tensor] = None) -> str:
    return "{} {} {} {} {} {} {}".format(a, b, c, d, e, f, h is None)


@example((torch.ones(2),), call(torch.ones(2), 4, method="own"))
class KeywordOnly(nn.Module):
    @torch.jit.export
    def own(self, x: Tensor, *, k: int) -> Tensor:
        return x * k

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, str, str, str, Tensor]:
        return (keyword_only(x, shift=1, scale=2.0), keyword_only(x, shift=2, scale=0.5), defaults(), defaults(5, d=7, c="x"),
                defaults(b=1.0, e=(0, 0), f=False, h=x), self.own(x, k=4))


def three(a: int, b: int, c: int) -> int:
    return a * 100 + b * 10 + c


@example(((1, 2, 3),))
class StarArguments(nn.Module):
    def forward(self, t: Tuple[int, int, int]) -> Tuple[int, int, Tensor, List[int], Tuple[int, int, int, int]]:
        pair = (t[1], t[2])
        return (three(*t), three(t[0], *pair), torch.zeros(2, 3).permute(*(1, 0)), [*pair, 7], (0, *t))


@example((torch.ones(2, 3),))
class VarArgs(nn.Module):
    """Operators that take a list as separate arguments."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, List[int], Tensor, Tensor]:
        n, m = x.shape
        y = x.view(m, n)
        return (x.reshape(3, -1), torch.zeros(n, m), y.permute(1, 0), x.expand(4, n, m), x.repeat(1, 2).size(), x.new_zeros(2, 2),
                torch.broadcast_tensors(x, torch.ones(3))[1])


def _plain(x):
    return x.numpy()


@torch.jit.ignore
def logged(x: Tensor) -> Tensor:
    return torch.from_numpy(_plain(x))


@torch.jit.unused
def never(x: Tensor) -> Tensor:
    return torch.from_numpy(_plain(x))


@example((torch.ones(2),), call(torch.full((2,), -1.0), error="unused|ignore|not be|Exception|annotated"))
class Unused(nn.Module):
    """What is unused raises when it is reached."""

    @torch.jit.unused
    def method(self, x: Tensor) -> Tensor:
        return never(x)

    @torch.jit.unused
    def nothing(self, x: Tensor) -> None:
        print(x.numpy())

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() < 0):
            x = never(x)
            x = self.method(x)
            self.nothing(x)
        return x * 2


@example((torch.ones(2),), call(torch.ones(2), method="first"), call(torch.ones(2), 4, True, method="second"))
class Exported(nn.Module):
    """Methods without forward's help: only what is exported is kept, and what that calls."""

    def helper(self, x: Tensor) -> Tensor:
        return x + 1

    @torch.jit.export
    def first(self, x: Tensor) -> Tensor:
        return self.helper(x)

    @torch.jit.export
    def second(self, x: Tensor, n: int, flag: bool) -> Tuple[Tensor, bool]:
        return self.first(x) * n, flag

    def forward(self, x):
        return self.second(x, 3, flag=True)[0]


@example((torch.ones(2),))
class ScriptingQuestions(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, bool, bool, bool]:
        if not torch.jit.is_scripting():
            x = x.numpy()
        if torch.jit.is_tracing():
            x = x + 100
        if hasattr(self, "missing"):
            x = self.missing(x)
        if isinstance(x, Tensor):
            x = x + 1
        return x, torch.jit.is_scripting(), hasattr(self, "training"), isinstance(x, int)


@example(([1, 2], {"a": 1.5}, (1, "s")), ([], {}, (0, "")))
class IsInstance(nn.Module):
    """torch.jit.isinstance refines containers."""

    def kind(self, v: Any) -> str:
        if torch.jit.isinstance(v, List[int]):
            return "ints {}".format(sum(v))
        if torch.jit.isinstance(v, Dict[str, float]):
            return "table {}".format(len(v))
        if torch.jit.isinstance(v, Tuple[int, str]):
            return "pair " + v[1]
        if torch.jit.isinstance(v, (List[str], List[float])):
            return "others"
        if torch.jit.isinstance(v, Optional[Tensor]):
            return "maybe a tensor"
        return "?"

    def forward(self, a: List[int], b: Dict[str, float], c: Tuple[int, str]) -> List[str]:
        return [self.kind(a), self.kind(b), self.kind(c), self.kind(["x"]), self.kind(None), self.kind(torch.ones(1)), self.kind(2)]


@example((torch.ones(2), None), (torch.ones(2), 3))
class AnnotatedInComments(nn.Module):
    def helper(self, x, n=None):
        # type: (Tensor, Optional[int]) -> Tuple[Tensor, int]
        if n is None:
            n = 7
        return x * n, n

    def forward(self,
                x,  # type: Tensor
                n=None  # type: Optional[int]
                ):
        # type: (...) -> Tuple[Tensor, int, List[int]]
        a, b = self.helper(x, n)
        y = torch.jit.annotate(List[int], [])
        y.append(b)
        return a, b, y


@example((torch.ones(2), 3))
class UnannotatedDefaults(nn.Module):
    """Parameters without annotation are tensors; results without one are inferred."""

    def helper(self, x, y):
        return x + y, [x, y], {"k": x}

    def forward(self, x, n: int):
        a, b, c = self.helper(x, x * n)
        return a, b, c, n, "text", None


def recursive_fact(n: int) -> int:
    if n <= 1:
        return 1
    return n * 2


@example((5,))
class ManyReturns(nn.Module):
    """Optional and None results, several returns of different refinement."""

    def find(self, n: int, limit: int) -> Optional[int]:
        for i in range(n):
            if i * i > limit:
                return i
        return None

    def nothing(self, n: int) -> None:
        if n > 3:
            return
        n += 1

    def no_annotation(self, n: int):
        if n > 3:
            return 1.5
        else:
            return 2.5

    def forward(self, n: int) -> Tuple[Optional[int], Optional[int], float, int]:
        self.nothing(n)
        return self.find(n, 3), self.find(n, 100), self.no_annotation(n), recursive_fact(n)
