"""heddle.Tensor: the extension's tensor with Python's operators and what Python alone needs."""
from . import _C, _operators
from ._size import Size


def _operator(name):
    return _C.make_method("aten::" + name, is_operator=True)


def _reflected(function):
    """other OP self, where the table has only self OP other."""
    def method(self, other):
        try:
            return function(self, other)
        except TypeError:
            return NotImplemented
    return method


def _function(name):
    return _C.make_function("aten::" + name, "heddle")


class Tensor(_C.TensorBase):
    """A tensor as PyTorch has it: sizes and strides over memory that views share.

    Made by heddle.tensor, heddle.zeros, heddle.from_numpy, ... Tensor(2, 3) is an uninitialised float32 tensor of
    these sizes, Tensor([1, 2]) one of these numbers.
    """

    __array_priority__ = 1000

    def __new__(cls, *args, **kwargs):
        if len(args) == 1 and isinstance(args[0], _C.TensorBase):
            return super().__new__(cls, args[0])
        if len(args) == 1 and not isinstance(args[0], (int, Size)):
            made = _C.tensor(args[0], _C.float32)
        else:
            sizes = args[0] if args and isinstance(args[0], Size) else args
            made = _empty(sizes or (0,), dtype=_C.float32)
        return made if cls is Tensor else super().__new__(cls, made)

    # Arithmetic. TypeError of an operator becomes NotImplemented, so that the other operand has its turn.
    __add__ = __radd__ = _operator("add")
    __sub__ = _operator("sub")
    __rsub__ = _operator("rsub")
    __mul__ = __rmul__ = _operator("mul")
    __truediv__ = _operator("div")
    __matmul__ = _operator("matmul")
    __mod__ = _operator("remainder")
    __pow__ = _operator("pow")
    __floordiv__ = _operator("floor_divide")
    __and__ = __rand__ = _operator("__and__")
    __or__ = __ror__ = _operator("__or__")
    __xor__ = __rxor__ = _operator("__xor__")
    __lshift__ = _operator("__lshift__")
    __rshift__ = _operator("__rshift__")
    __eq__ = _operator("eq")
    __ne__ = _operator("ne")
    __lt__ = _operator("lt")
    __le__ = _operator("le")
    __gt__ = _operator("gt")
    __ge__ = _operator("ge")
    __iadd__ = _operator("add_")
    __isub__ = _operator("sub_")
    __imul__ = _operator("mul_")
    __itruediv__ = _operator("div_")
    __ifloordiv__ = _operator("floor_divide_")
    __imod__ = _operator("remainder_")
    __ipow__ = _operator("pow_")
    __iand__ = _operator("__iand__")
    __ior__ = _operator("__ior__")
    __ixor__ = _operator("__ixor__")
    __ilshift__ = _operator("__ilshift__")
    __irshift__ = _operator("__irshift__")
    __neg__ = _operator("neg")
    __abs__ = _operator("abs")
    __invert__ = _operator("bitwise_not")

    def __pos__(self):
        return _C.make_tensor_view(self)

    __rtruediv__ = _reflected(lambda self, other: self.reciprocal() * other)
    __rdiv__ = __rtruediv__
    __rfloordiv__ = _reflected(lambda self, other: _function("floor_divide")(other, self))
    __rmod__ = _reflected(lambda self, other: _function("remainder")(other, self))
    __rpow__ = _reflected(lambda self, other: _function("pow")(other, self))
    __rmatmul__ = _reflected(lambda self, other: _function("matmul")(other, self))
    __rlshift__ = _reflected(lambda self, other: _function("bitwise_left_shift")(other, self))
    __rrshift__ = _reflected(lambda self, other: _function("bitwise_right_shift")(other, self))

    def __hash__(self):
        return id(self)

    def __bool__(self):
        return bool(self._single("Boolean value of Tensor with {} is ambiguous"))

    def __int__(self):
        return int(self._single())

    def __float__(self):
        return float(self._single())

    def __complex__(self):
        return complex(self._single())

    def __index__(self):
        if self.numel() != 1 or self.dtype.is_floating_point or self.dtype.is_complex:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def _single(self, message="only one element tensors can be converted to Python scalars"):
        if self.numel() != 1:
            many = "no values" if self.numel() == 0 else "more than one value"
            kind = RuntimeError if "{}" in message else ValueError
            raise kind(message.format(many))
        return self.item()

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self):
        return self if self.ndim == 0 else self.flip(0)

    def __contains__(self, element):
        if isinstance(element, (_C.TensorBase, int, float, complex, bool)):
            return bool((element == self).any().item())
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")

    def __format__(self, specification):
        return self.item().__format__(specification) if self.ndim == 0 else object.__format__(self, specification)

    def __str__(self):
        return repr(self)

    # Copies and pickles.
    def __copy__(self):
        return _C.make_tensor_view(self)

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = self.clone()
        return memo[id(self)]

    def __reduce_ex__(self, protocol):
        if self.is_quantized:
            raise TypeError("tensors of quantised dtypes cannot be pickled; use heddle.save or dequantize()")
        plain = self.resolve_conj().resolve_neg()
        return _rebuild, (_C.element_bytes(plain), self.dtype, tuple(self.shape), self.requires_grad)

    # NumPy and DLPack: the same memory.
    def numpy(self, *, force=False):
        """The tensor as a NumPy array over the same memory.

        With force, what NumPy cannot hold as it is (conjugated, negated, requiring a gradient) is copied first.
        """
        if force:
            self = self.detach().resolve_conj().resolve_neg()
        return _C.to_numpy(self)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        return _C.from_numpy(array) if getattr(array, "ndim", 0) else _C.tensor(array)

    def __dlpack__(self, stream=None):
        return _C.to_dlpack(self)

    def __dlpack_device__(self):
        return (1, 0)

    def item(self):
        """The only element, as a number of Python."""
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return _item(self)

    def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
        """heddle.tensor of the data, in this tensor's dtype unless another is given."""
        made = _C.tensor(data, dtype or self.dtype)
        made.requires_grad = requires_grad
        return made

    def tolist(self):
        """The elements as nested lists of numbers; a number for a tensor without dimensions."""
        return _C.to_list(self.dequantize() if self.is_quantized else self)

    # Shapes.
    def size(self, dim=None):
        """The sizes of all dimensions, or of one."""
        if dim is None:
            return self.shape
        return _size_of(self, dim)

    def stride(self, dim=None):
        """How many elements apart neighbours are, in all dimensions or in one."""
        return _stride_of(self) if dim is None else _stride_of(self, dim)

    def dim(self):
        """The number of dimensions."""
        return self.ndim

    ndimension = dim

    def numel(self):
        """The number of elements."""
        return self.shape.numel()

    nelement = numel

    def element_size(self):
        """Bytes of an element."""
        return self.itemsize

    def split(self, split_size, dim=0):
        """Pieces of split_size along a dimension, or of the sizes in a list."""
        if isinstance(split_size, int):
            return _split(self, split_size, dim)
        return _split_sizes(self, list(split_size), dim)

    def unflatten(self, dim, sizes):
        """The dimension `dim` as several of these sizes."""
        return _function("unflatten")(self, dim, list(sizes))

    def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
        """heddle.norm of this tensor."""
        from .functional import norm
        return norm(self, p, dim, keepdim, dtype=dtype)

    def unique(self, sorted=True, return_inverse=False, return_counts=False, dim=None):
        """heddle.unique of this tensor."""
        from .functional import unique
        return unique(self, sorted, return_inverse, return_counts, dim)

    def unique_consecutive(self, return_inverse=False, return_counts=False, dim=None):
        """heddle.unique_consecutive of this tensor."""
        from .functional import unique_consecutive
        return unique_consecutive(self, return_inverse, return_counts, dim)

    def stft(self, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect",
             normalized=False, onesided=None, return_complex=None):
        """heddle.stft of this tensor."""
        from .functional import stft
        return stft(self, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided,
                    return_complex)

    def nonzero(self, *, as_tuple=False):
        """The places of elements that are not zero: rows of indices, or with as_tuple a tensor a dimension."""
        if not as_tuple:
            return _nonzero(self)
        places = _nonzero(self.unsqueeze(0) if self.ndim == 0 else self)
        return places.unbind(1)

    def where(self, condition, other):
        """This tensor's elements where the condition holds, the other's elsewhere."""
        return _where(condition, self, other)

    # Conversions: to(dtype), to(device), to(other), and any of them by name.
    def to(self, *args, **kwargs):
        """The tensor in another dtype, on a device, or as another tensor is; itself where nothing changes."""
        return _to(self, *_conversion(args, kwargs))

    def cpu(self, memory_format=_C.preserve_format):
        """The tensor itself: all are on the CPU."""
        return self

    def cuda(self, *args, **kwargs):
        """RuntimeError: there is nothing but the CPU here."""
        return self.to("cuda")

    def type(self, dtype=None, non_blocking=False):
        """The tensor in a dtype; without one, the name of its own: 'torch.FloatTensor'."""
        if dtype is None:
            return "torch." + _type_names[self.dtype]
        if isinstance(dtype, str):
            names = {name: known for known, name in _type_names.items()}
            dtype = names[dtype.rsplit(".", 1)[-1]]
        return self.to(dtype)

    def pin_memory(self, device=None):
        """The tensor itself."""
        return self

    def share_memory_(self):
        """RuntimeError: tensors are not put into memory that processes share."""
        raise RuntimeError("Heddle has no tensors in memory that processes share")

    def detach(self):
        """Another tensor over the same memory that requires no gradient."""
        return _C.make_tensor_view(self)

    def detach_(self):
        """This tensor, requiring no gradient."""
        self.requires_grad = False
        return self

    def requires_grad_(self, requires_grad=True):
        """Sets requires_grad, which says nothing here: nothing is ever differentiated."""
        self.requires_grad = requires_grad
        return self

    def backward(self, *args, **kwargs):
        """RuntimeError: Heddle runs models and does not train them."""
        raise RuntimeError("Heddle runs models and does not differentiate: there is no backward()")

    # Facts that are the same for every tensor here.
    grad = None
    grad_fn = None
    is_cuda = is_sparse = is_mkldnn = is_meta = is_mps = is_xla = is_nested = False
    is_cpu = is_leaf = True
    layout = _C.strided
    names = property(lambda self: (None,) * self.ndim)
    name = None

    T = property(lambda self: _function("numpy_T")(self), doc="The dimensions in reverse order.")
    mT = property(lambda self: self.transpose(-2, -1), doc="The last two dimensions swapped.")
    H = property(lambda self: self._matrix_H(), doc="The matrix transposed and conjugated.")
    mH = property(lambda self: self.transpose(-2, -1).conj(), doc="The matrices transposed and conjugated.")

    def _matrix_H(self):
        if self.ndim not in (0, 2):
            raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor.")
        return self.transpose(-2, -1).conj() if self.ndim else self.conj()

    @property
    def real(self):
        """The real parts, over the same memory."""
        return _function("real")(self)

    @real.setter
    def real(self, value):
        self.real.copy_(_as_tensor(value, self))

    @property
    def imag(self):
        """The imaginary parts, over the same memory."""
        return _function("imag")(self)

    @imag.setter
    def imag(self, value):
        self.imag.copy_(_as_tensor(value, self))

    def is_conj(self):
        """Whether the tensor is a view that stands for conjugates."""
        return self._is_conj

    def is_neg(self):
        """Whether the tensor is a view that stands for negatives."""
        return self._is_neg

    def apply_(self, callable):
        """Each element replaced by callable(element); slow, as in PyTorch."""
        flat = [callable(element) for element in self.reshape(-1).tolist()]
        return self.copy_(_C.tensor(flat, self.dtype).reshape(self.shape))


