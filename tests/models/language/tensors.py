"""Tensors in the language: subscripts, assignment through views, operators, attributes, constants."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from .registry import example

GRID = torch.arange(24.0).reshape(2, 3, 4)


@example((GRID, 1))
class Subscripts(nn.Module):
    def forward(self, x: Tensor, i: int) -> List[Tensor]:
        return [x[0], x[-1], x[i], x[0, i], x[:, i], x[..., i], x[0, ..., 1:], x[:, :, ::2], x[:, None], x[None, ..., None], x[0, 1, 2],
                x[i:], x[:i], x[:, 1:3, -2:], x[x > 5], x[torch.tensor([1, 0])], x[:, torch.tensor([0, 2]), 1], x[0][1][2], x[..., 0, :],
                x[torch.tensor([True, False])], x[:, [0, 2]], x[i, :, [1, 3]]]


@example((GRID, 1))
class SubscriptAssignment(nn.Module):
    def forward(self, x: Tensor, i: int) -> List[Tensor]:
        a = x.clone()
        a[0] = 1
        a[:, i] = torch.tensor([7.0, 8.0, 9.0, 10.0])
        a[..., -1] = 0.5
        a[a > 20] = -1
        a[1, torch.tensor([0, 2])] = torch.zeros(2, 4)
        b = x.clone()
        b[0, 1, 2] = 100
        b[0] += 1
        b[:, 0] *= 2
        b[..., i:] -= x[..., i:]
        b[1][2][3] = -5
        c = x[0]
        d = x.clone()
        v = d[1]
        v.zero_()
        v[0] = 3
        return [a, b, c, d, v]


@example((torch.ones(2, 3),))
class InPlace(nn.Module):
    """In-place operators are seen through every view and name."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, bool]:
        a = x.clone()
        b = a.view(6)
        c = a.t()
        d = a
        a += 1
        b.mul_(2)
        c[0].add_(10)
        d = d + 1
        e = b[2:4]
        e.fill_(-1)
        a.unsqueeze_(0)
        return a, b, c, d, a is d


@example((torch.tensor([1.0, 2.0]), torch.tensor([3.0, -1.0])))
class Operators(nn.Module):
    def forward(self, a: Tensor, b: Tensor) -> List[Tensor]:
        m = a.to(torch.int64)
        return [a + b, a - b, a * b, a / b, a // b, a % b, a ** 2, 2 ** a, -a, a @ b, 1 - a, 2 / a, a < b, a >= 1, a == b, a != 1,
                ~(a < b), (a < b) & (b > 0), (a < b) | (b > 0), (a < b) ^ (b > 0), a * 2.5, abs(b)]


@example((GRID,))
class Properties(nn.Module):
    def forward(self, x: Tensor) -> Tuple[List[int], int, int, bool, bool, bool, bool, str, Tensor, Tensor, int, List[int], int]:
        n, c, w = x.shape
        half = x.to(torch.float16)
        return (x.shape, x.ndim, x.size(-1), x.is_cuda, x.requires_grad, x.dtype == torch.float32, half.dtype == torch.half, str(x.device),
                x.T.mT if x.dim() == 2 else x.mT, x[0].T, n * c * w, list(x.stride()), len(x))


@example((torch.zeros(2),))
class Creation(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        n = x.size(0)
        return [torch.tensor(3), torch.tensor(2.5), torch.tensor([1, 2, n]),
                torch.tensor([[1.0, 2.0], [3.0, float(n)]]), torch.tensor([True, False]),
                torch.tensor([1, 2], dtype=torch.float64), torch.zeros(n, 3), torch.ones([n, 1], dtype=torch.int32), torch.full((2, 2), 7),
                torch.full([2], 0.5), torch.arange(n), torch.arange(1, 6, 2), torch.arange(0.0, 1.0, 0.25), torch.eye(2),
                torch.linspace(0, 1, 3), torch.zeros_like(x), torch.empty(0), x.new_zeros(3), x.new_full([2], 1.5),
                torch.tensor([float("inf"), float("-inf"), float("nan")]), torch.as_tensor([1, 2]), torch.scalar_tensor(4),
                torch.tensor(torch.jit.annotate(List[int], []))]


@example((torch.tensor([[1, 2], [3, 4]]),))
class ToLists(nn.Module):
    def forward(self, x: Tensor) -> Tuple[List[List[int]], List[int], int, List[float], int]:
        a: List[List[int]] = x.tolist()
        b: List[int] = x[0].tolist()
        c: int = x[1, 1].tolist()
        d: List[float] = x[0].float().tolist()
        total = 0
        for row in a:
            total += sum(row)
        return a, b, c, d, total


@example((torch.ones(2, 3, 4, 5),))
class Layouts(nn.Module):
    def forward(self, x: Tensor) -> Tuple[List[int], List[int], bool, bool, Tensor, List[int], Tensor]:
        y = x.contiguous(memory_format=torch.channels_last)
        z = x.permute(0, 2, 3, 1).contiguous()
        return (y.stride(), z.stride(), y.is_contiguous(), y.is_contiguous(memory_format=torch.channels_last), y + 1,
                torch.empty_like(y).stride(), z.permute(0, 3, 1, 2))


@example((torch.tensor([3.0, 1.0, 2.0]),))
class MultipleResults(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, List[Tensor], int, Tensor]:
        values, indices = torch.sort(x)
        top = torch.topk(x, 2)
        best, where = x.max(dim=0)
        parts = torch.split(x, [1, 2])
        a, b = parts
        first, _, third = torch.unbind(x)
        u, inverse = torch.unique(x, return_inverse=True)
        return values, indices, top[0] + top.values, best + where, [a, b, first, third], len(parts), u[inverse]


@example((torch.ones(2, 2), 1), (torch.ones(2, 2), 2))
class Dtypes(nn.Module):
    def convert(self, x: Tensor, dtype: Optional[torch.dtype]) -> Tensor:
        return x if dtype is None else x.to(dtype)

    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor, bool, Tensor, int]:
        kinds = [torch.float64, torch.int32]
        device = torch.device("cpu")
        d = x.dtype
        return (self.convert(x, kinds[n - 1]), self.convert(x, None), torch.zeros(2, dtype=torch.bool, device=device), d == torch.float,
                x.to(device, torch.float16).to(x.dtype), torch.tensor([1], device="cpu", dtype=d).dim())


