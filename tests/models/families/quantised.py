"""Quantised models: weights alone (dynamic), weights and activations (static), embeddings; torchvision's own.

Debian's PyTorch rounds with oneDNN's or QNNPACK's kernels, archives of others with FBGEMM's: their results may be a step of the output's
scale apart, so a sample's tolerance is given in what such a step is worth.
"""

import functools

import torch
from torch import Tensor, nn
from torch.ao import quantization
from torchvision.models import quantization as models

from .registry import builders, calibrated, named, sample, stir
from .sequences import GPT


def static(module, *calls):
    """The module quantised after training, its ranges taken from the calls."""
    module = module.eval()
    module.qconfig = quantization.get_default_qconfig("fbgemm")
    quantization.prepare(module, inplace=True)
    for args in calls:
        module(*args)
    return quantization.convert(module, inplace=True)


class Tagger(nn.Module):
    def __init__(self, cell, **settings):
        super().__init__()
        self.table = nn.Embedding(50, 24)
        self.layers = cell(24, 32, **settings)
        self.out = nn.Linear(32 * (2 if settings.get("bidirectional") else 1), 7)

    def forward(self, words: Tensor) -> Tensor:
        return self.out(self.layers(self.table(words))[0])


@sample("quantised", quick=True, rtol=1e-3, atol=1e-3)
def dynamic_lstm():
    module = quantization.quantize_dynamic(stir(Tagger(nn.LSTM, num_layers=2, bidirectional=True)).eval(), {nn.LSTM, nn.Linear})
    return module, {"first": (torch.randint(50, (6, 3)),), "longer": (torch.randint(50, (11, 1)),)}


@sample("quantised", rtol=1e-3, atol=1e-3)
def dynamic_gru():
    module = quantization.quantize_dynamic(stir(Tagger(nn.GRU, batch_first=True)).eval(), {nn.GRU, nn.Linear})
    return module, {"first": (torch.randint(50, (3, 6)),)}


@sample("quantised", "scripted", quick=True, rtol=1e-3, atol=1e-3)
def dynamic_gpt():
    module = quantization.quantize_dynamic(stir(GPT()).eval(), {nn.Linear})
    return module, {"first": (torch.randint(50, (2, 9)),)}


class Net(nn.Module):
    """Convolutions of every kind, a skip and a linear map."""

    def __init__(self):
        super().__init__()
        self.quant, self.dequant = quantization.QuantStub(), quantization.DeQuantStub()
        self.first = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU())
        self.depthwise = nn.Sequential(nn.Conv2d(16, 16, 3, 1, 1, groups=16), nn.BatchNorm2d(16), nn.ReLU())
        self.grouped = nn.Sequential(nn.Conv2d(16, 16, 3, 1, 2, dilation=2, groups=4), nn.BatchNorm2d(16))
        self.out = nn.Linear(32, 5)
        self.add, self.cat = nn.quantized.FloatFunctional(), nn.quantized.FloatFunctional()
        self.act = nn.Hardswish()

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(self.quant(x))
        y = self.add.add_relu(self.grouped(self.depthwise(x)), x)
        y = self.cat.cat([self.act(y), nn.functional.max_pool2d(x, 3, 1, 1)], 1)
        return self.dequant(self.out(torch.flatten(nn.functional.adaptive_avg_pool2d(y, 1), 1)))


@sample("quantised", quick=True, rtol=0, atol=0.05)
def static_net():
    module = stir(Net()).eval()
    for name in "first", "depthwise", "grouped":
        names = ["0", "1", "2"] if name != "grouped" else ["0", "1"]
        quantization.fuse_modules(getattr(module, name), names, inplace=True)
    x = torch.randn(4, 3, 32, 32)
    return static(module, (x,)), {"first": (x[:2],), "odd": (torch.randn(1, 3, 27, 33),)}


