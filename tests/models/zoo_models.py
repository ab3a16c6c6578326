"""The models of the zoo: what each is called, how it is built, and the inputs it is run on.

Imported by zoo.py (PyTorch 1.13, the oracle of the tests) and write_2x.py (PyTorch 2.x). Everything is seeded, so one PyTorch
gives one archive. Weights are random; batch-norm statistics are calibrated on random images and then disturbed, so that activations
keep their scale through fifty layers and a wrong mean, variance, weight or bias shows in the output. zoo.txt names them all.
"""

import zlib
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn


class LanguageModel(nn.Module):
    """Embedding, a recurrent network and a decoder tied to nothing; the state goes in and comes out."""

    def __init__(self, kind: str, words: int, width: int, layers: int):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.rnn = getattr(nn, kind)(width, width, layers, batch_first=True, dropout=0.2)
        self.decode = nn.Linear(width, words)


class LSTMLanguageModel(LanguageModel):
    def __init__(self, words: int = 10000, width: int = 256, layers: int = 2):
        super().__init__("LSTM", words, width, layers)

    def forward(self, tokens: Tensor,
                state: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        hidden, state = self.rnn(self.embed(tokens), state)
        return torch.log_softmax(self.decode(hidden), dim=-1), state


class GRULanguageModel(LanguageModel):
    def __init__(self, words: int = 10000, width: int = 256, layers: int = 2):
        super().__init__("GRU", words, width, layers)

    def forward(self, tokens: Tensor, state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        hidden, state = self.rnn(self.embed(tokens), state)
        return torch.log_softmax(self.decode(hidden), dim=-1), state


class Encoder(nn.Module):
    """nn.TransformerEncoder over embedded tokens, with an optional mask between positions."""

    def __init__(self, words: int = 5000, width: int = 128, heads: int = 4, layers: int = 3, norm_first: bool = False):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        layer = nn.TransformerEncoderLayer(width, heads, width * 4, dropout=0.1, activation="gelu", batch_first=True,
                                           norm_first=norm_first)
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width), enable_nested_tensor=False)

    def forward(self, tokens: Tensor, mask: Optional[Tensor] = None) -> Tensor:
        return self.encoder(self.embed(tokens), mask)


class Tally:
    """Counts tokens; lives in the archive as a TorchScript class."""

    def __init__(self, limit: int):
        self.limit = limit
        self.counts: Dict[int, int] = {}

    def add(self, token: int) -> bool:
        self.counts[token] = self.counts.get(token, 0) + 1
        return self.counts[token] >= self.limit

    def most(self) -> int:
        best, best_count = -1, 0
        for token, count in self.counts.items():
            if count > best_count:
                best, best_count = token, count
        return best


class Decoder(nn.Module):
    """Greedy decoding: how often the loop turns depends on the data; it keeps a dict, a list and an object of a class."""

    def __init__(self, words: int = 97, width: int = 64, steps: int = 40):
        super().__init__()
        self.steps = steps
        self.end = 0
        self.embed = nn.Embedding(words, width)
        self.cell = nn.GRUCell(width, width)
        self.decode = nn.Linear(width, words)

    @torch.jit.export
    def step(self, token: int, state: Tensor) -> Tuple[int, Tensor]:
        state = self.cell(self.embed(torch.tensor([token], dtype=torch.long, device=state.device)), state)
        logits = self.decode(state)
        return int(logits.argmax(-1).item()), state

    def forward(self, prompt: Tensor, repeats: int) -> Tuple[List[int], Dict[str, Tensor], int]:
        tally = Tally(repeats)
        state = torch.zeros(1, self.cell.hidden_size, dtype=self.decode.weight.dtype)
        out: List[int] = []
        trail: List[Tensor] = []
        token = self.end
        for i in range(prompt.size(0)):
            token, state = self.step(int(prompt[i]), state)
        while len(out) < self.steps:
            out.append(token)
            trail.append(state)
            if tally.add(token):
                break
            token, state = self.step(token, state)
            if token == self.end and len(out) > 3:
                break
        shown = {"last": state, "mean": torch.stack(trail).mean(0)}
        return out, shown, tally.most()


def lstm_lm():
    return LSTMLanguageModel()


def gru_lm():
    return GRULanguageModel()


def transformer_encoder():
    return Encoder()


def transformer_encoder_norm_first():
    return Encoder(norm_first=True)


