"""Pooling, unfolding and the sizes that go with them."""
from ._table import ntuple, op

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d", "max_pool1d_with_indices", "max_pool2d_with_indices",
           "max_pool3d_with_indices", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
           "adaptive_avg_pool2d", "adaptive_avg_pool3d", "lp_pool1d", "lp_pool2d", "unfold", "fold", "max_unpool1d",
           "max_unpool2d", "max_unpool3d"]


def _max_pool(count):
    def with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=True):
        return op(f"max_pool{count}d_with_indices")(
            input, ntuple(kernel_size, count), [] if stride is None else ntuple(stride, count), ntuple(padding, count),
            ntuple(dilation, count), ceil_mode)

    def pool(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        if return_indices:
            return with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)
        return op(f"max_pool{count}d")(
            input, ntuple(kernel_size, count), [] if stride is None else ntuple(stride, count), ntuple(padding, count),
            ntuple(dilation, count), ceil_mode)

    pool.__name__ = pool.__qualname__ = f"max_pool{count}d"
    pool.__doc__ = "The largest element of each window; with return_indices, its place too."
    with_indices.__doc__ = "The largest element of each window and its place."
    return pool, with_indices


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _sizes(input, output_size, count):
    sizes = ntuple(output_size, count) if output_size is not None else [None] * count
    return [input.shape[at - count] if size is None else size for at, size in enumerate(sizes)]


def _adaptive_max_pool(count):
    def pool(input, output_size, return_indices=False):
        found = op(f"adaptive_max_pool{count}d")(input, _sizes(input, output_size, count))
        return found if return_indices else found[0]
    pool.__doc__ = "The largest elements of windows that give the output size."
    return pool


adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = map(_adaptive_max_pool, (1, 2, 3))


def adaptive_avg_pool2d(input, output_size):
    """Means of windows that give the output size."""
    return op("adaptive_avg_pool2d")(input, _sizes(input, output_size, 2))


def adaptive_avg_pool3d(input, output_size):
    """Means of windows that give the output size."""
    return op("adaptive_avg_pool3d")(input, _sizes(input, output_size, 3))


def _lp_pool(input, norm_type, window, mean):
    area = 1
    for size in window:
        area *= size
    return (mean.sign() * mean.abs().relu() * area).pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The norm of each window."""
    window = ntuple(kernel_size, 1)
    mean = op("avg_pool1d")(input.pow(norm_type), window, [] if stride is None else ntuple(stride, 1), [0], ceil_mode)
    return _lp_pool(input, norm_type, window, mean)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The norm of each window."""
    window = ntuple(kernel_size, 2)
    mean = op("avg_pool2d")(input.pow(norm_type), window, [] if stride is None else ntuple(stride, 2), [0, 0], ceil_mode)
    return _lp_pool(input, norm_type, window, mean)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of a picture as columns."""
    return op("im2col")(input, ntuple(kernel_size, 2), ntuple(dilation, 2), ntuple(padding, 2), ntuple(stride, 2))


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns as the windows of a picture, added where they overlap."""
    return op("col2im")(input, ntuple(output_size, 2), ntuple(kernel_size, 2), ntuple(dilation, 2), ntuple(padding, 2),
                        ntuple(stride, 2))


def _unpooled(input, kernel, stride, padding, output_size):
    count = len(kernel)
    if output_size is None:
        return [(input.shape[at - count] - 1) * stride[at] + kernel[at] - 2 * padding[at] for at in range(count)]
    return list(output_size)[-count:]


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The elements back at the places max_pool1d took them from; zeros elsewhere."""
    kernel, padding = ntuple(kernel_size, 1), ntuple(padding, 1)
    stride = kernel if stride is None else ntuple(stride, 1)
    size = _unpooled(input, kernel, stride, padding, output_size)
    return op("max_unpool2d")(input.unsqueeze(-1), indices.unsqueeze(-1), size + [1]).squeeze(-1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The elements back at the places max_pool2d took them from; zeros elsewhere."""
    kernel, padding = ntuple(kernel_size, 2), ntuple(padding, 2)
    stride = kernel if stride is None else ntuple(stride, 2)
    return op("max_unpool2d")(input, indices, _unpooled(input, kernel, stride, padding, output_size))


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The elements back at the places max_pool3d took them from; zeros elsewhere."""
    kernel, padding = ntuple(kernel_size, 3), ntuple(padding, 3)
    stride = kernel if stride is None else ntuple(stride, 3)
    return op("max_unpool3d")(input, indices, _unpooled(input, kernel, stride, padding, output_size), stride, padding)
