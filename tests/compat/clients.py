#!/usr/bin/env python3
"""Builds client programs written for libtorch and compares what they print with what they print on libtorch.

clients.py [--libtorch build/libtorch] [--oracle] [NAME...]

Each program of clients/ is compiled by a hand-written command line against Heddle's libtorch, run on the archives of
model.py, archives/classes.pt and those of programs.py, and must print goldens/NAME.txt. With --oracle it is compiled against Debian's
libtorch-dev instead, and the goldens are written, and archives/classes.pt, which holds objects of a C++ class."""
import argparse
import glob
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLASSES = HERE / 'archives' / 'classes.pt'
OPENCV = ['-isystem', '/usr/include/opencv4', '-lopencv_imgcodecs', '-lopencv_imgproc', '-lopencv_core']  # what photo.cpp links
TORCHVISION = '/usr/lib/python3/dist-packages/torchvision'
STANDARDS = {'values': 'c++20', 'errors': 'c++23', 'detector': 'c++20', 'server': 'c++20', 'stream': 'c++20'}  # the others: C++17


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f'{" ".join(map(str, command))}\nended with {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def command_line(source, program, prefix, standard):
    more = OPENCV if source.stem == 'photo' else []
    if prefix is None:
        vision = glob.glob(f'{TORCHVISION}/_C.*.so') if source.stem == 'vision' else []
        return ['g++', f'-std={standard}', '-O0', '-I/usr/include/torch/csrc/api/include', str(source), '-o',
                str(program), *vision, '-ltorch', '-ltorch_cpu', '-lc10', '-lglog', *more]
    return ['g++', f'-std={standard}', '-O0', '-Wall', '-Wextra', '-Werror', f'-I{prefix}/include',
            f'-I{prefix}/include/torch/csrc/api/include', str(source), '-o', str(program), f'-L{prefix}/lib',
            f'-Wl,-rpath,{prefix}/lib', '-ltorch', '-ltorch_cpu', '-lc10', '-pthread', *more]


def write_classes_archive(folder):
    library = Path(folder) / 'classes.so'
    line = command_line(HERE / 'clients' / 'classes.cpp', library, None, 'c++17')
    run([*line, '-shared', '-fPIC'])
    run(['/usr/bin/python3', HERE / 'classes_archive.py', library, CLASSES])


def difference(expected, printed):
    for number, (a, b) in enumerate(zip(expected.splitlines(), printed.splitlines()), 1):
        if a != b:
            return f'line {number}: libtorch prints {a!r}, Heddle {b!r}'
    return f'libtorch prints {len(expected.splitlines())} lines, Heddle {len(printed.splitlines())}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*')
    parser.add_argument('--libtorch', default=str(ROOT / 'build' / 'libtorch'))
    parser.add_argument('--oracle', action='store_true')
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in (HERE / 'clients').glob('*.cpp'))
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        archives = [Path(folder) / 'model.pt', Path(folder) / 'operators.pt']
        run(['/usr/bin/python3', HERE / 'model.py', *archives])
        run(['/usr/bin/python3', HERE / 'programs.py', Path(folder) / 'programs'])
        archives += [CLASSES, Path(folder) / 'programs']
        if options.oracle and 'classes' in names:
            write_classes_archive(folder)
        for name in names:
            program, source = Path(folder) / name, HERE / 'clients' / f'{name}.cpp'
            standard = 'c++17' if options.oracle else STANDARDS.get(name, 'c++17')
            run(command_line(source, program, None if options.oracle else options.libtorch, standard))
            printed = run([program, *archives], env={**os.environ, 'OMP_NUM_THREADS': '2'})
            golden = HERE / 'goldens' / f'{name}.txt'
            if options.oracle:
                golden.write_text(printed, encoding='utf-8')
            elif printed != golden.read_text(encoding='utf-8'):
                wrong.append(f'{name}: {difference(golden.read_text(encoding="utf-8"), printed)}')
    print('\n'.join(wrong) or f'{len(names)} programs agree' if not options.oracle else f'{len(names)} goldens written')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