class Bags(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag, self.table = nn.EmbeddingBag(30, 16, mode="sum", include_last_offset=True), nn.Embedding(30, 16)

    def forward(self, words: Tensor, offsets: Tensor) -> Tensor:
        return self.bag(words, offsets) + self.table(words).sum(0)


@sample("quantised", "scripted", quick=True)
def embedding_bytes():
    module = stir(Bags()).eval()
    for part in module.bag, module.table:
        part.qconfig = quantization.float_qparams_weight_only_qconfig
    quantization.prepare(module, inplace=True)
    return quantization.convert(module, inplace=True), {"first": (torch.randint(30, (9,)), torch.tensor([0, 4, 4, 9]))}


class Nibbles(nn.Module):
    """Numbers of four bits. PyTorch's own module of an embedding reads them as bytes."""

    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(30, 12, mode="sum")

    def forward(self, indices, offsets):
        return self.bag(indices, offsets), torch.ops.quantized.embedding_4bit(self.bag._packed_params._packed_weight, indices)


@sample("quantised", "scripted", quick=True)
def embedding_nibbles():
    module = stir(Nibbles()).eval()
    module.bag.qconfig = quantization.float_qparams_weight_only_qconfig_4bit
    quantization.prepare(module, inplace=True)
    return quantization.convert(module, inplace=True), {"first": (torch.randint(30, (9,)), torch.tensor([0, 4, 4]))}


def torchvision_model(name):
    """torchvision's quantised model, its activations' ranges from random pictures; and a call."""
    side = 160 if name == "inception_v3" else 128 if name == "googlenet" else 96
    module = calibrated(getattr(models, name)(weights=None, quantize=False).eval(), torch.randn(4, 3, side, side))
    module.fuse_model()
    x = torch.randn(2, 3, side, side)
    return static(module, (x,)), (x[:1],)


def first_of(value):
    return value[0] if isinstance(value, tuple) else value


def one_step_off(module, args):
    """How far PyTorch's own answer moves when one element of every convolution's result is a step off. A network that nobody trained
    blows up such a step as it does any other change; no runtime that rounds otherwise than PyTorch's kernels can come nearer."""
    def disturb(layer, given, result):
        if result.is_quantized:
            integers = result.int_repr().contiguous()
            at = torch.randint(integers.numel(), (1,))
            integers.view(-1)[at] += 1 if int(integers.view(-1)[at]) < 60 else -1
            return torch._make_per_tensor_quantized_tensor(integers, result.q_scale(), result.q_zero_point())

    with torch.no_grad():
        plain = first_of(module(*args))
        hooks = [m.register_forward_hook(disturb) for m in module.modules() if "Conv" in type(m).__name__ and not list(m.children())]
        moved = [(first_of(module(*args)) - plain).abs().max().item() for _ in range(3)]  # three draws stand for all there are
    for hook in hooks:
        hook.remove()
    return 1.5 * max(moved)


class Layers(nn.Module):
    """Every layer of a quantised network by itself, on what PyTorch gave it: integers, which may be a step apart."""

    def __init__(self, network, args):
        super().__init__()
        self.layers, self.calls, self.inputs = nn.ModuleList(), [], []
        hooks = [m.register_forward_hook(lambda m, given, _: self.record(m, "forward", given))
                 for m in network.modules() if not list(m.children())]
        joints = [m for m in network.modules() if isinstance(m, nn.quantized.QFunctional)]
        for joint in joints:
            for name in "add", "add_relu", "cat", "mul":
                setattr(joint, name, functools.partial(self.joined, joint, name))
        with torch.no_grad():
            network(*args)
        for hook in hooks:
            hook.remove()
        for joint in joints:
            for name in "add", "add_relu", "cat", "mul":
                delattr(joint, name)

    def joined(self, joint, name, *given, **more):
        self.record(joint, name, (*given, *more.values()))
        return getattr(type(joint), name)(joint, *given, **more)

    def record(self, layer, name, given):
        flat = [t for value in given for t in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(t, torch.Tensor)]
        self.layers.append(layer)
        self.calls.append((name, len(flat), given[1:] if name == "cat" else ()))
        self.inputs += flat

    def forward(self, *inputs):
        inputs, results = list(inputs), []
        for layer, (name, count, more) in zip(self.layers, self.calls):
            given, inputs = inputs[:count], inputs[count:]
            result = getattr(layer, name)(given, *more) if name == "cat" else getattr(layer, name)(*given)
            results.append((result.int_repr() if result.is_quantized else result).float())
        return tuple(results)


def register(name):
    def whole():
        module, args = torchvision_model(name)
        return module, {"first": args}
    sample("quantised", rtol=0, atol=one_step_off)(named(f"quantised_{name}", whole))

    def apart():
        layers = Layers(*torchvision_model(name))
        return layers, {"first": tuple(layers.inputs)}
    sample("quantised", "traced", rtol=0, atol=1)(named(f"quantised_{name}_layers", apart))


for _name in builders(models):
    register(_name)
