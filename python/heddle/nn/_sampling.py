"""Resizing and sampling of pictures."""
import math

from ._table import op

__all__ = ["interpolate", "upsample", "upsample_nearest", "upsample_bilinear", "grid_sample", "affine_grid"]

_NEAREST = ("nearest", "nearest-exact", "area")


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
                antialias=False):
    """The input at another size, or scaled: modes nearest, nearest-exact, area, linear, bilinear, bicubic, trilinear."""
    count = input.ndim - 2
    if mode in _NEAREST:
        if align_corners is not None:
            raise ValueError("align_corners option can only be set with the interpolating modes: linear | bilinear | "
                             "bicubic | trilinear")
    elif align_corners is None:
        align_corners = False
    if (size is None) == (scale_factor is None):
        raise ValueError("only one of size or scale_factor should be defined" if size is not None else
                         "either size or scale_factor should be defined")
    sizes = None if size is None else [size] * count if isinstance(size, int) else list(size)
    scales = (None if scale_factor is None else [float(scale_factor)] * count
              if isinstance(scale_factor, (int, float)) else [float(scale) for scale in scale_factor])
    for given in (sizes, scales):
        if given is not None and len(given) != count:
            raise ValueError(f"Input and output must have the same number of spatial dimensions, but got input with "
                             f"spatial dimensions of {list(input.shape[2:])} and output of {given}")
    if recompute_scale_factor:
        if sizes is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        sizes = [math.floor(input.shape[at + 2] * scale) for at, scale in enumerate(scales)]
        scales = None
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError("Anti-alias option is only supported for bilinear and bicubic modes")
    if mode == "area":
        if sizes is None:
            sizes = [math.floor(input.shape[at + 2] * scale) for at, scale in enumerate(scales)]
        return op(f"adaptive_avg_pool{count}d")(input, sizes)
    names = {("nearest", count): f"upsample_nearest{count}d", ("nearest-exact", count): f"_upsample_nearest_exact{count}d",
             ("linear", 1): "upsample_linear1d", ("bilinear", 2): "upsample_bilinear2d",
             ("bicubic", 2): "upsample_bicubic2d", ("trilinear", 3): "upsample_trilinear3d"}
    name = names.get((mode, count)) if 1 <= count <= 3 else None
    if name is None:
        raise NotImplementedError(f"Got {input.ndim}D input, but mode '{mode}' needs input of another rank: 3D for "
                                  "linear, 4D for bilinear and bicubic, 5D for trilinear")
    if antialias:
        name = f"_{name}_aa"
    if mode in _NEAREST:
        return op(name)(input, sizes, scales)
    return op(name)(input, sizes, align_corners, scales)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """interpolate under its older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """interpolate with mode 'nearest'."""
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """interpolate with mode 'bilinear' and aligned corners."""
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """The input at the places of a grid."""
    modes = {"bilinear": 0, "nearest": 1, "bicubic": 2}
    paddings = {"zeros": 0, "border": 1, "reflection": 2}
    if mode not in modes or padding_mode not in paddings:
        raise ValueError(f"grid_sample(): expected a mode of {list(modes)} and a padding mode of {list(paddings)}, but "
                         f"got '{mode}' and '{padding_mode}'")
    return op("grid_sampler")(input, grid, modes[mode], paddings[padding_mode], bool(align_corners))


def affine_grid(theta, size, align_corners=None):
    """The grid of an affine map, for grid_sample."""
    return op("affine_grid_generator")(theta, list(size), bool(align_corners))
