"""The models of transformers_2x.py: a class of transformers, a small configuration, and calls. The first call is the one traced."""

from dataclasses import dataclass, field
from typing import Callable

import torch
import transformers

ATTENTION = ("eager", "sdpa")
MODELS = {}


@dataclass
class Entry:
    model: str
    config: Callable
    calls: Callable              # () -> {case: {argument: tensor}}
    fixed: dict = field(default_factory=dict)  # further arguments, the same in every call
    attention: tuple = ()        # its ways of attention, where they are not ATTENTION


def model(name, class_name, config_name, calls, fixed=None, attention=(), **settings):
    """Registers a model; `settings` are the configuration's."""
    MODELS[name] = Entry(class_name, lambda: getattr(transformers, config_name)(**settings), calls, fixed or {}, attention)


WORDS = 60


def tokens(rows, length, low=3):
    return torch.randint(low, WORDS, (rows, length))


def masked(rows, length, padding):
    """Tokens and a mask that leaves out the end of the last row."""
    mask = torch.ones(rows, length, dtype=torch.long)
    mask[-1, length - padding:] = 0
    return {"input_ids": tokens(rows, length), "attention_mask": mask}


def text():
    return {"first": masked(2, 9, 3), "longer": masked(3, 14, 5)}


def plain_text():
    return {"first": {"input_ids": tokens(2, 9)}, "longer": {"input_ids": tokens(1, 13)}}


def from_to():
    return {"first": {**masked(2, 9, 3), "decoder_input_ids": tokens(2, 6)}, "longer": {**masked(2, 12, 1), "decoder_input_ids": tokens(2, 8)}}


def picture(side=32, name="pixel_values"):
    return lambda: {"first": {name: torch.randn(2, 3, side, side)}, "one": {name: torch.randn(1, 3, side, side)}}


def waves(length=1200):
    return lambda: {"first": {"input_values": torch.randn(2, length)}, "longer": {"input_values": torch.randn(1, length + 400)}}


ENCODER = dict(vocab_size=WORDS, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=40)
DECODER = dict(vocab_size=WORDS, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=64,
               max_position_embeddings=40, pad_token_id=0, bos_token_id=1, eos_token_id=2)
NO_CACHE = dict(use_cache=False)

# Encoders of text, with each kind of head.
for _head in "Model", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering":
    for _name in "Bert", "Roberta":
        model(f"{_name.lower()}_{_head.replace('For', '').lower()}", f"{_name}{_head}", f"{_name}Config", text, **ENCODER)
    model(f"distilbert_{_head.replace('For', '').lower()}", f"DistilBert{_head}", "DistilBertConfig", text, vocab_size=WORDS, dim=32, n_layers=2,
          n_heads=4, hidden_dim=64, max_position_embeddings=40)
model("albert", "AlbertModel", "AlbertConfig", text, embedding_size=16, **ENCODER)
model("electra", "ElectraModel", "ElectraConfig", text, embedding_size=16, **ENCODER)
model("xlm_roberta", "XLMRobertaModel", "XLMRobertaConfig", text, **ENCODER)
model("camembert", "CamembertModel", "CamembertConfig", text, **ENCODER)
model("mpnet", "MPNetModel", "MPNetConfig", text, attention=("eager",), **ENCODER)
model("deberta_v2", "DebertaV2Model", "DebertaV2Config", text, attention=("eager",), relative_attention=True, pos_att_type=["p2c", "c2p"],
      position_buckets=8, **ENCODER)
model("modernbert", "ModernBertModel", "ModernBertConfig", text, global_attn_every_n_layers=2, local_attention=6, pad_token_id=0, **ENCODER)
model("fnet", "FNetModel", "FNetConfig", plain_text, attention=("eager",), **{k: v for k, v in ENCODER.items() if k != "num_attention_heads"})
model("xlnet", "XLNetModel", "XLNetConfig", text, attention=("eager",), vocab_size=WORDS, d_model=32, n_layer=2, n_head=4, d_inner=64)

