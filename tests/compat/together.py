#!/usr/bin/env python3
"""Loads a library built against Heddle's libtorch into a Python that has imported PyTorch; both must go on working.

together.py [--libtorch DIR]"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = r'''
#include <torch/torch.h>
extern "C" double sum_of_ones(int n) {
  try {
    torch::ones({2}).view({3});
  } catch (const c10::Error&) {
    return torch::ones({n, n}).sum().item<double>();
  }
  return -1;
}
'''
PROGRAM = r'''
import ctypes, sys
import torch
before = torch.ones(3, 3).mm(torch.ones(3, 3)).sum().item()
library = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
library.sum_of_ones.restype = ctypes.c_double
assert library.sum_of_ones(4) == 16
try:
    torch.ones(2).view(3)
    raise AssertionError('PyTorch raised nothing')
except RuntimeError:
    pass
assert torch.ones(3, 3).mm(torch.ones(3, 3)).sum().item() == before == 27
assert library.sum_of_ones(5) == 25
print('both work')
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--libtorch', default=str(ROOT / 'build' / 'libtorch'))
    libtorch = parser.parse_args().libtorch
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / 'ones.cpp', Path(folder) / 'libones.so'
        source.write_text(SOURCE, encoding='utf-8')
        subprocess.run(['g++', '-std=c++17', '-O0', '-shared', '-fPIC', source, '-o', library, f'-I{libtorch}/include',
                        f'-L{libtorch}/lib', f'-Wl,-rpath,{libtorch}/lib', '-ltorch', '-lc10'], check=True)
        return subprocess.run(['/usr/bin/python3', '-c', PROGRAM, library], check=False).returncode


if __name__ == '__main__':
    sys.exit(main())
