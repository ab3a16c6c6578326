"""What an optimiser may not change: modules in evaluation mode whose convolutions, states and aliases tempt it."""

from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .registry import call, example

IMAGE = torch.linspace(-2, 2, 2 * 4 * 7 * 9).reshape(2, 4, 7, 9)


def settled(norm):
    """A batch normalisation that has seen something."""
    with torch.no_grad():
        for values in (norm.weight, norm.bias, norm.running_mean):
            values.copy_(torch.linspace(-1, 1.5, values.numel()))
        norm.running_var.copy_(torch.linspace(0.3, 2, norm.running_var.numel()))
    return norm


class Evaluated(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.build()
        self.eval()


@example((IMAGE,))
class Endings(Evaluated):
    """Convolution, normalisation, activation, in each combination."""

    def build(self):
        self.plain = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU())
        self.normed = nn.Sequential(nn.Conv2d(4, 8, 3, bias=False), settled(nn.BatchNorm2d(8)), nn.ReLU6(inplace=True))
        self.depthwise = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, groups=4), settled(nn.BatchNorm2d(4, affine=True)), nn.SiLU())
        self.dilated = nn.Sequential(nn.Conv2d(4, 6, 3, dilation=2, stride=2, padding=2), settled(nn.BatchNorm2d(6)), nn.Hardswish())
        self.grouped = nn.Sequential(nn.Conv2d(4, 8, 1, groups=2), nn.Sigmoid())
        self.clamped = nn.Sequential(nn.Conv2d(4, 8, (1, 3), padding=(0, 1)), nn.Hardtanh(-0.25, 0.5))
        self.untouched = nn.Sequential(nn.Conv2d(4, 3, 5), settled(nn.BatchNorm2d(3)), nn.LeakyReLU(0.1))
        self.same = nn.Conv2d(4, 5, 3, padding="same")
        self.mirrored = nn.Conv2d(4, 5, 3, padding=1, padding_mode="reflect")
        self.transposed = nn.Sequential(nn.ConvTranspose2d(4, 6, 3, stride=2), settled(nn.BatchNorm2d(6)), nn.ReLU())

    def forward(self, x: Tensor) -> List[Tensor]:
        return [self.plain(x), self.normed(x), self.depthwise(x), self.dilated(x), self.grouped(x), self.clamped(x), self.untouched(x),
                self.same(x), self.mirrored(x), self.transposed(x)]


@example((IMAGE,), (IMAGE.contiguous(memory_format=torch.channels_last),), (IMAGE[0],), (IMAGE[:, :, ::2],))
class Strides(Evaluated):
    """The strides of what convolutions give can be seen."""

    def build(self):
        self.first = nn.Conv2d(4, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 6, 1)

    def forward(self, x: Tensor) -> Tuple[Tensor, List[int], List[int], List[int], bool]:
        y = F.relu(self.first(x))
        z = self.second(y) * 2
        return z, y.stride(), z.stride(), torch.sigmoid(z).stride(), y.is_contiguous()


@example((IMAGE,))
class Residuals(Evaluated):
    """Sums whose other side ends there, and sums whose other side is needed again."""

    def build(self):
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.b = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1, bias=False), settled(nn.BatchNorm2d(4)))
        self.c = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> List[Tensor]:
        a = self.a(x)
        ended = F.relu(self.b(x) + self.a(x))
        ended += self.c(ended)
        needed = self.b(a) + a
        twice = self.c(a)
        twice = twice + twice
        of_input = self.b(x)
        of_input += x
        scaled = torch.add(self.c(x), self.a(x), alpha=2)
        spread = self.c(x) + self.a(x).mean([2, 3], keepdim=True)
        kept = self.a(x)
        view = kept.view(-1)
        summed = self.c(x) + kept
        own = F.relu(self.a(x))
        own = self.a(own) + own
        again = torch.sigmoid(self.a(x))
        again += self.b(again)
        return [a, ended, needed, twice, of_input, scaled, spread, view, summed, own, again, x]


