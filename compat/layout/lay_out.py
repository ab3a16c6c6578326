#!/usr/bin/env python3
"""Lays build/libtorch out as the libtorch download is.

lay_out.py SOURCE GENERATED LIBRARY OUTPUT ARCHIVE NAME...: SOURCE is compat/, GENERATED the include root of generated headers,
LIBRARY libheddle_torch.so with its version, ARCHIVE libheddle_torch.a, the NAMEs what a program links besides it."""
import os
import re
import shutil
import sys


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as out:
        out.write(text)


def read_headers(path):
    with open(path, encoding='utf-8') as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith('#')]
    return [(row[0], row[1] if len(row) > 1 else 'all') for row in rows]


def copy_headers(source, generated, include):
    for root in (f'{source}/include/heddle_torch', f'{generated}/heddle_torch'):
        shutil.copytree(root, f'{include}/heddle_torch', dirs_exist_ok=True)
    # ATen/ops/NAME.h, a header a function.
    with open(f'{generated}/heddle_torch/generated/functions.inc', encoding='utf-8') as declared:
        functions = re.findall(r'^\w.*? (\w+)\(', declared.read(), re.MULTILINE)
    headers = read_headers(f'{source}/layout/headers.txt')
    headers += [(f'ATen/ops/{name}.h', 'all') for name in sorted({re.sub('_out$|(?<=.)_$', '', f) for f in functions})]
    for name, target in headers:
        up = '../' * name.count('/')
        write(f'{include}/{name}', f'#pragma once\n#include "{up}heddle_torch/{target}.h"\n')
        if name.startswith('torch/') and not name.startswith('torch/csrc/'):
            write(f'{include}/torch/csrc/api/include/{name}',
                  f'#pragma once\n#include "{"../" * (name.count("/") + 4)}heddle_torch/{target}.h"\n')


def link(target, name):
    if os.path.lexists(name):
        os.unlink(name)
    os.symlink(target, name)


def place_library(library, lib):
    os.makedirs(lib, exist_ok=True)
    shutil.copy2(library, lib)
    full = os.path.basename(library)  # libheddle_torch.so.0.1.0; its soname has two numbers
    soname = full.rsplit('.', 1)[0]
    link(full, f'{lib}/{soname}')
    for name in ('libheddle_torch.so', 'libtorch.so', 'libtorch_cpu.so', 'libc10.so'):
        link(soname, f'{lib}/{name}')


def place_archive(archive, others, lib):
    shutil.copy2(archive, lib)
    # Text that linkers read in an archive's place, so that a static program's command line stays libtorch's.
    names = ' '.join(f'-l{name}' for name in dict.fromkeys(others))
    for name in ('libtorch.a', 'libtorch_cpu.a', 'libc10.a'):
        write(f'{lib}/{name}', f'/* GNU ld script */\nGROUP ( -l:libheddle_torch.a {names} )\n')


def main():
    source, generated, library, output, archive, *others = sys.argv[1:]
    copy_headers(source, generated, f'{output}/include')
    place_library(os.path.realpath(library), f'{output}/lib')
    place_archive(archive, others, f'{output}/lib')
    for name, package in (('TorchConfig.cmake', 'Torch'), ('TorchConfigVersion.cmake', 'Torch'),
                          ('TorchVisionConfig.cmake', 'TorchVision')):
        os.makedirs(f'{output}/share/cmake/{package}', exist_ok=True)
        shutil.copy(f'{source}/layout/{name}', f'{output}/share/cmake/{package}')


if __name__ == '__main__':
    main()