def _rebuild(data, dtype, shape, requires_grad):
    made = _C.from_element_bytes(data, dtype, list(shape))
    made.requires_grad = requires_grad
    return made


def _as_tensor(value, like):
    return value if isinstance(value, _C.TensorBase) else _C.tensor(value, like.real.dtype)


def _conversion(args, kwargs):
    """(dtype, copy, memory_format) of the arguments of to()."""
    args = list(args)
    dtype = device = None
    if args and isinstance(args[0], _C.TensorBase):
        dtype = args.pop(0).dtype
    elif args and isinstance(args[0], _C.dtype):
        dtype = args.pop(0)
    elif args and isinstance(args[0], (_C.device, str, int)) and not isinstance(args[0], bool):
        device = args.pop(0)
        if args and (args[0] is None or isinstance(args[0], _C.dtype)):
            dtype = args.pop(0)
    elif args and args[0] is None:
        args.pop(0)
        if args and isinstance(args[0], _C.dtype):
            dtype = args.pop(0)
    given = dict(zip(("non_blocking", "copy"), args))
    if len(args) > 2 or not all(isinstance(value, bool) for value in args):
        raise TypeError("to() takes a dtype, a device or a tensor, then non_blocking and copy")
    for name, value in kwargs.items():
        if name in given or name not in ("dtype", "device", "other", "non_blocking", "copy", "memory_format"):
            raise TypeError(f"to() got an unexpected keyword argument '{name}'")
        given[name] = value
    if given.get("other") is not None:
        dtype = given["other"].dtype
    if given.get("dtype") is not None:
        dtype = given["dtype"]
    device = given.get("device", device)
    if device is not None:
        device = device if isinstance(device, _C.device) else _C.device(
            f"cuda:{device}" if isinstance(device, int) else device)
        if device.type != "cpu":
            raise RuntimeError(f"Heddle computes on the CPU alone; there is no device '{device}'")
    return dtype, given.get("copy", False), given.get("memory_format")


