"""Quantised models: weights alone (dynamic), weights and activations (static), embeddings; torchvision's own.

Debian's PyTorch rounds with oneDNN's or QNNPACK's kernels, archives of others with FBGEMM's: their results may be a step of the output's
scale apart, so a sample's tolerance is given in what such a step is worth.
"""

import torch
from torch import Tensor, nn
from torch.ao import quantization

from .registry import sample, stir
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


def torchvision_model(name, size):
    """torchvision's quantised model, its activations' ranges from random pictures."""
    from torchvision.models import quantization as models
    module = stir(getattr(models, name)(weights=None, quantize=False)).eval()
    module.fuse_model()
    x = torch.randn(2, 3, size, size)
    return static(module, (x,)), {"first": (x[:1],)}


# Ranges of a network without training are wide, so that a step of the last scale is much.
@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_resnet18():
    return torchvision_model("resnet18", 96)


@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_mobilenet_v2():
    return torchvision_model("mobilenet_v2", 96)


@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_mobilenet_v3_large():
    return torchvision_model("mobilenet_v3_large", 96)


@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_shufflenet_v2_x1_0():
    return torchvision_model("shufflenet_v2_x1_0", 96)


@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_googlenet():
    return torchvision_model("googlenet", 128)


@sample("quantised", "scripted", rtol=0.1, atol=0.1)
def quantised_inception_v3():
    return torchvision_model("inception_v3", 160)
