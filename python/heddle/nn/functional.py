"""torch.nn.functional: what modules are made of. Names of the operator table that fit as they are come from there."""
from .._C import int64
from ._losses import *
from ._pooling import *
from ._sampling import *
from ._table import op as _op


def _activation(name, inplace_name=None):
    """name(input, inplace=False)."""
    def function(input, inplace=False):
        return _op(inplace_name or name + "_")(input) if inplace else _op(name)(input)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"heddle.{name} of the input, which inplace=True overwrites."
    return function


relu, selu, hardsigmoid, silu, mish, hardswish = map(
    _activation, ("relu", "selu", "hardsigmoid", "silu", "mish", "hardswish"))


def relu6(input, inplace=False):
    """The input between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def _with(name, input, inplace, *arguments):
    return _op(name + "_")(input, *arguments) if inplace else _op(name)(input, *arguments)


def threshold(input, threshold, value, inplace=False):
    """The input where it is above the threshold, else the value."""
    return _with("threshold", input, inplace, threshold, value)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """The input between two bounds."""
    return _with("hardtanh", input, inplace, min_val, max_val)


def elu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha * (exp(x) - 1)."""
    return _with("elu", input, inplace, alpha)


def celu(input, alpha=1.0, inplace=False):
    """x where positive, else alpha * (exp(x / alpha) - 1)."""
    return _with("celu", input, inplace, alpha)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """x where positive, else negative_slope * x."""
    return _with("leaky_relu", input, inplace, negative_slope)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """leaky_relu with a slope of chance between two bounds, or their mean when not training."""
    return _with("rrelu", input, inplace, lower, upper, training)


def glu(input, dim=-1):
    """The first half along dim times the sigmoid of the second."""
    return _op("glu")(input, dim)


def tanh(input):
    """heddle.tanh."""
    return input.tanh()


def sigmoid(input):
    """heddle.sigmoid."""
    return input.sigmoid()


def tanhshrink(input):
    """x - tanh(x)."""
    return input - input.tanh()


def softsign(input):
    """x / (1 + |x|)."""
    return input / (input.abs() + 1)


def softplus(input, beta=1, threshold=20):
    """log(1 + exp(beta * x)) / beta."""
    return _op("softplus")(input, beta, threshold)


def _dim_of(input, dim):
    return (0 if input.ndim in (0, 1, 3) else 1) if dim is None else dim


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(x) over its sum along dim."""
    return _op("softmax")(input, _dim_of(input, dim), dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """softmax(-x)."""
    return softmax(-input, dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """log(softmax(x))."""
    return _op("log_softmax")(input, _dim_of(input, dim), dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Samples of the Gumbel-softmax distribution; with hard, as one-hot vectors."""
    noise = -_op("empty_like")(logits).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    return _op("zeros_like")(logits).scatter_(dim, index, 1.0) - soft + soft


# Dropout does nothing unless training says so.

def _dropout(name, description):
    def function(input, p=0.5, training=True, inplace=False):
        if p < 0.0 or p > 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        return _with(name, input, inplace, p, training)
    function.__doc__ = description
    return function


dropout = _dropout("dropout", "Zeroes elements with probability p and scales the others, when training.")
dropout2d = _dropout("feature_dropout", "Zeroes whole channels with probability p, when training.")
dropout3d = _dropout("feature_dropout", "Zeroes whole channels with probability p, when training.")
dropout1d = _dropout("feature_dropout", "Zeroes whole channels with probability p, when training.")
_alpha_dropout = _dropout("alpha_dropout", "")
_feature_alpha_dropout = _dropout("feature_alpha_dropout", "")


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean and variance, when training."""
    return _alpha_dropout(input, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """alpha_dropout of whole channels, when training."""
    return _feature_alpha_dropout(input, p, training, inplace)


# Normalisation

def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Each channel less its mean, over its deviation; the running ones unless training."""
    if training and input.ndim > 1 and input.numel() == input.shape[1]:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")
    return _op("batch_norm")(input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1,
                  eps=1e-5):
    """Each channel of each sample less its mean, over its deviation."""
    return _op("instance_norm")(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """The last dimensions less their mean, over their deviation."""
    return _op("layer_norm")(input, list(normalized_shape), weight, bias, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Each group of channels less its mean, over its deviation."""
    return _op("group_norm")(input, num_groups, weight, bias, eps)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """The input over a power of the mean square of neighbouring channels."""
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)")
    if input.numel() == 0:
        return input
    square = (input * input).unsqueeze(1)
    if input.ndim == 3:
        square = avg_pool2d(pad(square, [0, 0, size // 2, (size - 1) // 2]), (size, 1), stride=1).squeeze(1)
    else:
        shape = input.shape
        square = square.view(shape[0], 1, shape[1], shape[2], -1)
        square = pad(square, [0, 0, 0, 0, size // 2, (size - 1) // 2])
        square = avg_pool3d(square, (size, 1, 1), stride=1).squeeze(1).view(shape)
    return input / (square * alpha + k).pow(beta)


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """The input over its p-norm along dim."""
    denominator = input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
    return input / denominator if out is None else _op("div")(input, denominator, out=out)


# Embeddings

def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Rows of weight."""
    if padding_idx is not None:
        if not -weight.shape[0] <= padding_idx < weight.shape[0]:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= weight.shape[0]
    if max_norm is not None:
        _op("embedding_renorm_")(weight, input.contiguous(), max_norm, norm_type)
    return _op("embedding")(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq, sparse)


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean",
                  sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None):
    """Sums, means or maxima of bags of rows of weight."""
    if weight.dtype is int64 and input.is_floating_point():
        input, weight = weight, input  # the order of PyTorch 0.4
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed "
                             "length sequences.")
        offsets = _op("arange")(0, input.numel(), input.shape[1], dtype=input.dtype)
        input = input.reshape(-1)
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
    elif input.ndim == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    modes = {"sum": 0, "mean": 1, "max": 2}
    if mode not in modes:
        raise ValueError("mode has to be one of sum, mean or max")
    if max_norm is not None:
        _op("embedding_renorm_")(weight, input.contiguous(), max_norm, norm_type)
    return _op("embedding_bag")(weight, input, offsets, scale_grad_by_freq, modes[mode], sparse, per_sample_weights,
                                include_last_offset, padding_idx)[0]


def one_hot(tensor, num_classes=-1):
    """Vectors of zeros with a one at each index."""
    return _op("one_hot")(tensor, num_classes)


# Products

def linear(input, weight, bias=None):
    """input @ weight.T + bias."""
    return _op("linear")(input, weight, bias)


def bilinear(input1, input2, weight, bias=None):
    """input1 @ weight[k] @ input2 for every k, + bias."""
    return _op("bilinear")(input1, input2, weight, bias)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    """softmax(query @ key.T * scale) @ value, with a mask."""
    return _op("scaled_dot_product_attention")(query, key, value, attn_mask, dropout_p, is_causal, scale=scale)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along dim."""
    return _op("cosine_similarity")(x1, x2, dim, eps)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of differences of rows."""
    return _op("pairwise_distance")(x1, x2, p, eps, keepdim)


_NAMES = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "conv_tbc",
          "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "hardshrink", "softshrink", "logsigmoid",
          "gelu", "prelu", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "native_channel_shuffle", "pdist",
          "pad", "relu_", "rrelu_", "selu_", "celu_", "elu_", "hardtanh_", "leaky_relu_", "threshold_")
for _name in _NAMES:
    _function = _op("log_sigmoid" if _name == "logsigmoid" else _name)
    if _function is not None:
        globals()[_name] = _function
