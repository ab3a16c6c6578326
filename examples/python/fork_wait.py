"""Two products at once: fork and wait of TorchScript, as PyTorch's note on CPU threading shows them.

usage: PYTHONPATH=build/release/python python3 examples/python/fork_wait.py
"""
import heddle as torch


@torch.jit.script
def compute_z(x, w_z):
    return torch.mm(x, w_z)


@torch.jit.script
def forward(x, w_y, w_z):
    # launch compute_z asynchronously:
    fut = torch.jit._fork(compute_z, x, w_z)
    # execute the next operation in parallel to compute_z:
    y = torch.mm(x, w_y)
    # wait for the result of compute_z:
    z = torch.jit._wait(fut)
    return y + z


x, w_y, w_z = torch.randn(64, 64), torch.randn(64, 64), torch.randn(64, 64)
result = forward(x, w_y, w_z)
print(torch.allclose(result, x @ w_y + x @ w_z, atol=1e-4))
print(torch.__config__.parallel_info())
