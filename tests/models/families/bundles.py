"""The models of torchaudio's pipelines and named builders in their own size, with random weights, on short waves."""

import torch
from torch import nn
from torchaudio import models, pipelines

from .audio import Quiet, wave
from .registry import named, sample, stir


def speech(name, make):
    def build():
        return stir(make()), {"first": (wave(1, 4000),)}
    sample("speech", "scripted traced?")(named(name, build))


for _name in "wav2vec2_base", "wav2vec2_large", "wav2vec2_large_lv60k", "hubert_base", "hubert_large", "hubert_xlarge":
    speech(_name, getattr(models, _name))


def settings_of(bundle):
    return models.wav2vec2_model(**bundle._params)


# The bundles that differ from the builders in more than their weights.
for _name in "WAV2VEC2_ASR_BASE_960H", "WAV2VEC2_XLSR53", "HUBERT_ASR_LARGE", "VOXPOPULI_ASR_BASE_10K_EN":
    speech(_name.lower(), lambda bundle=getattr(pipelines, _name): settings_of(bundle))


class Recogniser(nn.Module):
    """The transcriber, the predictor and the joiner of a bundle, as its decoder calls them."""

    def __init__(self):
        super().__init__()
        self.model = models.emformer_rnnt_base(num_symbols=4097)

    def forward(self, frames, length, symbols):
        heard, heard_length = self.model.transcribe(frames, length)
        said, said_length, state = self.model.predict(symbols, torch.tensor([symbols.size(1)]), None)
        joined, _, _ = self.model.join(heard, heard_length, said, said_length)
        first, _, streamed = self.model.transcribe_streaming(frames[:, :20], torch.tensor([20]), None)
        return joined, first, state


@sample("speech", "scripted traced?")
def emformer_rnnt_base():
    return stir(Recogniser()), {"first": (torch.randn(1, 36, 80), torch.tensor([36]), torch.randint(4097, (1, 6)))}


def separator(name, make, samples, **settings):
    def build():
        return stir(make()), {"first": (wave(1, 1 if "tasnet" in name else 2, samples),)}
    sample("separation", "scripted? traced?", **settings)(named(name, build))


separator("conv_tasnet_base", models.conv_tasnet_base, 4000)
for _name in "low", "medium", "high":
    separator(f"hdemucs_{_name}", lambda make=getattr(models, f"hdemucs_{_name}"): make(["drums", "bass", "other", "vocals"]), 44100)


class Speaking(nn.Module):
    """Tacotron 2 with a bundle's settings, less what it draws at random."""

    def __init__(self, bundle):
        super().__init__()
        self.tacotron = models.Tacotron2(**{**bundle._tacotron2_params, "decoder_max_step": 20})
        self.tacotron.decoder.prenet = Quiet(self.tacotron.decoder.prenet.layers)

    def forward(self, tokens, lengths):
        return self.tacotron.infer(tokens, lengths)


@sample("synthesis", "scripted traced?")
def tacotron2_ljspeech():
    return stir(Speaking(pipelines.TACOTRON2_WAVERNN_CHAR_LJSPEECH)), {"first": (torch.randint(1, 38, (2, 11)), torch.tensor([11, 8]))}


@sample("synthesis", "scripted traced?")
def wavernn_ljspeech():
    model = models.WaveRNN(**pipelines.TACOTRON2_WAVERNN_CHAR_LJSPEECH._wavernn_params)
    return stir(model), {"first": (wave(1, 1, 275 * 4), torch.randn(1, 1, 80, 8))}


class Vocoder(nn.Module):
    """WaveRNN's own loop. It draws each step's sample; every wave is one that 16 levels allow."""

    def __init__(self):
        super().__init__()
        self.model = models.WaveRNN(upsample_scales=[3, 4], n_classes=16, hop_length=12, n_res_block=2, n_rnn=32, n_fc=32, kernel_size=5,
                                    n_freq=20, n_hidden=16, n_output=16)

    def forward(self, spectrum, lengths):
        waves, lengths = self.model.infer(spectrum, lengths)
        levels = (waves + 1) * 7.5
        return list(waves.shape), bool(((levels - levels.round()).abs() < 1e-4).all()), lengths


@sample("synthesis", "scripted")
def wavernn_infer():
    return stir(Vocoder()), {"first": (torch.randn(2, 20, 6), torch.tensor([6, 4]))}
