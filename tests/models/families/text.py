"""torchtext's encoders, vocabularies and transforms."""

import sys
import types
from typing import List

import torch
from torch import nn

from .registry import named, sample, stir


def torchtext():
    """Debian's torchtext has an extension that Python cannot import; its models do without."""
    if "torchtext" not in sys.modules:
        for name in ("torchtext._torchtext", "torchtext._extension"):
            module = types.ModuleType(name)
            for attribute in ("RegexTokenizer", "GPT2BPEEncoder", "CLIPEncoder", "BERTEncoder", "SentencePiece", "Vectors", "Vocab",
                              "Regex"):
                setattr(module, attribute, type(attribute, (), {}))
            module.__getattr__ = lambda name: lambda *args: None
            sys.modules[name] = module
    import torchtext
    return torchtext


def roberta(**more):
    from torchtext.models.roberta.model import RobertaEncoderConf, RobertaModel
    conf = RobertaEncoderConf(vocab_size=100, embedding_dim=32, ffn_dimension=64, max_seq_len=40, num_attention_heads=4,
                              num_encoder_layers=2, **more)
    return RobertaModel(conf)


TOKENS = [[0, 5, 17, 33, 2, 1, 1], [0, 64, 8, 9, 21, 80, 2]]


@sample("text", quick=True)
def roberta_encoder():
    torchtext()
    return stir(roberta()), {"first": (torch.tensor(TOKENS),), "other": (torch.tensor([[0, 9, 2]]),)}


@sample("text")
def xlmr_norm_first():
    torchtext()
    return stir(roberta(normalize_before=True)), {"first": (torch.tensor(TOKENS),), "masked": (torch.tensor(TOKENS),
                                                                                               torch.tensor(TOKENS) == 17)}


@sample("text")
def roberta_classifier():
    torchtext()
    from torchtext.models.roberta import RobertaClassificationHead
    from torchtext.models.roberta.model import RobertaEncoderConf, RobertaModel
    conf = RobertaEncoderConf(vocab_size=100, embedding_dim=32, ffn_dimension=64, max_seq_len=40, num_attention_heads=4,
                              num_encoder_layers=2)
    return stir(RobertaModel(conf, RobertaClassificationHead(3, 32))), {"first": (torch.tensor(TOKENS),)}


def drawn(model):
    """T5 leaves some of its parameters as memory was: all are drawn anew, those of few dimensions around one."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, parameter.size(-1) ** -0.5) if parameter.dim() > 1 else parameter.normal_(1, 0.1)
    return model


def small_t5(**changes):
    torchtext()
    from torchtext.prototype.models.t5 import T5Conf, T5Model
    settings = dict(embedding_dim=32, qkv_dim=8, num_attention_heads=4, num_encoder_layers=2, num_decoder_layers=2, vocab_size=50,
                    ffn_dimension=64, max_seq_len=20)
    return drawn(T5Model(T5Conf(**{**settings, **changes})))


ASKED = torch.tensor([[3, 9, 1, 0], [7, 30, 12, 1]])


@sample("text", "scripted traced?", quick=True)
def t5():
    return small_t5(), {"first": (ASKED, torch.tensor([[0, 4], [0, 8]])), "start": (ASKED,)}


@sample("text", "scripted traced?")
def t5_encoder():
    return small_t5(encoder_only=True), {"first": (ASKED,)}


@sample("text", "scripted traced?")
def t5_linear_head():
    return small_t5(linear_head=True, activation="gelu"), {"first": (ASKED, torch.tensor([[0, 4], [0, 8]]))}


@sample("text", "scripted")
def t5_generation():
    torchtext()
    from torchtext.prototype.models.t5.wrapper import T5Wrapper

    class Generation(nn.Module):
        """The wrapper's beam search without its tokens' text, which takes a library beside PyTorch."""

        def __init__(self):
            super().__init__()
            self.model = small_t5(linear_head=True)

        generate, beam_search = T5Wrapper.generate, T5Wrapper.beam_search

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            return self.generate(tokens, 3, 1, 8)
    return Generation(), {"first": (ASKED,), "one": (ASKED[1:].clone(),)}


# The bundles in their own size: what is larger is these with more of the same layers.
def bundle(name, parts, make):
    def build():
        torchtext()
        module = __import__(parts, fromlist=[name])
        return make(getattr(module, name))
    sample("text", "scripted traced?")(named(name.lower(), build))


def roberta_bundle(bundle):
    from torchtext.models.roberta.model import RobertaModel
    return stir(RobertaModel(bundle.encoderConf)), {"first": (torch.tensor(TOKENS),)}


def t5_bundle(bundle):
    from torchtext.prototype.models.t5 import T5Model
    return drawn(T5Model(bundle.config)), {"first": (ASKED,) if bundle.config.encoder_only else (ASKED, torch.tensor([[0, 4], [0, 8]]))}


for _name in "ROBERTA_BASE_ENCODER", "ROBERTA_LARGE_ENCODER", "XLMR_BASE_ENCODER", "XLMR_LARGE_ENCODER":
    bundle(_name, "torchtext.models", roberta_bundle)
for _name in "T5_SMALL", "T5_SMALL_ENCODER", "T5_SMALL_GENERATION", "T5_BASE", "T5_BASE_ENCODER", "T5_BASE_GENERATION", "T5_LARGE_ENCODER":
    bundle(_name, "torchtext.prototype.models", t5_bundle)


@sample("text", "scripted")
def text_transforms():
    torchtext()
    from torchtext import transforms

    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.truncate, self.begin, self.end = transforms.Truncate(5), transforms.AddToken(0, True), transforms.AddToken(2, False)
            self.tensor, self.pad = transforms.ToTensor(1), transforms.PadTransform(9, 1)

        def forward(self, tokens: List[List[int]]) -> torch.Tensor:
            return self.pad(self.tensor(self.end(self.begin(self.truncate(tokens)))))
    return Steps(), {"first": ([[5, 6, 7, 8, 9, 10, 11], [12, 13]],)}
