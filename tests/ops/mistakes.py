#!/usr/bin/python3
"""Makes wrong calls of operator rows: `mistakes.py ROWS.rows... -o DIR` writes DIR/ROWS.rows.

Each row is changed in one or two places, at random from its seed: a size, a dtype, an index, a dimension, the length of a list. PyTorch says
which of them raise; of the others, sizes and dtypes are compared. Calls that PyTorch's compiler would refuse are left out, and so are those
on which PyTorch itself crashes, takes long, or merely has no kernel for a dtype. The rows are for a person to run, under AddressSanitizer
too, with the seed of the day; mistakes.rows keeps calls that must raise.
"""

import argparse
import os
import random
import re
import resource
import signal
import sys
import tempfile
import warnings
import zlib
from pathlib import Path

import torch

import oracle
from oracle import conform, evaluate, find
from rows import OPTION, QUANTISED, TENSOR, RowError, expand, make_row

oracle.NO_KERNEL = re.compile(r"(?!)")  # a mistake is one in the row's own dtype
CHUNK = 25  # calls that one process asks PyTorch
SECONDS, BYTES = 20, 6 << 30  # that a chunk may take
INTEGERS = [-1000, -7, -2, -1, 0, 1, 2, 3, 5, 8, 1000]
CODES = ["f32", "f64", "i64", "i32", "u8", "b", "c64"]
# What the compiler sees before any kernel does, and what is no mistake of the caller.
REFUSED = re.compile(r"Expected a value of type|expected at most|is missing value for argument|Unknown keyword argument|"
                     r"not implemented for|Could not run '|stands for a tensor|overflow|Unable to cast|[Nn]ot supported|"
                     r"only support|does(n't| not) support|unsupported|Expected.*(dtype|type)|incompatible function|out of memory|"
                     r"can't allocate memory", re.S)
LISTS = re.compile(r"(?<![\w)])\[(-?\d+(?:, ?-?\d+)*)\]")


def changed_sizes(sizes, dice):
    sizes = list(sizes)
    what = dice.choice(["one", "zero", "drop", "add", "swap"])
    if what == "add":
        sizes.insert(dice.randrange(len(sizes) + 1), dice.choice([1, 2, 3]))
    elif not sizes:
        sizes = [dice.choice([0, 1, 3])]
    elif what == "drop":
        del sizes[dice.randrange(len(sizes))]
    elif what == "swap":
        dice.shuffle(sizes)
    else:
        at = dice.randrange(len(sizes))
        sizes[at] = 0 if what == "zero" else max(0, sizes[at] + dice.choice([-2, -1, 1, 2, 5]))
    return sizes


def changed_tensor(token, dice):
    code, sizes, values, below, modifiers = token.groups()
    what = dice.choice(["sizes", "sizes", "dtype", "values"])
    if what == "dtype":
        return dice.choice(CODES) + token[0][len(code):]
    if what == "values" and below:
        low, _, high = below[1:].rpartition("..")
        low, high = dice.choice([(int(low or 0) - 2, int(high)), (int(low or 0), int(high) + 3)])
        return f"{code}{sizes}<{low}..{high}{modifiers or ''}"
    if what == "values" and values and values != "{}":
        items = values[1:-1].split(",")
        items[dice.randrange(len(items))] = str(dice.choice(INTEGERS))
        return f"{code}{sizes or ''}{{{','.join(items)}}}{modifiers or ''}"
    if values:
        items = values[1:-1].split(",")
        items = items[:-1] if dice.random() < 0.5 else items + [items[-1]]
        return f"{code}{{{','.join(items)}}}" if items and items[0].strip() else token[0]
    new = changed_sizes([int(s) for s in sizes[1:-1].split(",") if s.strip()], dice)
    kept = [m for m in (modifiers or "").split(":") if m and (m in ("s2", "o") and new or m in ("pos", "unit", "big", "ties", "zeros", "ones"))]
    return f"{code}[{','.join(map(str, new))}]{below or ''}{''.join(':' + m for m in kept)}"


def changed_list(token, dice):
    items = token[1].split(",")
    what = dice.choice(["value", "drop", "add"])
    if what == "value":
        items[dice.randrange(len(items))] = str(dice.choice(INTEGERS))
    elif what == "drop":
        del items[dice.randrange(len(items))]
    else:
        items.append(dice.choice(items))
    return f"[{','.join(i.strip() for i in items)}]"


def changed(text, dice):
    """The row with one place changed, or None where nothing can be."""
    name, _, rest = text.partition(" ")
    places = [(m, changed_tensor) for m in TENSOR.finditer(rest)] + [(m, changed_list) for m in LISTS.finditer(rest)]
    places += [(m, lambda token, dice: str(dice.choice(INTEGERS))) for m in re.finditer(r"(?<=[ =])-?\d+(?=[ ]|$)", rest)]
    quantised = [m.span() for m in QUANTISED.finditer(rest)]
    places = [(m, f) for m, f in places if not any(a <= m.start() < b for a, b in quantised)]
    if not places:
        return None
    token, change = dice.choice(places)
    return f"{name} {rest[:token.start()]}{change(token, dice)}{rest[token.end():]}"


def mistakes(path, count, seed):
    """Texts of changed rows, each once."""
    texts = {}
    for line in Path(path).read_text().splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        if not line or line.startswith("@default"):
            continue
        rows = expand(line)
        dice = random.Random(zlib.crc32(f"{seed} {line}".encode()))
        for text in dice.sample(rows, min(len(rows), 2)):
            text = OPTION.sub("", text).replace("!error", "").strip()
            for _ in range(count):
                new = changed(text, dice)
                if new and dice.random() < 0.3:
                    new = changed(new, dice)
                if new and new != text:
                    texts[new] = None
    return list(texts)


def judged(text):
    """The row as PyTorch judges it, or None for one that is left out."""
    try:
        row = make_row(text, {})
        conform(row, find(row.op)[1])
        evaluate(row)
        return text + " @meta"
    except RowError as e:
        if "PyTorch raises" in str(e) and not REFUSED.search(str(e).split("PyTorch raises", 1)[1]):
            return text + " !error"
    except Exception:
        pass
    return None


def asked(texts):
    """The rows that remain, asked in a process of its own; None when PyTorch ended that."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            signal.alarm(SECONDS)
            code = 1
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                Path(file.name).write_text("\n".join(filter(None, map(judged, texts))))
                code = 0
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            return None
        return Path(file.name).read_text().splitlines()


def remaining(texts):
    found = []
    for at in range(0, len(texts), CHUNK):
        chunk = asked(texts[at:at + CHUNK])
        if chunk is None:
            chunk = [row for text in texts[at:at + CHUNK] for row in asked([text]) or []]
        found += chunk
    return found


def main():
    parser = argparse.ArgumentParser(description="Makes wrong calls of operator rows.")
    parser.add_argument("rows", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("."), help="folder for the rows")
    parser.add_argument("--count", type=int, default=3, help="changes of a row (3)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    options.output.mkdir(parents=True, exist_ok=True)
    for path in options.rows:
        found = remaining(mistakes(path, options.count, options.seed))
        (options.output / path.name).write_text("\n".join(found) + "\n")
        print(f"{path.name}: {len(found)} calls, {sum(row.endswith('!error') for row in found)} raise", flush=True)


if __name__ == "__main__":
    sys.exit(main())
