"""Models of sequences, tables and graphs as people write them by hand: the shapes that archives found in public have."""

import math
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .registry import sample, stir


class Attention(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.score = nn.Linear(2 * width, width)
        self.v = nn.Parameter(torch.randn(width))

    def forward(self, query: Tensor, keys: Tensor) -> Tuple[Tensor, Tensor]:
        both = torch.cat([query.unsqueeze(1).expand(-1, keys.size(1), -1), keys], dim=2)
        weights = F.softmax(torch.tanh(self.score(both)) @ self.v, dim=1)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1), weights


class Hypothesis(NamedTuple):
    tokens: List[int]
    score: float
    state: Tensor


class BeamSearch(nn.Module):
    """Sequence to sequence with attention; the decoder keeps the best hypotheses in a sorted list."""

    def __init__(self, words: int = 30, width: int = 24, beam: int = 3, steps: int = 7):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.encoder = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
        self.attend = Attention(width)
        self.cell = nn.GRUCell(2 * width, width)
        self.out = nn.Linear(width, words)
        self.beam, self.steps, self.end = beam, steps, 1

    def forward(self, source: Tensor) -> Tuple[List[List[int]], List[float]]:
        keys, state = self.encoder(self.embed(source))
        start = state.transpose(0, 1).reshape(1, -1)
        beams: List[Hypothesis] = [Hypothesis([0], 0.0, start)]
        done: List[Hypothesis] = []
        for _ in range(self.steps):
            grown: List[Tuple[float, int]] = []
            news: List[Hypothesis] = []
            for h in beams:
                context, weights = self.attend(h.state, keys)
                last = self.embed(torch.tensor([h.tokens[-1]]))
                state = self.cell(torch.cat([last, context], 1), h.state)
                values, words = F.log_softmax(self.out(state), 1).topk(self.beam, 1)
                for i in range(self.beam):
                    grown.append((h.score + float(values[0, i]), len(news)))
                    news.append(Hypothesis(h.tokens + [int(words[0, i])], h.score + float(values[0, i]), state))
            grown.sort(reverse=True)
            beams = []
            for score, i in grown[:self.beam]:
                if news[i].tokens[-1] == self.end:
                    done.append(news[i])
                else:
                    beams.append(news[i])
            if len(beams) == 0:
                break
        done = done + beams
        return [h.tokens for h in done], [h.score for h in done]


@sample("hand-written", "scripted", quick=True)
def seq2seq_beam_search():
    return stir(BeamSearch()), {"first": (torch.tensor([[4, 9, 2, 17]]),), "short": (torch.tensor([[8]]),)}


