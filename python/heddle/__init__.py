"""Heddle: loads TorchScript archives and runs them on CPUs.

    import heddle
    model = heddle.jit.load("model.pt")
    answer = model(heddle.randn(1, 3, 224, 224))

Functions bear PyTorch's names and take its arguments, so that `import heddle as torch` does for inference. Every
operator of the table is a function here (heddle.softmax), and a method of heddle.Tensor where it has a `self`.
"""
import atexit as _atexit

from . import _C
from ._C import (dtype, device, layout, memory_format, Generator,
                 uint8, int8, int16, int32, int64, float16, float32, float64, complex64, complex128, bool, bfloat16,
                 qint8, quint8, qint32, strided, sparse_coo, contiguous_format, preserve_format, channels_last,
                 channels_last_3d, from_dlpack, set_num_threads, get_num_threads, set_num_interop_threads,
                 get_num_interop_threads, set_spin_microseconds, get_spin_microseconds, read_thread_config,
                 apply_thread_config)

half, float, double, cfloat, cdouble = float16, float32, float64, complex64, complex128
short, int, long = int16, int32, int64
from math import e, inf, nan, pi

from ._size import Size
from ._tensor import Tensor
from . import _operators
# Before the operators, some of which bear the same names.
from . import __config__, autograd, backends, cuda, fft, futures, jit, linalg, nn, random, return_types, special, utils

_operators.fill_functions(globals(), "heddle", "aten", "")
from .functional import *  # over the table's: what Python takes in other forms
from .autograd import (no_grad, enable_grad, set_grad_enabled, inference_mode, is_grad_enabled,
                       is_inference_mode_enabled)
from .random import manual_seed, initial_seed, seed, default_generator
from .serialization import load, save
from .tracing import Trace, trace, metrics, metrics_text
from ._ops import ops, classes

from ._version import version as __version__
_atexit.register(_C.finish_tasks)