@example((torch.tensor([[1.0, 2.0], [3.0, 4.0]]),))
class Functional(nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        f = torch.nn.functional
        return {"relu": f.relu(x - 2), "pad": f.pad(x, [1, 1], value=-1.0), "soft": f.softmax(x, 1), "norm": f.normalize(x, dim=1),
                "ln": f.layer_norm(x, [2]), "interp": f.interpolate(x[None, None], scale_factor=2.0, mode="nearest"),
                "drop": f.dropout(x, 0.5, training=False), "gelu": f.gelu(x), "one": f.one_hot(x.long()), "mse": f.mse_loss(x, x + 1),
                "ce": f.cross_entropy(x, torch.tensor([0, 1])), "cos": f.cosine_similarity(x, x + 1),
                "einsum": torch.einsum("ij,kj->ik", x, x)}


@example((torch.tensor([1.0, 2.0, 3.0]),))
class ConstantTensors(nn.Module):
    """Values only the compiler sees: they go through CONSTANTS.cN or stay literals."""

    def forward(self, x: Tensor) -> Tensor:
        k = torch.tensor([0.1, 0.2, 0.3])
        return x * k + torch.tensor(1e-3) + 1.0000000000000002


@example((torch.ones(3), torch.tensor(2)))
class TensorConditions(nn.Module):
    def forward(self, x: Tensor, n: Tensor) -> Tuple[int, Tensor, bool]:
        steps = 0
        while n > 0:
            n = n - 1
            steps += 1
        y = x if x.sum() > 2 and not bool(n) else -x
        return steps, y, bool((x == 1).all())


@example((torch.ones(2),))
class EmptyBehindItsStorage(nn.Module):
    """An empty tensor may begin behind the end of its storage."""

    def __init__(self):
        super().__init__()
        self.register_buffer("far", torch.ones(3).as_strided((0, 2), (2, 1), 9))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.far, torch.cat([self.far, x.unsqueeze(0)])


class Conjugates(nn.Module):
    """Conjugates and negatives are marks on views: what is written through one reaches the tensor."""
    def forward(self, x: Tensor, y: Tensor):
        c = x.conj()
        facts: List[bool] = [c.is_conj(), c.conj().is_conj(), c.imag.is_neg(), c.real.is_neg(), c.t().is_conj(), c.t().reshape(-1).is_conj(), c[0].is_conj(),
                             c.resolve_conj().is_conj(), c.clone().is_conj(), x.mH.is_conj(), (c * 2).is_conj(), c.imag[0].resolve_neg().is_neg(),
                             torch.stack([c, c]).is_conj(), c.contiguous().is_conj(), c.is_contiguous()]
        values = [c * y, torch.matmul(c, y), c.t().reshape(-1), c.mH, torch.stack([x, c]), torch.view_as_real(c.resolve_conj()).sum(-1)]
        c.mul_(2j)
        c.imag[0].add_(1)
        c[1] = y[0]
        torch._neg_view(x.real).fill_(3)
        x.mH.copy_(x.mH + torch.ones(2, 1))
        kept: List[Tensor] = []
        kept.append(c)
        kept[0][0, 0] = 7j
        out = torch.empty(2, 2, dtype=torch.complex64).conj()
        torch.add(x, y, out=out)
        return facts, values, x, c.clone(), c.imag.clone(), complex(c[0, 0].item()), out.clone()


example((torch.tensor([[1 + 2j, 3 - 1j], [0.5j, 2]]), torch.tensor([[1j, 2], [3 - 4j, 1]])))(Conjugates)


class Sublists(nn.Module):
    """Subscripts of einsum as lists of numbers."""
    def forward(self, x: Tensor, y: Tensor):
        return torch.einsum(x, [0, 1], y, [1, 2]), torch.einsum(x, [0, 1], y, [1, 27], [27, 0]), torch.einsum(x, [3, 1], [1])


example((torch.linspace(0, 1, 6).reshape(2, 3), torch.linspace(-1, 1, 12).reshape(3, 4)))(Sublists)