class Block(nn.Module):
    """A decoder layer that takes and gives keys and values, as exported language models do."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))
        self.register_buffer("mask", torch.tril(torch.ones(64, 64)).view(1, 1, 64, 64))

    def forward(self, x: Tensor, past: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).split(width, dim=2)
        q, k, v = [t.view(batch, length, self.heads, width // self.heads).transpose(1, 2) for t in (q, k, v)]
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        whole = k.size(2)
        scores = scores.masked_fill(self.mask[:, :, whole - length:whole, :whole] == 0, float("-inf"))
        y = F.softmax(scores, dim=-1) @ v
        x = x + self.project(y.transpose(1, 2).contiguous().view(batch, length, width))
        return x + self.mlp(self.norm2(x)), (k, v)


class GPT(nn.Module):
    def __init__(self, words: int = 50, width: int = 32, heads: int = 4, layers: int = 2):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(64, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, words, bias=False)
        self.head.weight = self.words.weight

    def forward(self, tokens: Tensor, past: Optional[List[Tuple[Tensor, Tensor]]] = None) -> Tuple[Tensor, List[Tuple[Tensor, Tensor]]]:
        begin = 0 if past is None else past[0][0].size(2)
        x = self.words(tokens) + self.places(torch.arange(begin, begin + tokens.size(1), device=tokens.device))
        kept: List[Tuple[Tensor, Tensor]] = []
        for i, block in enumerate(self.blocks):
            x, present = block(x, None if past is None else past[i])
            kept.append(present)
        return self.head(self.norm(x)), kept

    @torch.jit.export
    def generate(self, tokens: Tensor, count: int) -> Tensor:
        logits, past = self.forward(tokens, None)
        for _ in range(count):
            token = logits[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, token], 1)
            logits, past = self.forward(token, past)
        return tokens


class Generate(nn.Module):
    def __init__(self):
        super().__init__()
        self.gpt = GPT()

    def forward(self, tokens: Tensor, count: int) -> Tensor:
        return self.gpt.generate(tokens, count)


@sample("hand-written", "scripted", quick=True)
def gpt_with_cache():
    cache = [(torch.randn(1, 4, 6, 8), torch.randn(1, 4, 6, 8)) for _ in range(2)]
    return stir(GPT()), {"first": (torch.randint(50, (2, 9)),), "cached": (torch.randint(50, (1, 2)), cache)}


@sample("hand-written", "scripted", quick=True)
def gpt_generate():
    return stir(Generate()), {"first": (torch.randint(50, (2, 5)), 12)}


class RotaryDecoder(nn.Module):
    """RMS norms, rotary positions, grouped queries, SwiGLU: Llama's shape."""

    def __init__(self, width: int = 32, heads: int = 4, groups: int = 2):
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        self.embed = nn.Embedding(40, width)
        self.scale = nn.Parameter(torch.ones(2, width))
        self.q, self.k, self.v = nn.Linear(width, width, bias=False), *[nn.Linear(width, groups * self.size, bias=False) for _ in range(2)]
        self.o = nn.Linear(width, width, bias=False)
        self.gate, self.up, self.down = nn.Linear(width, 48, bias=False), nn.Linear(width, 48, bias=False), nn.Linear(48, width, bias=False)
        self.register_buffer("frequencies", 1.0 / (10000.0 ** (torch.arange(0, self.size, 2).float() / self.size)))

    def norm(self, x: Tensor, which: int) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.scale[which]

    def rotate(self, x: Tensor) -> Tensor:
        angles = torch.outer(torch.arange(x.size(2), dtype=torch.float32), self.frequencies)
        pairs = torch.view_as_complex(x.float().reshape(x.size(0), x.size(1), x.size(2), -1, 2))
        return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(3).type_as(x)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        b, t, _ = x.shape
        h = self.norm(x, 0)
        q = self.rotate(self.q(h).view(b, t, self.heads, self.size).transpose(1, 2))
        k = self.rotate(self.k(h).view(b, t, self.groups, self.size).transpose(1, 2))
        v = self.v(h).view(b, t, self.groups, self.size).transpose(1, 2)
        k, v = k.repeat_interleave(self.heads // self.groups, 1), v.repeat_interleave(self.heads // self.groups, 1)
        mask = torch.full((t, t), float("-inf")).triu(1)
        y = torch.einsum("bhij,bhjd->bhid", torch.softmax(torch.einsum("bhid,bhjd->bhij", q, k) / math.sqrt(self.size) + mask, -1), v)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, -1))
        h = self.norm(x, 1)
        return (x + self.down(F.silu(self.gate(h)) * self.up(h))) @ self.embed.weight.t()


@sample("hand-written", quick=True)
def rotary_decoder():
    return stir(RotaryDecoder()), {"first": (torch.randint(40, (2, 11)),), "other": (torch.randint(40, (1, 3)),)}


