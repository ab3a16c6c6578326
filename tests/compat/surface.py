#!/usr/bin/env python3
"""Says which things of surface.txt a program may use with build/libtorch, and writes the table of docs/libtorch-surface.md.

surface.py [--write] [--libtorch DIR] [--at-least 95]

Every row's C++ is compiled, all rows in one file. Fails when of the rows used by two programs or more fewer than
--at-least per cent compile, or when the table in docs is another."""
import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLE = ROOT / 'docs' / 'libtorch-surface.md'


def read_rows():
    lines = (HERE / 'surface.txt').read_text(encoding='utf-8').splitlines()
    return [line.split('\t', 3) for line in lines if line and not line.startswith('#')]


def failing_rows(rows, libtorch):
    text = '#include <torch/script.h>\n#include <torch/torch.h>\n#include <ATen/Parallel.h>\n#include <caffe2/serialize/inline_container.h>\n'
    for number, row in enumerate(rows, 1):
        if row[3] != '!':
            text += (f'#line {number} "surface"\nvoid probe_{number}(torch::Tensor t, c10::IValue v, torch::jit::Module m) '
                     f'{{ (void)t; (void)v; (void)m; {row[3]}; }}\n')
    done = subprocess.run(['g++', '-std=c++17', '-fsyntax-only', '-w', '-fmax-errors=0', '-x', 'c++', '-',
                           f'-I{libtorch}/include'], input=text, capture_output=True, text=True, check=False)
    failed = {int(n) for n in re.findall(r'^surface:(\d+):(?:\d+:)? (?:fatal )?error', done.stderr, re.M)}
    failed |= {int(n) for n in re.findall(r'^surface:(\d+):\d+:   required from here', done.stderr, re.M)}
    if done.returncode and not failed:
        sys.exit(done.stderr)
    return failed, done.stderr


def table_of(rows, failed):
    missing = {n for n, row in enumerate(rows, 1) if row[3] == '!' or n in failed}
    often = [n for n, row in enumerate(rows, 1) if int(row[1]) > 1]
    covered = len([n for n in often if n not in missing])
    text = ('# What programs call of libtorch, and what Heddle has\n\n'
            'Written by `tests/compat/surface.py --write`: every row is C++ that is compiled against `build/libtorch`. Counted over 79 '
            'public programs\nthat load TorchScript models.\n\n'
            f'{len(rows) - len(missing)} of {len(rows)} things compile; of the {len(often)} that two programs or more use, '
            f'{covered} ({100 * covered // len(often)} %).\n\n| part | programs | thing | |\n|---|---|---|---|\n')
    for number, (part, programs, item, _) in enumerate(rows, 1):
        text += f'| {part} | {programs} | `{item}` | {"missing" if number in missing else "yes"} |\n'
    return text, 100 * covered / len(often)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--libtorch', default=str(ROOT / 'build' / 'libtorch'))
    parser.add_argument('--write', action='store_true')
    parser.add_argument('--at-least', type=float, default=95)
    parser.add_argument('--errors', action='store_true', help='print what the compiler says')
    options = parser.parse_args()
    rows = read_rows()
    failed, errors = failing_rows(rows, options.libtorch)
    if options.errors:
        print(errors)
    text, percent = table_of(rows, failed)
    for number in sorted(failed):
        print(f'does not compile: {rows[number - 1][2]}')
    if options.write:
        TABLE.write_text(text, encoding='utf-8')
    elif text != TABLE.read_text(encoding='utf-8'):
        sys.exit(f'{TABLE} tells something else: run tests/compat/surface.py --write')
    print(f'{percent:.1f} % of what two programs or more use')
    return 1 if percent < options.at_least else 0


if __name__ == '__main__':
    sys.exit(main())
