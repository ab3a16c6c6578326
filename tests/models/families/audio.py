"""torchaudio: speech, separation and synthesis models in small sizes."""

import torch
from torch import nn
from torchaudio import models

from .registry import sample, stir


def wave(*shape):
    return torch.randn(*shape) * 0.1


def wav2vec2(**changes):
    settings = dict(extractor_mode="group_norm", extractor_conv_layer_config=[(32, 10, 5), (32, 3, 2), (32, 3, 2)],
                    extractor_conv_bias=False,
                    encoder_embed_dim=48, encoder_projection_dropout=0.1, encoder_pos_conv_kernel=16, encoder_pos_conv_groups=4,
                    encoder_num_layers=2,
                    encoder_num_heads=4, encoder_attention_dropout=0.1, encoder_ff_interm_features=96, encoder_ff_interm_dropout=0.1,
                    encoder_dropout=0.1, encoder_layer_norm_first=False, encoder_layer_drop=0.1, aux_num_out=20)
    return stir(models.wav2vec2_model(**{**settings, **changes}))


@sample("speech", "scripted traced?", quick=True)
def wav2vec2_small():
    return wav2vec2(), {"first": (wave(2, 1600),), "lengths": (wave(2, 1600), torch.tensor([1600, 1200]))}


@sample("speech", "scripted traced?")
def wav2vec2_layer_norm():
    return wav2vec2(extractor_mode="layer_norm", encoder_layer_norm_first=True, extractor_conv_bias=True), {"first": (wave(2, 1600),)}


class Layers(nn.Module):
    """What every layer of the encoder gives."""

    def __init__(self):
        super().__init__()
        self.model = wav2vec2(extractor_mode="layer_norm", encoder_layer_norm_first=True)

    def forward(self, waves, lengths):
        return self.model.extract_features(waves, lengths, None)


@sample("speech", "scripted traced?")
def wav2vec2_layers():
    return Layers(), {"first": (wave(2, 1600), torch.tensor([1600, 900]))}


class Masked(nn.Module):
    """HuBERT's masks, less the random numbers that say where they begin."""

    def __init__(self, generator):
        super().__init__()
        self.embedding = generator.mask_embedding

    def forward(self, x, padding):
        frames = torch.arange(x.size(1)) % 7 < 4
        mask = frames.unsqueeze(0).expand(x.size(0), -1)
        return torch.where(mask.unsqueeze(-1), self.embedding, x), mask


@sample("speech", "scripted? traced")
def hubert_pretrain():
    model = models.hubert_pretrain_base(num_classes=20, feature_grad_mult=None)
    model.wav2vec2 = wav2vec2(encoder_embed_dim=768, encoder_num_heads=12, aux_num_out=None)
    model.mask_generator = Masked(model.mask_generator)
    return stir(model), {"first": (wave(2, 1600), torch.randint(20, (2, 79)), torch.tensor([1600, 1200]))}


@sample("speech", quick=True)
def conformer():
    model = models.Conformer(input_dim=40, num_heads=4, ffn_dim=64, num_layers=2, depthwise_conv_kernel_size=15)
    return stir(model), {"first": (torch.randn(2, 30, 40), torch.tensor([30, 22])), "short": (torch.randn(1, 7, 40), torch.tensor([7]))}


@sample("speech")
def conformer_group_norm():
    model = models.Conformer(40, 4, 64, 2, 15, use_group_norm=True, convolution_first=True)
    return stir(model), {"first": (torch.randn(2, 30, 40), torch.tensor([30, 22]))}


@sample("speech", quick=True)
def emformer():
    model = models.Emformer(32, 4, 64, 2, segment_length=4, left_context_length=8, right_context_length=1, max_memory_size=2)
    return stir(model), {"first": (torch.randn(2, 17, 32), torch.tensor([16, 12]))}


class Streaming(nn.Module):
    """Emformer, segment by segment, with its state carried by the caller."""

    def __init__(self):
        super().__init__()
        self.emformer = models.Emformer(32, 4, 64, 2, segment_length=4, left_context_length=8, right_context_length=1)

    def forward(self, x, lengths):
        out, lengths, states = self.emformer.infer(x, lengths)
        again, lengths, states = self.emformer.infer(x * 0.5, lengths + 1, states)
        return out, again, lengths


@sample("speech", "scripted traced?")
def emformer_streaming():
    return stir(Streaming()), {"first": (torch.randn(2, 5, 32), torch.tensor([5, 5]))}