class Translator(nn.Module):
    """nn.Transformer with padding masks."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 32, padding_idx=0)
        self.transformer = nn.Transformer(32, 4, 2, 2, 64, batch_first=True)
        self.out = nn.Linear(32, 40)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        causal = torch.triu(torch.ones(target.size(1), target.size(1), dtype=torch.bool), 1)
        y = self.transformer(self.embed(source), self.embed(target), tgt_mask=causal, src_key_padding_mask=source == 0,
                             tgt_key_padding_mask=target == 0, memory_key_padding_mask=source == 0)
        return self.out(y)


@sample("hand-written", quick=True)
def transformer_translator():
    source, target = torch.randint(1, 40, (2, 9)), torch.randint(1, 40, (2, 6))
    source[1, 6:] = 0
    return stir(Translator()), {"first": (source, target)}


class VoiceActivity(nn.Module):
    """Speech or not: a spectrum by convolution, a learned encoder, an LSTM whose state is an attribute."""

    def __init__(self, n_fft: int = 64):
        super().__init__()
        window = torch.hann_window(n_fft)
        basis = torch.fft.rfft(torch.eye(n_fft)).t()
        self.register_buffer("basis", (torch.cat([basis.real, basis.imag]) * window).unsqueeze(1))
        self.register_buffer("window", window)
        self.n_fft = n_fft
        self.encoder = nn.Sequential(nn.Conv1d(n_fft // 2 + 1, 16, 3, padding=1), nn.ReLU(), nn.Conv1d(16, 16, 3, 2, 1), nn.ReLU())
        self.lstm = nn.LSTMCell(16, 16)
        self.out = nn.Conv1d(16, 1, 1)
        self.h, self.c = torch.zeros(0), torch.zeros(0)

    @torch.jit.export
    def reset(self, batch: int = 1):
        self.h, self.c = torch.zeros(batch, 16), torch.zeros(batch, 16)

    def forward(self, x: Tensor, rate: int) -> Tuple[Tensor, Tensor]:
        if rate != 8000 and rate != 16000:
            raise ValueError(f"a rate of {rate} is not supported")
        if rate == 16000:
            x = x[:, ::2]
        if self.h.numel() == 0:
            self.reset(x.size(0))
        padded = F.pad(x.unsqueeze(1), [self.n_fft // 2, self.n_fft // 2], "reflect")
        both = F.conv1d(padded, self.basis, stride=self.n_fft // 4)
        half = self.n_fft // 2 + 1
        magnitude = torch.sqrt(both[:, :half] ** 2 + both[:, half:] ** 2)
        spectrum = torch.stft(x, self.n_fft, self.n_fft // 4, window=self.window, return_complex=True).abs()
        features = self.encoder(torch.log1p(magnitude))
        outs: List[Tensor] = []
        for t in range(features.size(2)):
            self.h, self.c = self.lstm(features[:, :, t], (self.h, self.c))
            outs.append(self.h)
        return torch.sigmoid(self.out(torch.stack(outs, 2))).mean(2), (spectrum - magnitude).abs().max() < 1e-3


@sample("hand-written", "scripted", quick=True)
def voice_activity():
    return stir(VoiceActivity()), {"first": (torch.randn(2, 512), 8000), "resampled": (torch.randn(1, 1024), 16000)}


class Policy(nn.Module):
    """A recurrent policy that remembers between calls, and says so in an attribute."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.Tanh())
        self.memory = nn.GRUCell(16, 16)
        self.actor, self.critic = nn.Linear(16, 3), nn.Linear(16, 1)
        self.register_buffer("hidden", torch.zeros(1, 16))
        self.steps = 0

    def forward(self, seen: Dict[str, Tensor], done: bool) -> Dict[str, Tensor]:
        x = torch.cat([seen["place"], seen["speed"]], 1)
        if done:
            self.hidden = torch.zeros_like(self.hidden)
        for _ in range(3):
            self.hidden = self.memory(self.body(x), self.hidden)
            self.steps += 1
        logits = self.actor(self.hidden)
        return {"action": logits.argmax(1), "log_probability": logits.log_softmax(1), "value": self.critic(self.hidden),
                "steps": torch.tensor(self.steps)}


@sample("hand-written", "scripted", quick=True)
def recurrent_policy():
    def seen(n):
        return {"place": torch.randn(n, 4), "speed": torch.randn(n, 2)}
    return stir(Policy()), {"first": (seen(1), False), "done": (seen(1), True)}


class Tagger(nn.Module):
    """A packed bidirectional LSTM, and the best path through a conditional random field."""

    def __init__(self, words: int = 40, tags: int = 5):
        super().__init__()
        self.embed = nn.Embedding(words, 16)
        self.lstm = nn.LSTM(16, 12, 2, bidirectional=True, batch_first=True)
        self.emit = nn.Linear(24, tags)
        self.moves = nn.Parameter(torch.randn(tags, tags))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tuple[Tensor, List[List[int]]]:
        packed = pack_padded_sequence(self.embed(tokens), lengths, batch_first=True, enforce_sorted=False)
        hidden, _ = self.lstm(packed)
        padded, lengths = pad_packed_sequence(hidden, batch_first=True, padding_value=0.0)
        scores = self.emit(padded)
        paths: List[List[int]] = []
        for b in range(tokens.size(0)):
            best = scores[b, 0]
            back: List[Tensor] = []
            for t in range(1, int(lengths[b])):
                best, where = (best.unsqueeze(1) + self.moves).max(0)
                best = best + scores[b, t]
                back.append(where)
            path = [int(best.argmax())]
            for where in back[::-1]:
                path.append(int(where[path[-1]]))
            paths.append(path[::-1])
        return scores, paths


@sample("hand-written", "scripted", quick=True)
def packed_tagger():
    return stir(Tagger()), {"first": (torch.randint(40, (3, 8)), torch.tensor([5, 8, 3])), "one": (torch.randint(40, (1, 4)),
                                                                                                   torch.tensor([4]))}


