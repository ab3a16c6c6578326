"""How long a product takes with how many threads: the tuning script of PyTorch's note on CPU threading.

usage: PYTHONPATH=build/release/python python3 examples/python/tune.py [SIZE [CALLS]]
"""
import sys
import timeit

import heddle as torch

size = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 100
runtimes = []
threads = [1] + [t for t in range(2, 49, 2)]
for t in threads:
    torch.set_num_threads(t)
    r = timeit.timeit(setup=f"import heddle as torch; x = torch.randn({size}, {size}); y = torch.randn({size}, {size})",
                      stmt="torch.mm(x, y)", number=calls)
    runtimes.append(r)
for t, r in zip(threads, runtimes):
    print(f"{t:3} threads: {r / calls * 1e3:.3f} ms")