# Decoders.
GPT = dict(vocab_size=WORDS, n_embd=32, n_layer=2, n_head=4, n_positions=40, bos_token_id=1, eos_token_id=2)
model("gpt2", "GPT2LMHeadModel", "GPT2Config", plain_text, NO_CACHE, **GPT)
model("gpt2_masked", "GPT2Model", "GPT2Config", text, NO_CACHE, **GPT)
model("gpt_neox", "GPTNeoXForCausalLM", "GPTNeoXConfig", text, NO_CACHE, bos_token_id=1, eos_token_id=2, **ENCODER)
model("opt", "OPTForCausalLM", "OPTConfig", text, NO_CACHE, vocab_size=WORDS, hidden_size=32, word_embed_proj_dim=32, num_hidden_layers=2,
      num_attention_heads=4, ffn_dim=64, max_position_embeddings=40)
model("codegen", "CodeGenForCausalLM", "CodeGenConfig", text, NO_CACHE, attention=("eager",), rotary_dim=4, **GPT)
for _name, _class, _more in (
        ("llama", "Llama", {}), ("llama_scaled", "Llama", dict(rope_scaling=dict(rope_type="linear", factor=2.0, rope_theta=10000.0))),
        ("mistral", "Mistral", dict(sliding_window=5)), ("mistral_full", "Mistral", dict(sliding_window=None)),
        ("qwen2", "Qwen2", {}), ("qwen3", "Qwen3", dict(head_dim=8)),
        ("gemma", "Gemma", dict(head_dim=8)), ("gemma2", "Gemma2", dict(head_dim=8, sliding_window=5)), ("phi", "Phi", {}),
        ("phi3", "Phi3", {}), ("olmo2", "Olmo2", {}), ("cohere", "Cohere", {}), ("stablelm", "StableLm", {}), ("starcoder2", "Starcoder2", {}),
        ("granite", "Granite", {}), ("smollm3", "SmolLM3", {})):
    model(_name, f"{_class}ForCausalLM", f"{_class}Config", text, NO_CACHE, **DECODER, **_more)
model("mixtral", "MixtralForCausalLM", "MixtralConfig", plain_text, NO_CACHE, num_local_experts=4, num_experts_per_tok=2, **DECODER)
model("mamba", "MambaForCausalLM", "MambaConfig", plain_text, NO_CACHE, attention=("eager",), vocab_size=WORDS, hidden_size=32, state_size=8,
      num_hidden_layers=2)

# From text to text.
T5 = dict(attention=("eager",), vocab_size=WORDS, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0)
model("t5", "T5ForConditionalGeneration", "T5Config", from_to, NO_CACHE, **T5)
model("t5_encoder", "T5EncoderModel", "T5Config", text, **T5)
model("t5_gated", "T5Model", "T5Config", from_to, NO_CACHE, feed_forward_proj="gated-gelu", **T5)
model("mt5", "MT5ForConditionalGeneration", "MT5Config", from_to, NO_CACHE, **T5)
BART = dict(vocab_size=WORDS, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=40)
for _name, _class in ("bart", "Bart"), ("mbart", "MBart"), ("pegasus", "Pegasus"), ("marian", "Marian"), ("m2m_100", "M2M100"):
    _kind = "MTModel" if _name == "marian" else "ForConditionalGeneration"
    model(_name, f"{_class}{_kind}", f"{_class}Config", from_to, NO_CACHE, decoder_start_token_id=2, pad_token_id=1, **BART)


# Speech.
def spectra():
    return {"first": {"input_features": torch.randn(2, 16, 60), "decoder_input_ids": tokens(2, 5)}}


WHISPER = dict({k: v for k, v in BART.items() if k != "max_position_embeddings"}, num_mel_bins=16, max_source_positions=30,
               max_target_positions=20, pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)
model("whisper", "WhisperForConditionalGeneration", "WhisperConfig", spectra, NO_CACHE, **WHISPER)
SPEECH = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, vocab_size=30, conv_dim=(16, 16, 16),
              conv_kernel=(10, 3, 2), conv_stride=(5, 2, 2), num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
              num_feat_extract_layers=3)


def heard():
    mask = torch.ones(2, 1200, dtype=torch.long)
    mask[1, 900:] = 0
    return {"first": {"input_values": torch.randn(2, 1200), "attention_mask": mask}}


