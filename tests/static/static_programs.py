#!/usr/bin/env python3
"""Builds fully static programs, runs them, and holds docs/static.md against them.

static_programs.py [--build build/release] [--libraries NAME...] [--write]: --write puts today's table into docs/static.md."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / 'docs' / 'static.md'
BEGIN, END = '<!-- table: tests/static/static_programs.py --write -->\n', '<!-- end of table -->\n'
MEGABYTE = 1e6


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, 'OMP_NUM_THREADS': '2'})
    if done.returncode:
        sys.exit(f'{" ".join(map(str, command))}\nended with {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def dependencies(program):
    done = subprocess.run(['ldd', str(program)], capture_output=True, text=True, check=False)
    names = [line.split()[0] for line in done.stdout.splitlines() if '=>' in line]
    return names or ['none: not a dynamic executable']


def build(build_folder, folder, libraries):
    """Yields (what it is, program)."""
    flags = ['g++', '-O2', '-s', '-Wl,--gc-sections']
    consumer = ROOT / 'tests' / 'install' / 'consumer' / 'consumer.cpp'
    for kind in ('static', 'shared'):
        program = folder / f'consumer_{kind}'
        line = [*flags, '-std=c++20', f'-I{ROOT}/include', f'-I{ROOT}/src', consumer, '-o', program]
        if kind == 'static':
            line += ['-static', build_folder / 'libheddle.a', *(f'-l{name}' for name in libraries)]
        else:
            line += [f'-L{build_folder}', f'-Wl,-rpath,{build_folder}', '-lheddle']
        run(line)
        run([program, ROOT / 'models' / 'digits' / 'digits.pt'])
        yield f'`consumer.cpp`, {"`libheddle.a`" if kind == "static" else "`libheddle.so`"}', program
    run(['/usr/bin/python3', ROOT / 'tests' / 'compat' / 'programs.py', folder / 'programs'])
    libtorch = build_folder / 'libtorch'
    for client in ('listener', 'detector'):
        program = folder / client
        run([*flags, '-std=c++17', '-static', f'-I{libtorch}/include', ROOT / 'tests' / 'compat' / 'clients' / f'{client}.cpp',
             '-o', program, f'-L{libtorch}/lib', '-ltorch', '-ltorch_cpu', '-lc10'])
        printed = run([program, '', '', '', folder / 'programs'])
        if printed != (ROOT / 'tests' / 'compat' / 'goldens' / f'{client}.txt').read_text(encoding='utf-8'):
            sys.exit(f'{client}: does not print what it prints on libtorch')
        yield f'`{client}.cpp`, `libtorch.a`', program


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default=str(ROOT / 'build' / 'release'))
    parser.add_argument('--libraries', nargs='*', default=['z', 'gomp', 'openblas', 'gfortran', 'quadmath'])
    parser.add_argument('--write', action='store_true')
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, program in build(Path(options.build).resolve(), Path(folder), options.libraries):
            if 'libheddle.so' not in name and dependencies(program)[0][:4] != 'none':
                sys.exit(f'{name} depends on {dependencies(program)}')
            rows.append((name, f'{program.stat().st_size / MEGABYTE:.1f}', ', '.join(dependencies(program))))
    table = '| program, library | MB | dynamic dependencies (`ldd`) |\n|---|---|---|\n'
    table += ''.join(f'| {" | ".join(row)} |\n' for row in rows)
    print(table, end='')
    text = PAGE.read_text(encoding='utf-8')
    start, stop = text.index(BEGIN) + len(BEGIN), text.index(END)
    if options.write:
        PAGE.write_text(text[:start] + table + text[stop:], encoding='utf-8')
        return 0
    told = re.findall(r'^\| (`.*?) \| ([0-9.]+) \|', text[start:stop], re.MULTILINE)
    if [name for name, _ in told] != [name for name, _, _ in rows]:
        sys.exit('docs/static.md has other programs: run this with --write')
    for (name, size), (_, now, _) in zip(told, rows):
        if abs(float(size) - float(now)) > 0.15 * float(now) + 0.1:
            sys.exit(f'docs/static.md tells {size} MB of {name}, it is {now} MB: run this with --write')
    return 0


if __name__ == '__main__':
    sys.exit(main())
