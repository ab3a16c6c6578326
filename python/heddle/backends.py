"""Switches of PyTorch's backends that programs set; they mean nothing here."""
import types

cudnn = types.SimpleNamespace(benchmark=False, deterministic=True, enabled=False, allow_tf32=False,
                              is_available=lambda: False, version=lambda: None)
cuda = types.SimpleNamespace(matmul=types.SimpleNamespace(allow_tf32=False), is_built=lambda: False)
mps = types.SimpleNamespace(is_available=lambda: False, is_built=lambda: False)
mkldnn = types.SimpleNamespace(is_available=lambda: True, enabled=True)
mkl = types.SimpleNamespace(is_available=lambda: False)
openmp = types.SimpleNamespace(is_available=lambda: True)
quantized = types.SimpleNamespace(engine="fbgemm", supported_engines=["fbgemm", "qnnpack"])
