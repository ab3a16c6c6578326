#!/usr/bin/env python3
"""Calls a second of an archive from several threads at once with PyTorch, as one JSON line:

    throughput.py ARCHIVE.pt ARGS.pt --callers N --threads T --seconds S
"""

import argparse
import json
import os
import threading
import time

import torch

from torchscript import prepare, read_arguments


def main():
    parser = argparse.ArgumentParser(description="Throughput of PyTorch with several callers.")
    parser.add_argument("archive")
    parser.add_argument("arguments")
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    arguments = read_arguments(options.arguments)
    with torch.no_grad():
        module, _ = prepare(torch.jit.load(options.archive).eval(), "optimized", arguments)
    calls = [0] * options.callers
    end = [0.0]

    def work(caller):
        torch.set_num_threads(options.threads)  # OpenMP keeps the number for each thread
        with torch.no_grad():
            module(*arguments)
            barrier.wait()
            while time.perf_counter() < end[0]:
                module(*arguments)
                calls[caller] += 1

    def begin():
        end[0] = time.perf_counter() + options.seconds

    barrier = threading.Barrier(options.callers, action=begin)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(options.callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"peer": f"PyTorch {torch.__version__}", "throughput_per_s": sum(calls) / options.seconds,
                      "os_threads": len(os.listdir("/proc/self/task"))}))


if __name__ == "__main__":
    main()