def _to(self, dtype, copy, memory_format):
    return _to_dtype(self, self.dtype if dtype is None else dtype, False, copy, memory_format=memory_format)


_to_dtype = _function("to")
_empty = _function("empty")
_where = _function("where")
_nonzero = _function("nonzero")
_item = _function("item")
_split = _function("split")
_split_sizes = _function("split_with_sizes")
_stride_of = _function("stride")
_size_of = _function("size")
_type_names = {
    _C.float32: "FloatTensor", _C.float64: "DoubleTensor", _C.float16: "HalfTensor", _C.bfloat16: "BFloat16Tensor",
    _C.uint8: "ByteTensor", _C.int8: "CharTensor", _C.int16: "ShortTensor", _C.int32: "IntTensor",
    _C.int64: "LongTensor", _C.bool: "BoolTensor", _C.complex64: "ComplexFloatTensor",
    _C.complex128: "ComplexDoubleTensor", _C.qint8: "QInt8Tensor", _C.quint8: "QUInt8Tensor", _C.qint32: "QInt32Tensor"}


def _dtype_method(name, dtype):
    def method(self, memory_format=_C.preserve_format):
        return self.to(dtype, memory_format=memory_format)
    method.__name__, method.__qualname__ = name, "Tensor." + name
    method.__doc__ = f"self.to({dtype})"
    setattr(Tensor, name, method)


for _name, _dtype in (("float", _C.float32), ("double", _C.float64), ("half", _C.float16), ("bfloat16", _C.bfloat16),
                      ("int", _C.int32), ("long", _C.int64), ("short", _C.int16), ("char", _C.int8),
                      ("byte", _C.uint8), ("bool", _C.bool), ("cfloat", _C.complex64), ("cdouble", _C.complex128)):
    _dtype_method(_name, _dtype)

Tensor.__module__ = "heddle"
_operators.fill_methods(Tensor)
_C.set_tensor_type(Tensor)