def rnnt():
    return stir(models.rnnt.emformer_rnnt_model(
        input_dim=20, encoding_dim=32, num_symbols=12, segment_length=8, right_context_length=4, time_reduction_input_dim=16,
        time_reduction_stride=4,
        transformer_num_heads=4, transformer_ffn_dim=48, transformer_num_layers=2, transformer_dropout=0.1, transformer_activation="gelu",
        transformer_left_context_length=8, transformer_max_memory_size=0, transformer_weight_init_scale_strategy="depthwise",
        transformer_tanh_on_mem=True, symbol_embedding_dim=16, num_lstm_layers=2, lstm_layer_norm=True, lstm_layer_norm_epsilon=1e-3,
        lstm_dropout=0.3))


@sample("speech", "scripted traced?", quick=True)
def emformer_rnnt():
    return rnnt(), {"first": (torch.randn(2, 20, 20), torch.tensor([20, 20], dtype=torch.int32), torch.randint(0, 12, (2, 5),
                                                                                                               dtype=torch.int32),
                              torch.tensor([5, 4], dtype=torch.int32))}


@sample("speech", "scripted traced?")
def rnnt_beam_search():
    search = models.RNNTBeamSearch(rnnt(), blank=11, step_max_tokens=5)
    return search, {"first": (torch.randn(20, 20), torch.tensor([20]), 4)}


class Streamed(nn.Module):
    """The beam search fed in segments: the state and the best hypothesis go on."""

    def __init__(self):
        super().__init__()
        self.search = models.RNNTBeamSearch(rnnt(), blank=11, step_max_tokens=5)

    def forward(self, first, second, length):
        found, state = self.search.infer(first, length, 3, None, None)
        again, state = self.search.infer(second, length, 3, state, found[0])
        return found, again, state


@sample("speech", "scripted traced?")
def rnnt_beam_search_streaming():
    return Streamed(), {"first": (torch.randn(12, 20), torch.randn(12, 20), torch.tensor([12]))}


@sample("speech", "scripted? traced", quick=True)
def deepspeech():
    return stir(models.DeepSpeech(n_feature=24, n_hidden=48, n_class=20)), {"first": (torch.randn(2, 1, 15, 24),)}


@sample("speech")
def wav2letter():
    return stir(models.Wav2Letter(num_classes=20, input_type="waveform", num_features=1)), {"first": (wave(1, 1, 3200),)}


@sample("speech")
def wav2letter_features():
    return stir(models.Wav2Letter(num_classes=20, input_type="mfcc", num_features=13)), {"first": (torch.randn(2, 13, 120),)}


@sample("separation", quick=True)
def conv_tasnet():
    model = models.ConvTasNet(num_sources=2, enc_kernel_size=8, enc_num_feats=32, msk_num_feats=16, msk_num_hidden_feats=32,
                              msk_num_layers=3,
                              msk_num_stacks=2)
    return stir(model), {"first": (wave(2, 1, 400),), "odd": (wave(1, 1, 333),)}


@sample("separation", "scripted? traced")
def hdemucs():
    return stir(models.HDemucs(["drums", "vocals"], channels=8, nfft=4096, depth=6)), {"first": (wave(1, 2, 22050),)}


class Quiet(nn.Module):
    """Tacotron 2's pre-net less its dropout, which draws random numbers in eval mode too."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


def tacotron():
    model = models.Tacotron2(n_mels=20, n_symbol=30, symbol_embedding_dim=32, encoder_embedding_dim=32, decoder_rnn_dim=48,
                             decoder_max_step=12,
                             attention_rnn_dim=48, attention_hidden_dim=16, attention_location_n_filter=8, attention_location_kernel_size=7,
                             prenet_dim=16, postnet_embedding_dim=32, decoder_early_stopping=False)
    model.decoder.prenet = Quiet(model.decoder.prenet.layers)
    return stir(model)


@sample("synthesis", "scripted traced?", quick=True)
def tacotron2():
    return tacotron(), {"first": (torch.randint(0, 30, (2, 9)), torch.tensor([9, 7]), torch.randn(2, 20, 14), torch.tensor([14, 11]))}


class Speak(nn.Module):
    def __init__(self):
        super().__init__()
        self.tacotron = tacotron()

    def forward(self, tokens, lengths):
        return self.tacotron.infer(tokens, lengths)


@sample("synthesis", "scripted traced?")
def tacotron2_infer():
    return Speak(), {"first": (torch.randint(0, 30, (2, 9)), torch.tensor([9, 7]))}


@sample("synthesis", "scripted traced?", quick=True)
def wavernn():
    model = models.WaveRNN(upsample_scales=[3, 4], n_classes=16, hop_length=12, n_res_block=2, n_rnn=32, n_fc=32, kernel_size=5, n_freq=20,
                           n_hidden=16, n_output=16)
    return stir(model), {"first": (wave(2, 1, 12 * 6), torch.randn(2, 1, 20, 10))}
