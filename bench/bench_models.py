"""The models `bench/models.py` measures, as PyTorch modules with random weights, and the arguments of a call of each.

torchvision's and torchaudio's are theirs. BERT, GPT-2 and the small net for speech are written here the way their usual implementations
are, so that a trace of them holds the same operators.
"""

import math

import torch
from torch import Tensor, nn

NAMES = ["resnet50", "mobilenet_v2", "vit_b_16", "bert_base", "lstm_lm", "gpt2", "conformer", "deeplabv3_resnet50", "swin_t", "efficientnet_b0",
         "speech_detector"]
# The others are scripted.
TRACED = {"bert_base", "gpt2", "conformer"}


class BertAttention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def split(self, x: Tensor) -> Tensor:
        return x.view(x.size()[:-1] + (self.heads, x.size(-1) // self.heads)).permute(0, 2, 1, 3)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.size(-1)) + mask
        context = torch.matmul(torch.softmax(scores, dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return self.norm(self.dense(context.view(x.size())) + x)


class BertLayer(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.attention = BertAttention(width, heads)
        self.up, self.down = nn.Linear(width, width * 4), nn.Linear(width * 4, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.attention(x, mask)
        return self.norm(self.down(nn.functional.gelu(self.up(x))) + x)


class Bert(nn.Module):
    def __init__(self, words: int = 30522, width: int = 768, heads: int = 12, layers: int = 12):
        super().__init__()
        self.words, self.positions, self.kinds = nn.Embedding(words, width), nn.Embedding(512, width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(BertLayer(width, heads) for _ in range(layers))
        self.pooler = nn.Linear(width, width)

    def forward(self, tokens: Tensor, mask: Tensor):
        places = torch.arange(tokens.size(1)).unsqueeze(0)
        x = self.norm(self.words(tokens) + self.kinds(torch.zeros_like(tokens)) + self.positions(places))
        hidden_scores = (1.0 - mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.layers:
            x = layer(x, hidden_scores)
        return x, torch.tanh(self.pooler(x[:, 0]))


class Projection(nn.Module):
    """GPT-2's Conv1D: a linear layer that keeps its weight transposed."""

    def __init__(self, width: int, out: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(width, out) * 0.02), nn.Parameter(torch.zeros(out))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight).view(x.size()[:-1] + (self.weight.size(1),))


class GPT2Layer(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.width = heads, width
        self.register_buffer("causal", torch.tril(torch.ones(1024, 1024, dtype=torch.bool)).view(1, 1, 1024, 1024))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = Projection(width, 3 * width), Projection(width, width)
        self.up, self.down = Projection(width, 4 * width), Projection(4 * width, width)

    def attend(self, x: Tensor) -> Tensor:
        query, key, value = (part.view(part.size()[:-1] + (self.heads, -1)).permute(0, 2, 1, 3) for part in self.qkv(x).split(self.width, dim=2))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(value.size(-1))
        length = key.size(-2)
        scores = torch.where(self.causal[:, :, :length, :length], scores, torch.full([], torch.finfo(scores.dtype).min))
        context = torch.matmul(torch.softmax(scores, dim=-1), value).permute(0, 2, 1, 3).contiguous()
        return self.out(context.view(x.size()))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(self.norm1(x))
        h = self.up(self.norm2(x))
        h = 0.5 * h * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (h + 0.044715 * torch.pow(h, 3.0))))
        return x + self.down(h)


class GPT2(nn.Module):
    def __init__(self, words: int = 50257, width: int = 768, heads: int = 12, layers: int = 12):
        super().__init__()
        self.words, self.positions = nn.Embedding(words, width), nn.Embedding(1024, width)
        self.layers = nn.ModuleList(GPT2Layer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.words(tokens) + self.positions(torch.arange(tokens.size(1)).unsqueeze(0))
        for layer in self.layers:
            x = layer(x)
        return torch.matmul(self.norm(x), self.words.weight.t())


class LSTMLanguageModel(nn.Module):
    def __init__(self, words: int = 10000, width: int = 256, layers: int = 2):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.rnn = nn.LSTM(width, width, layers, batch_first=True)
        self.decode = nn.Linear(width, words)

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.log_softmax(self.decode(self.rnn(self.embed(tokens))[0]), dim=-1)


class SpeechDetector(nn.Module):
    """Whether somebody speaks in 512 samples, as Silero's: a Fourier transform by convolution, four convolutions, an LSTM with its state."""

    def __init__(self):
        super().__init__()
        bins, length = 129, 256
        angle = 2 * math.pi * torch.arange(bins)[:, None] * torch.arange(length)[None, :] / length
        window = torch.hann_window(length)
        self.register_buffer("basis", torch.cat([torch.cos(angle) * window, -torch.sin(angle) * window])[:, None, :])
        widths = [bins, 128, 64, 64, 128]
        strides = [1, 2, 2, 1]
        self.encoder = nn.Sequential(*(m for i in range(4) for m in (nn.Conv1d(widths[i], widths[i + 1], 3, stride=strides[i], padding=1), nn.ReLU())))
        self.rnn = nn.LSTMCell(128, 128)
        self.decoder = nn.Sequential(nn.ReLU(), nn.Conv1d(128, 1, 1), nn.Sigmoid())

    def forward(self, samples: Tensor, h: Tensor, c: Tensor):
        x = nn.functional.pad(samples[:, None, :], [64, 64], mode="reflect")
        x = nn.functional.conv1d(x, self.basis, stride=128)
        x = torch.sqrt(x[:, :129] ** 2 + x[:, 129:] ** 2)
        x = self.encoder(x).mean(dim=-1)
        h, c = self.rnn(x, (h, c))
        return self.decoder(h[:, :, None]).mean(dim=2), h, c


def bert_base():
    return Bert(), (torch.randint(30522, (1, 128)), torch.ones(1, 128, dtype=torch.long))


def gpt2():
    return GPT2(), (torch.randint(50257, (1, 64)),)


def lstm_lm():
    return LSTMLanguageModel(), (torch.randint(10000, (1, 32)),)


def speech_detector():
    return SpeechDetector(), (torch.randn(1, 512), torch.zeros(1, 128), torch.zeros(1, 128))


def conformer():
    import torchaudio
    model = torchaudio.models.Conformer(input_dim=144, num_heads=4, ffn_dim=576, num_layers=16, depthwise_conv_kernel_size=31)
    return model, (torch.randn(1, 200, 144), torch.tensor([200]))


def deeplabv3_resnet50():
    import torchvision
    return torchvision.models.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None), (torch.randn(1, 3, 224, 224),)


def build(name):
    """The module in eval mode and its arguments; the same for every call under one PyTorch."""
    torch.manual_seed(len(name))
    if name in globals():
        model, arguments = globals()[name]()
    else:
        import torchvision
        model, arguments = getattr(torchvision.models, name)(weights=None), (torch.randn(1, 3, 224, 224),)
    return model.eval(), arguments