def greedy_decoder():
    return Decoder()


LANGUAGE = {f.__name__: f for f in (lstm_lm, gru_lm, transformer_encoder, transformer_encoder_norm_first, greedy_decoder)}
NAMES = (Path(__file__).parent / "zoo.txt").read_text().split()
VISION = [name for name in NAMES if name not in LANGUAGE]  # torchvision's
# Tracing records one path of a loop that depends on data: such a model is scripted only.
SCRIPT_ONLY = {"greedy_decoder"}


def seed_for(name: str) -> int:
    return zlib.crc32(name.encode())


def image(*shape: int) -> Tensor:
    """A smooth random picture plus noise, so that convolutions and pools see both."""
    coarse = torch.rand(shape[0], shape[1], 7, 7)
    smooth = nn.functional.interpolate(coarse, size=shape[2:], mode="bilinear", align_corners=False)
    return smooth * 2 - 1 + 0.3 * torch.randn(shape)


def disturb(model: nn.Module, batch: Tensor) -> None:
    """Replaces constant parameters by random ones and sets batch-norm statistics near what `batch` gives them."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.numel() > 1 and bool((p == p.flatten()[0]).all()):
                centre = 0.5 if name.endswith("layer_scale") else p.flatten()[0].item()
                p.copy_(centre + torch.randn_like(p) * (0.1 if centre else 0.02))
        norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
        if not norms:
            return
        kept = [(m, m.momentum) for m in norms]
        for m in norms:
            m.momentum = 1.0
            m.train()
        model(batch)
        for m, momentum in kept:
            m.momentum = momentum
            m.eval()
            # A channel that hardly varies, or far less than its mean, would be blown up, and rounding errors with it.
            m.running_var.add_(0.5 * m.running_mean.square()).clamp_(min=m.running_var.mean().item() * 0.3)
            std = m.running_var.sqrt()
            m.running_mean += 0.1 * std * torch.randn_like(std)
            m.running_var.mul_(0.8 + 0.5 * torch.rand_like(std))


def build(name: str) -> nn.Module:
    """The model called `name`, in eval mode, the same for every call under one PyTorch."""
    torch.manual_seed(seed_for(name))
    if name in LANGUAGE:
        return LANGUAGE[name]().eval()
    import torchvision
    kwargs = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    model = getattr(torchvision.models, name)(weights=None, **kwargs).eval()
    side = 299 if name == "inception_v3" else 224
    disturb(model, image(2, 3, side, side))
    return model


def cases(name: str, kind: str = "scripted") -> Dict[str, tuple]:
    """Inputs by case name. A model is traced with the case `first`; the others show that shapes stay free."""
    every = all_cases(name)
    # A trace keeps the number of arguments it was made with, and vit_b_16 the number of images.
    return every if kind == "scripted" or (name in VISION and name != "vit_b_16") else {"first": every["first"]}


def all_cases(name: str) -> Dict[str, tuple]:
    torch.manual_seed(seed_for(name) ^ 1)
    if name in ("lstm_lm", "gru_lm"):
        state = torch.randn(2, 3, 256) * 0.5
        carried = (state, torch.randn(2, 3, 256) * 0.5) if name == "lstm_lm" else state
        return {"first": (torch.randint(10000, (1, 32)),),
                "carried": (torch.randint(10000, (3, 5)), carried)}
    if name.startswith("transformer_encoder"):
        causal = torch.triu(torch.full((24, 24), float("-inf")), diagonal=1)
        return {"first": (torch.randint(5000, (2, 24)),),
                "causal": (torch.randint(5000, (2, 24)), causal)}
    if name == "greedy_decoder":
        return {"first": (torch.tensor([5, 17, 3]), 6), "short": (torch.tensor([60]), 2), "empty": (torch.zeros(0, dtype=torch.long), 3)}
    side = 299 if name == "inception_v3" else 224
    other = {"vit_b_16": 224, "inception_v3": 160}.get(name, 128)
    return {"first": (image(1, 3, side, side),), "pair": (image(2, 3, other, other),)}


def scripted(name: str, model: nn.Module) -> torch.jit.ScriptModule:
    return torch.jit.script(model)


def traced(name: str, model: nn.Module) -> torch.jit.ScriptModule:
    with torch.no_grad():
        return torch.jit.trace(model, all_cases(name)["first"], check_trace=False)
