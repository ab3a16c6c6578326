#!/usr/bin/env python3
"""Microseconds that PyTorch takes to fork and wait for an empty task, as one JSON line."""

import json
import statistics
import time

import torch


def empty(x: int) -> int:
    return x


@torch.jit.script
def fork_wait(n: int) -> int:
    total = 0
    for i in range(n):
        total += torch.jit._wait(torch.jit._fork(empty, i))
    return total


def main():
    count = 5000
    fork_wait(count)
    times = []
    for _ in range(11):
        begin = time.perf_counter()
        fork_wait(count)
        times.append((time.perf_counter() - begin) / count * 1e6)
    print(json.dumps({"peer": f"PyTorch {torch.__version__}", "us": statistics.median(times), "best_us": min(times)}))


if __name__ == "__main__":
    main()