class Fusion(nn.Module):
    """Embedding bags, feature crosses and a factorisation machine: a recommender."""

    def __init__(self):
        super().__init__()
        self.bags = nn.ModuleDict({name: nn.EmbeddingBag(50, 8, mode=mode) for name, mode in (("seen", "mean"), ("liked", "sum"),
                                                                                              ("shared", "max"))})
        self.dense = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Mish())
        self.top = nn.Sequential(nn.Linear(8 + 6, 16), nn.Hardswish(), nn.Dropout(0.3), nn.Linear(16, 1))

    def forward(self, numbers: Tensor, ids: Dict[str, Tensor], offsets: Dict[str, Tensor]) -> Tensor:
        parts = [self.dense(numbers)]
        for name, bag in self.bags.items():
            parts.append(bag(ids[name], offsets[name]))
        stacked = torch.stack(parts, 1)
        crosses = torch.bmm(stacked, stacked.transpose(1, 2))
        i, j = torch.tril_indices(crosses.size(1), crosses.size(2), -1).unbind(0)
        return torch.sigmoid(self.top(torch.cat([parts[0], crosses[:, i, j]], 1))).squeeze(1)


@sample("hand-written", "scripted", quick=True)
def recommender():
    ids = {name: torch.randint(50, (9,)) for name in ("seen", "liked", "shared")}
    offsets = {name: torch.tensor([0, 2, 6]) for name in ids}
    return stir(Fusion()), {"first": (torch.randn(3, 4), ids, offsets)}


class GraphAttention(nn.Module):
    """Message passing by index_add and scatter over an edge list."""

    def __init__(self):
        super().__init__()
        self.lin, self.out = nn.Linear(6, 12), nn.Linear(12, 3)
        self.pair = nn.Parameter(torch.randn(24))

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        h = self.lin(x)
        source, target = edges[0], edges[1]
        score = F.leaky_relu(torch.cat([h[source], h[target]], 1) @ self.pair, 0.2)
        most = torch.full([x.size(0)], float("-inf")).scatter_reduce(0, target, score, "amax")
        weight = torch.exp(score - most[target])
        total = torch.zeros(x.size(0)).index_add(0, target, weight)
        mixed = torch.zeros_like(h).index_add_(0, target, h[source] * (weight / total[target]).unsqueeze(1))
        return F.log_softmax(self.out(F.elu(mixed)), 1)


@sample("hand-written", quick=True)
def graph_attention():
    return stir(GraphAttention()), {"first": (torch.randn(7, 6), torch.randint(7, (2, 20)))}


class TemporalConvolution(nn.Module):
    """Causal dilated convolutions with weight norm, as WaveNet has them."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.utils.weight_norm(nn.Conv1d(8, 16, 2, dilation=1 << i)) for i in range(4)])
        self.enter, self.leave = nn.Conv1d(1, 8, 1), nn.Conv1d(8, 1, 1)

    def forward(self, x):
        x = self.enter(x)
        skips = torch.zeros_like(x)
        for i, layer in enumerate(self.layers):
            a, b = layer(F.pad(x, (1 << i, 0))).chunk(2, 1)
            y = torch.tanh(a) * torch.sigmoid(b)
            x, skips = x + y, skips + y
        return self.leave(F.relu(skips))


@sample("hand-written", "traced", quick=True)
def temporal_convolution():
    return stir(TemporalConvolution()), {"first": (torch.randn(2, 1, 30),)}


class Experts(nn.Module):
    """A router sends each token to its best experts."""

    def __init__(self, width: int = 16, count: int = 4):
        super().__init__()
        self.route = nn.Linear(width, count)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(width, 24), nn.GELU(), nn.Linear(24, width)) for _ in range(count)])

    def forward(self, x: Tensor) -> Tensor:
        flat = x.reshape(-1, x.size(-1))
        weights, chosen = self.route(flat).softmax(-1).topk(2, -1)
        out = torch.zeros_like(flat)
        for i, expert in enumerate(self.experts):
            token, slot = torch.where(chosen == i)
            if token.numel() > 0:
                out.index_add_(0, token, expert(flat[token]) * weights[token, slot].unsqueeze(1))
        return out.view_as(x)


@sample("hand-written", "scripted", quick=True)
def mixture_of_experts():
    return stir(Experts()), {"first": (torch.randn(2, 5, 16),)}