@example((IMAGE,))
class Aliases(Evaluated):
    """Views of what convolutions give, and writes through them."""

    def build(self):
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.b = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> List[Tensor]:
        y = self.a(x)
        flat = y.view(2, -1)
        y.add_(1)
        flat[:, 0] = 100.0
        z = self.b(x)
        w = z.relu_()
        z[0, 0] = -5.0
        rows = self.a(x).permute(0, 2, 3, 1)
        rows[0] = 3.0
        turned = F.layer_norm(self.b(x).permute(0, 2, 3, 1), [4])
        listed = [self.a(x), self.b(x)]
        listed[0].mul_(0.5)
        joined = torch.cat([self.a(x), listed[0]], 1)
        piled = torch.stack([listed[1], self.b(x)])
        pooled = F.max_pool2d(F.relu(self.a(x)), 2)
        return [y, flat, z, w, rows, turned, joined, piled, pooled.flatten(1), F.adaptive_avg_pool2d(pooled, 1).flatten(1), listed[0]]


ROWS = torch.linspace(-1, 1, 3 * 40 * 96).reshape(3, 40, 96)


@example((ROWS,), (ROWS[:, :1],), (ROWS[:0],), (ROWS[1, :5],), (ROWS.transpose(0, 1),))
class Maps(Evaluated):
    """Linear maps with constant weights, in each spelling, with what may follow."""

    def build(self):
        self.plain = nn.Linear(96, 200)
        self.narrow = nn.Linear(96, 7, bias=False)
        self.after = nn.Linear(200, 96)
        self.weight = nn.Parameter(torch.randn(96, 130) / 10)
        self.bias = nn.Parameter(torch.randn(130))
        self.row = nn.Parameter(torch.randn(1, 130))

    def forward(self, x: Tensor) -> List[Tensor]:
        flat = x.reshape(-1, 96)
        y = self.plain(x)
        return [F.relu(y), F.gelu(self.plain(x)), F.gelu(self.plain(x), approximate="tanh"), F.silu(self.plain(x)), torch.tanh(self.plain(x)),
                torch.sigmoid(self.narrow(x)), self.after(F.relu(self.plain(x), inplace=True)), x @ self.weight,
                torch.mm(flat, self.weight), torch.addmm(self.bias, flat, self.weight), torch.addmm(self.row, flat, self.weight),
                torch.addmm(self.bias, flat, self.weight, beta=2.0), y]


@example(call(ROWS, 0, error="mat1 must be a matrix|self must be a matrix"), call(ROWS[..., :5], 1, error="cannot be multiplied"),
         call(ROWS.double(), 1, error="dtype|scalar type|Double"))
class MapsRefuse(Evaluated):
    """Packed weights refuse what plain ones do."""

    def build(self):
        self.map = nn.Linear(96, 130)

    def forward(self, x: Tensor, kind: int) -> Tensor:
        if kind == 0:
            return torch.mm(x, self.map.weight.t())
        return F.relu(self.map(x))


@example((ROWS, None), (ROWS, torch.ones(3, 40, dtype=torch.bool).triu(20)))
class Encoders(Evaluated):
    """The fast paths of attention and encoder layers, whose weights are packed too."""

    def build(self):
        self.late = nn.TransformerEncoderLayer(96, 4, 160, batch_first=True, activation="gelu")
        self.early = nn.TransformerEncoderLayer(96, 4, 160, batch_first=True, norm_first=True)
        self.attention = nn.MultiheadAttention(96, 3, batch_first=True)

    def forward(self, x: Tensor, padding: Optional[Tensor]) -> List[Tensor]:
        attended, weights = self.attention(x, x, x, key_padding_mask=padding)
        assert weights is not None
        return [self.late(x, src_key_padding_mask=padding), self.early(x, src_key_padding_mask=padding), attended, weights]


@example((IMAGE, 3), (IMAGE, 0))
class Flow(Evaluated):
    """Convolutions in branches and loops."""

    def build(self):
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = settled(nn.BatchNorm2d(4))

    def forward(self, x: Tensor, turns: int) -> Tuple[Tensor, List[int]]:
        y = x
        for i in range(turns):
            y = F.relu(self.norm(self.a(y))) + y
        if turns > 2:
            y = self.a(y)
        else:
            y = self.norm(y)
        return y, y.stride()


