"""torchtext's encoders, vocabularies and transforms."""

import sys
import types
from typing import List

import torch
from torch import nn

from .registry import sample, stir


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


@sample("text", "scripted")
def t5():
    torchtext()
    from torchtext.prototype.models.t5 import T5Conf, T5Model
    conf = T5Conf(encoder_only=False, embedding_dim=32, num_attention_heads=4, num_encoder_layers=2, num_decoder_layers=2, vocab_size=50,
                  ffn_dimension=64, max_seq_len=20)
    return stir(T5Model(conf)), {"first": (torch.tensor([[3, 9, 1, 0]]), torch.tensor([[0, 4]]))}


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
