"""Functions that take other forms in Python than in the operator table."""
from . import _C
from ._tensor import Tensor, _function

__all__ = ["tensor", "as_tensor", "asarray", "from_numpy", "is_tensor", "numel", "einsum", "norm", "split", "meshgrid",
           "tensordot", "broadcast_tensors", "broadcast_shapes", "unique", "unique_consecutive", "stft", "cartesian_prod",
           "block_diag", "atleast_1d", "atleast_2d", "atleast_3d", "chain_matmul", "result_type", "promote_types",
           "can_cast", "get_default_dtype", "set_default_dtype", "is_floating_point", "is_complex", "is_storage",
           "frombuffer", "typename", "use_deterministic_algorithms", "are_deterministic_algorithms_enabled",
           "set_printoptions", "finfo", "iinfo", "FloatTensor", "DoubleTensor", "HalfTensor", "BFloat16Tensor",
           "ByteTensor", "CharTensor", "ShortTensor", "IntTensor", "LongTensor", "BoolTensor", "where", "unravel_index",
           "compile", "to_dlpack", "randint", "cdist", "nonzero",
           "set_float32_matmul_precision", "get_float32_matmul_precision", "set_flush_denormal", "init_num_threads"]


def _check_device(device):
    if device is not None and _C.device(device).type != "cpu":
        raise RuntimeError(f"Heddle computes on the CPU alone; there is no device '{device}'")


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new tensor of numbers, nested sequences of them, or an array. Floats become float32, unless dtype says else."""
    _check_device(device)
    made = _C.tensor(data, dtype)
    made.requires_grad = requires_grad
    return made


def as_tensor(data, dtype=None, device=None):
    """The data as a tensor: itself if it is one, over the same memory where it is a NumPy array, else a copy."""
    _check_device(device)
    if not isinstance(data, Tensor):
        if not (hasattr(data, "__array_interface__") and getattr(data, "ndim", 0)):
            return _C.tensor(data, dtype)
        data = _C.from_numpy(data)
    return data if dtype is None else data.to(dtype)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """The object as a tensor, over the same memory where that can be and copy is not True."""
    if not isinstance(obj, Tensor) and hasattr(obj, "__dlpack__") and not hasattr(obj, "__array_interface__"):
        obj = _C.from_dlpack(obj)
    made = as_tensor(obj, dtype, device)
    if copy and made is obj or copy and hasattr(obj, "__array_interface__"):
        made = made.clone()
    made.requires_grad = requires_grad
    return made


def from_numpy(ndarray):
    """A tensor over the memory of a NumPy array: each sees what the other writes."""
    made = _C.from_numpy(ndarray)
    if not ndarray.flags.writeable:
        import warnings
        warnings.warn("The given NumPy array is not writable; writing into the tensor would be undefined. Copy the "
                      "array where you mean to write.", UserWarning, stacklevel=2)
    return made


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A tensor of one dimension over the memory of an object with Python's buffer protocol."""
    import numpy
    bytes_ = numpy.frombuffer(buffer, dtype=numpy.uint8, offset=offset)
    width = dtype.itemsize
    if count < 0:
        if bytes_.size % width:
            raise ValueError(f"buffer length ({bytes_.size} bytes) after offset ({offset} bytes) must be a multiple of "
                             f"element size ({width})")
        count = bytes_.size // width
    if count == 0 or count * width > bytes_.size:
        raise ValueError(f"requested buffer length ({count} * {width} bytes) must not be greater than actual buffer "
                         f"length ({bytes_.size} bytes)")
    made = _C.from_numpy(bytes_[:count * width]).view(dtype)
    made.requires_grad = requires_grad
    return made


def to_dlpack(tensor):
    """A DLPack capsule over the tensor's memory, to be consumed once."""
    return _C.to_dlpack(tensor)


