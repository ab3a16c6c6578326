"""Losses, which models compute to tell how sure they are."""
import math

from ._table import op, reduction as _number

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "cross_entropy",
           "ctc_loss", "gaussian_nll_loss", "hinge_embedding_loss", "huber_loss", "kl_div", "l1_loss",
           "margin_ranking_loss", "mse_loss", "multi_margin_loss", "multilabel_margin_loss",
           "multilabel_soft_margin_loss", "nll_loss", "poisson_nll_loss", "smooth_l1_loss", "soft_margin_loss",
           "triplet_margin_loss", "triplet_margin_with_distance_loss"]


def _broadcast(input, target):
    return op("broadcast_tensors")([input, target])


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Squares of differences."""
    return op("mse_loss")(*_broadcast(input, target), _number(reduction, size_average, reduce))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Absolute differences."""
    return op("l1_loss")(*_broadcast(input, target), _number(reduction, size_average, reduce))


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Squares of small differences, absolute values of large ones."""
    return op("smooth_l1_loss")(*_broadcast(input, target), _number(reduction, size_average, reduce), beta)


def huber_loss(input, target, reduction="mean", delta=1.0):
    """Half squares up to delta, lines beyond."""
    return op("huber_loss")(*_broadcast(input, target), _number(reduction), delta)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    """Cross entropy of scores and classes, or probabilities of classes."""
    return op("cross_entropy_loss")(input, target, weight, _number(reduction, size_average, reduce), ignore_index,
                                    label_smoothing)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Less the log probability of the class."""
    return op("nll_loss_nd")(input, target, weight, _number(reduction, size_average, reduce), ignore_index)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
                     reduction="mean"):
    """Less the log likelihood of counts."""
    return op("poisson_nll_loss")(input, target, log_input, full, eps, _number(reduction, size_average, reduce))


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Less the log likelihood of numbers with a variance."""
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif not (input.shape[:-1] == var.shape[:-1] and var.shape[-1] == 1):
            raise ValueError("var is of incorrect size")
    if bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    var = var.clone().clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Divergence of distributions; 'batchmean' divides by the batch."""
    if reduction == "batchmean":
        total = op("kl_div")(input, target, 2, log_target=log_target)
        return total / input.shape[0] if input.ndim else total
    return op("kl_div")(input, target, _number(reduction, size_average, reduce), log_target=log_target)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Cross entropy of probabilities."""
    if target.shape != input.shape:
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is "
                         "deprecated. Please ensure they have the same size.")
    if weight is not None:
        weight = weight.expand_as(target)
    return op("binary_cross_entropy")(input, target, weight, _number(reduction, size_average, reduce))


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    """Cross entropy of scores."""
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    return op("binary_cross_entropy_with_logits")(input, target, weight, pos_weight,
                                                  _number(reduction, size_average, reduce))


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """How far the ranking of two is from the margin."""
    return op("margin_ranking_loss")(input1, input2, target, margin, _number(reduction, size_average, reduce))


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """The distance of what belongs together, the lack of it of what does not."""
    return op("hinge_embedding_loss")(input, target, margin, _number(reduction, size_average, reduce))


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Margins between classes that apply and those that do not."""
    return op("multilabel_margin_loss")(input, target, _number(reduction, size_average, reduce))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input))."""
    return op("soft_margin_loss")(input, target, _number(reduction, size_average, reduce))


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Cross entropy of each class, averaged over classes."""
    loss = -(target * op("log_sigmoid")(input) + (1 - target) * op("log_sigmoid")(-input))
    if weight is not None:
        loss = loss * weight
    loss = loss.sum(-1) / input.shape[-1]
    chosen = _number(reduction, size_average, reduce)
    return loss if chosen == 0 else loss.mean() if chosen == 1 else loss.sum()


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """1 - cosine of what belongs together, the cosine above the margin of what does not."""
    return op("cosine_embedding_loss")(input1, input2, target, margin, _number(reduction, size_average, reduce))


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Margins between the class and the others."""
    return op("multi_margin_loss")(input, target, p, margin, weight, _number(reduction, size_average, reduce))


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
                        reduce=None, reduction="mean"):
    """How much nearer the positive is than the negative."""
    return op("triplet_margin_loss")(anchor, positive, negative, margin, p, eps, swap,
                                     _number(reduction, size_average, reduce))


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):
    """triplet_margin_loss with a distance of one's own."""
    distance = distance_function or op("pairwise_distance")
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = op("minimum")(far, distance(positive, negative))
    loss = (near - far + margin).clamp_min(0)
    chosen = _number(reduction)
    return loss if chosen == 0 else loss.mean() if chosen == 1 else loss.sum()


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """Connectionist temporal classification: lengths are tensors or lists."""
    return op("ctc_loss")(log_probs, targets, input_lengths, target_lengths, blank, _number(reduction), zero_infinity)