@example((IMAGE,))
class Changing(Evaluated):
    """Attributes that the module itself changes are no constants."""

    count: int

    def build(self):
        self.count = 0
        self.conv = nn.Conv2d(4, 4, 1)
        self.register_buffer("scale", torch.ones(4, 1, 1))
        self.register_buffer("cache", torch.zeros(2))
        self.register_buffer("same_cache", self.cache)
        self.history: List[int] = [0]

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor, int, List[int]]:
        self.count += 1
        self.scale = self.scale * 2
        self.cache[0] += 1
        self.history.append(self.count)
        y = self.conv(x) * self.scale
        with torch.no_grad():
            self.conv.weight.mul_(0.5)
        return y + self.conv(x), self.cache, self.same_cache + self.cache, self.count + len(self.history), self.history


@example((IMAGE,), make=lambda: torch.jit.script(InTraining()))
class InTraining(nn.Module):
    """In training mode normalisation uses the batch and updates its statistics."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv = nn.Conv2d(4, 4, 3, bias=False)
        self.norm = settled(nn.BatchNorm2d(4))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        y = self.norm(self.conv(x))
        mean = self.norm.running_mean
        count = self.norm.num_batches_tracked
        assert mean is not None and count is not None
        return y, mean, count


@example((IMAGE.double(),))
class Doubles(Evaluated):
    """float64, one and three dimensions: what is folded without being packed."""

    def build(self):
        self.flat = nn.Sequential(nn.Conv2d(4, 5, 3), settled(nn.BatchNorm2d(5)), nn.ReLU()).double()
        self.line = nn.Sequential(nn.Conv1d(4, 5, 3), settled(nn.BatchNorm1d(5)))
        self.room = nn.Sequential(nn.Conv3d(4, 5, 2), settled(nn.BatchNorm3d(5)))

    def forward(self, x: Tensor) -> List[Tensor]:
        single = x.float()
        return [self.flat(x), self.line(single[:, :, 0]), self.room(single.unsqueeze(2).repeat(1, 1, 2, 1, 1))]


@example((IMAGE,))
class Forked(Evaluated):
    """Convolutions inside tasks."""

    def build(self):
        self.a = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), settled(nn.BatchNorm2d(4)), nn.ReLU())
        self.b = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        first = torch.jit.fork(self.a, x)
        second = torch.jit.fork(self.b, x)
        return torch.jit.wait(first) + torch.jit.wait(second) + self.b(x)


@example(call(IMAGE.double(), error="expected|type|dtype", exit=4), call(IMAGE[:, :3], error="channels", exit=4))
class Refused(Evaluated):
    """The errors of a packed convolution are those of a plain one."""

    def build(self):
        self.a = nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.a(x))


@example((torch.linspace(-1, 1, 2 * 5 * 6).reshape(2, 5, 6),), (torch.linspace(-2, 1, 40 * 1 * 6).reshape(40, 1, 6),))
class Recurrent(Evaluated):
    """Layers whose weights come in a list."""

    def build(self):
        self.both_ways = nn.LSTM(6, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.projected = nn.LSTM(6, 8, proj_size=3)
        self.gated = nn.GRU(6, 7, num_layers=2)
        self.unbiased = nn.GRU(6, 7, bias=False, bidirectional=True)

    def forward(self, x: Tensor) -> List[Tensor]:
        a, (h, c) = self.both_ways(x)
        b, (d, e) = self.projected(x)
        f, g = self.gated(x)
        i, j = self.unbiased(x)
        return [a, h, c, b, d, e, f, g, i, j]


SIGNAL = torch.linspace(-2, 1.5, 2 * 6 * 50).reshape(2, 6, 50)


@example((SIGNAL,), (SIGNAL[0],), (SIGNAL.transpose(1, 2).contiguous().transpose(1, 2),), (SIGNAL[:, :, ::3],))
class Signals(Evaluated):
    """Convolutions of one dimension: what is fused, and the strides that can be seen."""

    def build(self):
        self.first = nn.Sequential(nn.Conv1d(6, 8, 3, padding=1), settled(nn.BatchNorm1d(8)), nn.ReLU())
        self.gated = nn.Conv1d(8, 12, 5, padding=2, dilation=1)
        self.long = nn.Conv1d(6, 6, 13, padding=6, groups=6)
        self.short = nn.Conv1d(6, 16, 7, stride=2)

    def forward(self, x: Tensor) -> Tuple[List[Tensor], List[int], List[int]]:
        if x.dim() == 2:
            return [self.gated(torch.relu(self.first[0](x))), self.long(x), self.short(x)], [], []
        y = self.first(x)
        gated = F.glu(self.gated(y), dim=1)
        z = self.long(x) + gated
        z += x
        short = self.short(x)
        return [z, z.transpose(1, 2).reshape(-1), short, torch.cat([y, x], 1), short.flatten(1)], list(z.stride()), list(short.stride())


@example((torch.linspace(-1, 2, 2 * 3 * 4 * 6 * 5).reshape(2, 3, 4, 6, 5),))
class Volumes(Evaluated):
    """Convolutions of three dimensions with a residual."""

    def build(self):
        self.a = nn.Sequential(nn.Conv3d(3, 4, 3, padding=1), settled(nn.BatchNorm3d(4)), nn.ReLU(inplace=True))
        self.b = nn.Sequential(nn.Conv3d(4, 4, (1, 3, 3), padding=(0, 1, 1), bias=False), settled(nn.BatchNorm3d(4)))

    def forward(self, x: Tensor) -> Tuple[Tensor, List[int]]:
        a = self.a(x)
        b = self.b(a)
        b += a
        return torch.relu(b), list(b.stride())


def window(x: Tensor, weight: Tensor, bias: Optional[Tensor], scale: Optional[Tensor]) -> Tensor:
    if scale is not None and bias is not None:
        bias = bias.clone()
        bias[1:].zero_()
    elif scale is not None and bias is None:
        weight.zero_()
    return F.linear(x, weight, bias)


@example((torch.linspace(-1, 1, 12).reshape(3, 4), None), (torch.linspace(-1, 1, 12).reshape(3, 4), torch.ones(1)))
class BranchesNotTaken(Evaluated):
    """Code that would write the weights, were it not for a None that is handed down."""

    def build(self):
        self.never = nn.Linear(4, 5)
        self.sometimes = nn.Linear(4, 5, bias=False)

    def forward(self, x: Tensor, scale: Optional[Tensor]) -> List[Tensor]:
        return [window(x, self.never.weight, self.never.bias, None), window(x, self.sometimes.weight, None, scale),
                F.linear(x, self.sometimes.weight), x @ self.never.weight.t()]


@example((IMAGE[0, 0],), (IMAGE[0, 0], "b"))
class Settings(Evaluated):
    """Lists and dicts that nobody changes are constants; those that a call changes, or hands out, are not."""

    names: Dict[str, str]
    windows: List[int]
    counts: List[int]
    seen: Dict[str, int]
    shown: List[float]

    def build(self):
        self.names = {"a": "first", "b": "second"}
        self.windows = [2, 3]
        self.counts = [0, 5]
        self.seen = {"a": 1}
        self.shown = [0.5, 1.5]

    def forward(self, x: Tensor, name: str = "a") -> Tuple[Tensor, List[str], List[int], Dict[str, int], List[float], List[int]]:
        self.counts[0] += self.windows[0]
        if name in self.seen:
            self.seen[name] += 1
        else:
            self.seen[name] = len(self.names)
        shown = self.shown
        shown[0] = 2.0 * self.shown[1]
        out = [self.names["a"], self.names[name], self.names.get(name, "none")]
        for key in self.names:
            out.append(key)
        view = x[:6, :6].reshape(self.windows + [3, 2])
        return view, out, self.counts, self.seen, shown, sorted(self.windows)