def is_tensor(obj):
    """Whether the object is a heddle.Tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj):
    """False: storages are not shown here."""
    return False


def numel(input):
    """The number of elements."""
    return input.numel()


def is_floating_point(input):
    """Whether the dtype is one of the floating-point ones."""
    return input.dtype.is_floating_point


def is_complex(input):
    """Whether the dtype is complex."""
    return input.dtype.is_complex


def typename(obj):
    """The name of an object's type; of a tensor, 'torch.FloatTensor'."""
    return obj.type() if isinstance(obj, Tensor) else f"{type(obj).__module__}.{type(obj).__qualname__}"


def _operands(tensors):
    return list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)


_einsum = _function("einsum")


def einsum(equation, *operands):
    """Sums of products by Einstein's notation: einsum('ij,jk->ik', a, b), or einsum(a, [0, 1], b, [1, 2], [0, 2])."""
    if isinstance(equation, str):
        return _einsum(equation, _operands(operands))
    letters = lambda places: "".join(
        "..." if place is Ellipsis else chr(place + (ord("A") if place < 26 else ord("a") - 26)) for place in places)
    parts = (equation,) + operands
    count = len(parts) // 2 * 2
    tensors = [part for part in parts[:count:2]]
    text = ",".join(letters(places) for places in parts[1:count:2])
    if len(parts) > count:
        text += "->" + letters(parts[-1])
    return _einsum(text, tensors)


_norm, _linalg_norm, _frobenius, _nuclear = map(_function, ("norm", "linalg_norm", "frobenius_norm", "nuclear_norm"))


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The norm of all elements or along dimensions. p: a number, 'fro' or 'nuc'."""
    dims = [dim] if isinstance(dim, int) else None if dim is None else list(dim)
    if p == "nuc":
        return _nuclear(input, keepdim, out=out) if dims is None else _nuclear(input, dims, keepdim, out=out)
    if p == "fro" or p is None:
        p = 2
    elif isinstance(p, str):
        raise RuntimeError(f"only valid string values are 'fro' and 'nuc', found {p}")
    dims = list(range(input.ndim)) if dims is None else dims
    extra = {} if dtype is None else {"dtype": dtype}
    return _norm(input, p, dims, keepdim, out=out, **extra)


def split(tensor, split_size_or_sections, dim=0):
    """Pieces of a size along a dimension, or of the sizes in a list."""
    return tensor.split(split_size_or_sections, dim)


_meshgrid = _function("meshgrid")


def meshgrid(*tensors, indexing=None):
    """Coordinates of a grid of the tensors' elements; indexing: 'ij' (the default) or 'xy'."""
    return _meshgrid(_operands(tensors), indexing=indexing or "ij")


_tensordot = _function("tensordot")


def tensordot(a, b, dims=2, out=None):
    """Products of a and b summed over `dims` dimensions, or over those in two lists."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        of_a, of_b = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        of_a, of_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    return _tensordot(a, b, of_a, of_b, out=out)


_broadcast_tensors = _function("broadcast_tensors")


def broadcast_tensors(*tensors):
    """Views of the tensors in the shape they broadcast to."""
    return _broadcast_tensors(_operands(tensors))


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to."""
    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    zero = _C.tensor(0, None)
    return broadcast_tensors(*[zero.expand(shape) for shape in shapes])[0].shape if shapes else zero.shape


_unique2, _unique_dim, _unique_consecutive = map(_function, ("_unique2", "unique_dim", "unique_consecutive"))


def _unique_results(results, return_inverse, return_counts):
    chosen = [results[0]] + [results[1]] * return_inverse + [results[2]] * return_counts
    return chosen[0] if len(chosen) == 1 else tuple(chosen)


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements, or slices along dim; with the places and counts that are asked for."""
    if dim is None:
        found = _unique2(input, sorted, return_inverse, return_counts)
    else:
        found = _unique_dim(input, dim, sorted, return_inverse, return_counts)
    return _unique_results(found, return_inverse, return_counts)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The first of each run of equal elements; with the places and counts that are asked for."""
    return _unique_results(_unique_consecutive(input, return_inverse, return_counts, dim), return_inverse, return_counts)


_stft = _function("stft")
_pad = _function("pad")


def stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
         onesided=None, return_complex=None):
    """Short-time Fourier transform, as torch.stft: the signal is padded by n_fft // 2 on both sides when center."""
    if center:
        rank = input.ndim
        extended = [1] * (3 - rank) + list(input.shape)
        input = _pad(input.view(extended), [n_fft // 2, n_fft // 2], pad_mode)
        input = input.view(input.shape[-rank:])
    return _stft(input, n_fft, hop_length, win_length, window, normalized, onesided, return_complex)


_cartesian, _block_diag, _chain = map(_function, ("cartesian_prod", "block_diag", "chain_matmul"))


def cartesian_prod(*tensors):
    """All combinations of the elements of tensors of one dimension."""
    return _cartesian(_operands(tensors))


def block_diag(*tensors):
    """A matrix with the matrices along its diagonal."""
    return _block_diag(_operands(tensors))


def chain_matmul(*matrices, out=None):
    """The product of matrices in the order that costs least."""
    return _chain(_operands(matrices), out=out)


def _atleast(name):
    function = _function(name)

    def wrapped(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return function(tensors[0])
        return function(_operands(tensors))
    wrapped.__name__ = wrapped.__qualname__ = name
    wrapped.__doc__ = f"The tensor, or each of several, with at least {name[8]} dimensions."
    return wrapped


atleast_1d, atleast_2d, atleast_3d = map(_atleast, ("atleast_1d", "atleast_2d", "atleast_3d"))

_nonzero = _function("nonzero")


def nonzero(input, *, out=None, as_tuple=False):
    """The places of elements that are not zero: rows of indices, or with as_tuple a tensor a dimension."""
    return input.nonzero(as_tuple=True) if as_tuple else _nonzero(input, out=out)


_cdist = _function("cdist")


def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Distances of all pairs of rows by the p-norm."""
    modes = {"use_mm_for_euclid_dist_if_necessary": None, "use_mm_for_euclid_dist": 1,
             "donot_use_mm_for_euclid_dist": 2}
    if compute_mode not in modes:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return _cdist(x1, x2, p, modes[compute_mode])


_where = _function("where")


def where(condition, input=None, other=None, *, out=None):
    """Elements of input where the condition holds, of other elsewhere; with a condition alone, its non-zero places."""
    if input is None and other is None:
        return _where(condition)
    return _where(condition, input, other, out=out)


_randint = _function("randint")


def randint(low, high=None, size=None, **options):
    """Integers from low (0) below high, uniformly: randint(10, (2, 3)), randint(5, 10, (2, 3))."""
    if size is None and high is not None:
        return _randint(low, high, **options)
    if high is None:
        return _randint(low, size, **options)
    return _randint(low, high, size, **options)


def unravel_index(indices, shape):
    """The coordinates of flat indices in a shape."""
    found = []
    for size in reversed(tuple(shape)):
        found.append(indices % size)
        indices = indices // size
    return tuple(reversed(found))


# dtypes

_DTYPES = (_C.uint8, _C.int8, _C.int16, _C.int32, _C.int64, _C.float16, _C.float32, _C.float64, None, _C.complex64,
           _C.complex128, _C.bool, _C.qint8, _C.quint8, _C.qint32, _C.bfloat16)
_result_type = _function("result_type")


def result_type(tensor1, tensor2):
    """The dtype of an arithmetic operation on the two, each a tensor or a number."""
    if not isinstance(tensor1, Tensor) and not isinstance(tensor2, Tensor):
        tensor1 = _C.tensor(tensor1, None)
    return _DTYPES[_result_type(tensor1, tensor2)]


def promote_types(type1, type2):
    """The smallest dtype that holds both."""
    return _DTYPES[_result_type(_empty([1], dtype=type1), _empty([1], dtype=type2))]


_empty = _function("empty")


def can_cast(from_, to):
    """Whether a result of the first dtype may be stored in a tensor of the second."""
    if from_.is_complex:
        return to.is_complex
    if from_.is_floating_point:
        return to.is_floating_point or to.is_complex
    return from_ is _C.bool or to is not _C.bool


def get_default_dtype():
    """heddle.float32, the dtype of floats that say no other."""
    return _C.float32


def set_default_dtype(d):
    """Accepts heddle.float32 alone: there is no other default here."""
    if d is not _C.float32:
        raise RuntimeError(f"Heddle's default dtype is float32 and cannot be set to {d}")


class finfo:
    """The numbers a floating-point dtype holds: bits, eps, max, min, tiny, resolution."""

    def __init__(self, type=None):
        type = type or _C.float32
        if not (type.is_floating_point or type.is_complex):
            raise TypeError(f"heddle.finfo() requires a floating point input type. Use heddle.iinfo to handle '{type}'")
        mantissa, exponent, digits = {"float16": (10, 4, 3), "bfloat16": (7, 7, 2), "float32": (23, 7, 6),
                                      "float64": (52, 10, 15), "complex64": (23, 7, 6),
                                      "complex128": (52, 10, 15)}[repr(type).rsplit(".", 1)[-1]]
        self.dtype = repr(type).rsplit(".", 1)[-1]
        self.bits = 8 * type.itemsize // (2 if type.is_complex else 1)
        self.eps = 2.0 ** -mantissa
        self.max = (2 - self.eps) * 2.0 ** (2 ** exponent - 1)
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (2 - 2 ** exponent)
        self.resolution = 10.0 ** -digits

    def __repr__(self):
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
                f"smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})")


class iinfo:
    """The numbers an integer dtype holds: bits, max, min."""

    def __init__(self, type):
        if type.is_floating_point or type.is_complex or type is _C.bool:
            raise TypeError(f"heddle.iinfo() requires an integer input type. Use heddle.finfo to handle '{type}'")
        self.dtype = repr(type).rsplit(".", 1)[-1]
        self.bits = 8 * type.itemsize
        self.max = 2 ** (self.bits - type.is_signed) - 1
        self.min = -self.max - 1 if type.is_signed else 0

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def _typed(name, dtype):
    def make(*args):
        if len(args) == 1 and not isinstance(args[0], int):
            return _C.tensor(args[0], dtype)
        return _empty(list(args) or [0], dtype=dtype)
    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"An uninitialised tensor of these sizes, or one of the numbers in a list, of {dtype}."
    return make


FloatTensor, DoubleTensor = _typed("FloatTensor", _C.float32), _typed("DoubleTensor", _C.float64)
HalfTensor, BFloat16Tensor = _typed("HalfTensor", _C.float16), _typed("BFloat16Tensor", _C.bfloat16)
ByteTensor, CharTensor = _typed("ByteTensor", _C.uint8), _typed("CharTensor", _C.int8)
ShortTensor, IntTensor = _typed("ShortTensor", _C.int16), _typed("IntTensor", _C.int32)
LongTensor, BoolTensor = _typed("LongTensor", _C.int64), _typed("BoolTensor", _C.bool)


# Settings that say nothing here.

def use_deterministic_algorithms(mode, *, warn_only=False):
    """Accepted: results here depend neither on threads nor on chance."""


def are_deterministic_algorithms_enabled():
    """True: results here depend neither on threads nor on chance."""
    return True


def set_printoptions(**options):
    """RuntimeError: tensors are printed as PyTorch prints them by default."""
    raise RuntimeError("Heddle prints tensors with PyTorch's default options alone")


def set_float32_matmul_precision(precision):
    """Accepts 'highest', 'high' and 'medium': products of float32 are always exact ones here."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"expected 'highest', 'high' or 'medium', but got {precision!r}")


def get_float32_matmul_precision():
    """'highest'."""
    return "highest"


def set_flush_denormal(mode):
    """False: small numbers are computed as they are."""
    return False


def init_num_threads():
    """Does nothing: the number of threads is the process's, not a thread's."""


def compile(model=None, **options):
    """The model itself: it is compiled when it is loaded."""
    return model if model is not None else lambda function: function