model("wav2vec2", "Wav2Vec2Model", "Wav2Vec2Config", waves(), **SPEECH)
model("wav2vec2_masked", "Wav2Vec2Model", "Wav2Vec2Config", heard, **SPEECH)
model("wav2vec2_ctc", "Wav2Vec2ForCTC", "Wav2Vec2Config", waves(), do_stable_layer_norm=True, feat_extract_norm="layer", conv_bias=True,
      **SPEECH)
model("hubert", "HubertModel", "HubertConfig", waves(), **SPEECH)
model("wavlm", "WavLMModel", "WavLMConfig", waves(), attention=("eager",), num_buckets=16, max_bucket_distance=40, **SPEECH)
model("wavlm_ctc", "WavLMForCTC", "WavLMConfig", waves(), attention=("eager",), num_buckets=16, max_bucket_distance=40,
      do_stable_layer_norm=True, feat_extract_norm="layer", **SPEECH)
model("audio_spectrogram", "ASTModel", "ASTConfig", lambda: {"first": {"input_values": torch.randn(2, 32, 16)}}, hidden_size=32,
      num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, patch_size=8, frequency_stride=8, time_stride=8, max_length=32,
      num_mel_bins=16)

# Pictures.
PICTURE = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=32, patch_size=8)
model("vit", "ViTModel", "ViTConfig", picture(), **PICTURE)
model("vit_classifier", "ViTForImageClassification", "ViTConfig", picture(), **PICTURE)
model("deit", "DeiTModel", "DeiTConfig", picture(), **PICTURE)
model("beit", "BeitModel", "BeitConfig", picture(), use_relative_position_bias=True, **PICTURE)
model("dinov2", "Dinov2Model", "Dinov2Config", picture(), **PICTURE)
model("dinov2_other_side", "Dinov2Model", "Dinov2Config", picture(48), **PICTURE)
model("swin", "SwinModel", "SwinConfig", picture(), attention=("eager",), image_size=32, patch_size=2, embed_dim=16, depths=[2, 2],
      num_heads=[2, 4], window_size=4)
model("convnext", "ConvNextModel", "ConvNextConfig", picture(), attention=("eager",), hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 2, 1])
model("resnet", "ResNetModel", "ResNetConfig", picture(), attention=("eager",), embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1])
model("segformer", "SegformerForSemanticSegmentation", "SegformerConfig", picture(), attention=("eager",), hidden_sizes=[8, 16, 24, 32],
      depths=[1, 1, 1, 1], num_attention_heads=[1, 2, 2, 4], decoder_hidden_size=16, num_labels=5)
model("yolos", "YolosForObjectDetection", "YolosConfig", picture(), num_detection_tokens=5, **{**PICTURE, "image_size": [32, 32]})
model("mobilevit", "MobileViTModel", "MobileViTConfig", picture(), attention=("eager",), hidden_sizes=[16, 24, 32], num_attention_heads=2,
      neck_hidden_sizes=[8, 8, 12, 16, 20, 24, 32], image_size=32)


# Text and pictures.
def captioned():
    seen = torch.ones(2, 7, dtype=torch.long)
    return {"first": {"input_ids": tokens(2, 7), "pixel_values": torch.randn(3, 3, 32, 32), "attention_mask": seen}}


SEEN = {**PICTURE, "hidden_size": 24}
model("clip", "CLIPModel", "CLIPConfig", captioned, projection_dim=16, text_config={**ENCODER, "eos_token_id": 2, "bos_token_id": 1},
      vision_config=SEEN)
model("clip_text", "CLIPTextModel", "CLIPTextConfig", text, eos_token_id=2, bos_token_id=1, **ENCODER)
model("clip_vision", "CLIPVisionModel", "CLIPVisionConfig", picture(), **PICTURE)
model("siglip", "SiglipModel", "SiglipConfig", captioned, text_config={**ENCODER, "projection_size": 24}, vision_config=SEEN)
model("blip_vision", "BlipVisionModel", "BlipVisionConfig", picture(), attention=("eager",), **PICTURE)

GOLDENS = ["bert_model", "distilbert_model", "roberta_model", "gpt2", "t5", "llama", "mistral", "whisper", "vit", "clip", "wav2vec2"]
