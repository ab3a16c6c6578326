#!/usr/bin/env python3
"""Compares control flow with Python's: random functions of nested if, while, for, break, continue, return and raise run in both.

usage: flow_oracle.py --heddle-opt PATH [--seed N] [--functions N]

Every function gives (a number, the log of what it passed), so the order of effects counts as well as the result. A function that raises
does so in Python too, and is left out there; the ones left are called by one main(). The seed is printed when something differs.
"""

import argparse
import ast
import random
import subprocess
import sys
from typing import List, Optional, Tuple

CALLS = [(0, 0), (1, 4), (-3, 2), (7, -5), (12, 11)]
NAMES = ["x", "y", "z"]
HEADER = "def {}(a: int, b: int) -> Tuple[int, List[int]]:"


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.loops = 0
        self.marks = 0

    def value(self):
        kind = self.random.randrange(5)
        if kind == 0:
            return str(self.random.randrange(-4, 9))
        if kind == 1:
            return self.random.choice(["a", "b"])
        return f"{self.random.choice(NAMES)} {self.random.choice(['+', '-', '*'])} {self.random.randrange(1, 4)}"

    def condition(self):
        kind = self.random.randrange(6)
        if kind == 0:
            return f"({self.condition()} {self.random.choice(['and', 'or'])} {self.condition()})"
        if kind == 1:
            return f"not {self.condition()}"
        if kind == 2:
            return "has(o)"  # asking in place would fix the type of o in the branch, where it may be assigned
        return f"{self.random.choice(NAMES + ['a', 'b'])} % {self.random.randrange(2, 5)} {self.random.choice(['==', '<', '>'])} 1"

    def add(self, depth, text):
        self.lines.append("  " * depth + text)

    def mark(self, depth):
        self.marks += 1
        self.add(depth, f"log.append({self.marks})")

    def block(self, depth, in_loop, size):
        for _ in range(self.random.randrange(1, size + 1)):
            self.statement(depth, in_loop)

    def statement(self, depth, in_loop):
        choices = ["assign", "assign", "mark", "optional", "refine"]
        if depth < 7:
            choices += ["if"] * 4 + ["for", "while"] * (2 if depth < 4 else 0)
        if depth > 1:
            choices += ["return"] + (["break", "continue"] * 2 if in_loop else [])
        kind = self.random.choice(choices)
        if kind == "assign":
            self.add(depth, f"{self.random.choice(NAMES)} {self.random.choice(['=', '=', '+=', '-='])} {self.value()}")
        elif kind == "mark":
            self.mark(depth)
        elif kind == "optional":
            self.add(depth, f"o = pick({self.value()})")
        elif kind == "refine":
            self.add(depth, "if o is not None:")
            self.add(depth + 1, "x += o")
        elif kind == "if":
            self.add(depth, f"if {self.condition()}:")
            self.block(depth + 1, in_loop, 3)
            for _ in range(self.random.randrange(2)):
                self.add(depth, f"elif {self.condition()}:")
                self.block(depth + 1, in_loop, 2)
            if self.random.randrange(2):
                self.add(depth, "else:")
                self.block(depth + 1, in_loop, 3)
        elif kind == "for":
            self.loops += 1
            self.add(depth, f"for i{self.loops} in range({self.random.randrange(0, 4)}):")
            self.add(depth + 1, f"y += i{self.loops}")
            self.block(depth + 1, True, 4)
        elif kind == "while":
            # Counted first, so that a continue cannot make it endless.
            self.loops += 1
            counter = f"n{self.loops}"
            self.add(depth, f"{counter} = 0")
            forever = self.random.randrange(4) == 0
            self.add(depth, "while True:" if forever else f"while {counter} < {self.random.randrange(1, 5)}:")
            self.add(depth + 1, f"{counter} += 1")
            if forever:
                self.add(depth + 1, f"if {counter} > 3:")
                self.add(depth + 2, self.random.choice(["break", "return x, log"]))
            self.block(depth + 1, True, 4)
        elif kind == "return":
            self.add(depth, f"return {self.random.choice(NAMES)}, log")
        else:
            self.add(depth, kind)

    def function(self, name):
        self.lines, self.loops, self.marks = [], 0, 0
        self.add(0, HEADER.format(name))
        self.add(1, "log: List[int] = []")
        self.add(1, "x = a")
        self.add(1, "y = b")
        self.add(1, "z = 1")
        self.add(1, "o: Optional[int] = None")
        self.block(1, False, 6)
        if self.random.randrange(4):
            self.add(1, "return x + y + z, log")
        else:
            self.add(1, "if x > y:")
            self.add(2, "return z, log")
            self.add(1, "else:")
            self.add(2, "return y, log")
        return "\n".join(self.lines)


PICK = """def pick(n: int) -> Optional[int]:
  if n % 2 == 0:
    return n
  return None
def has(o: Optional[int]) -> bool:
  return o is not None
"""


def main():
    parser = argparse.ArgumentParser(description="Compares control flow with Python's.")
    parser.add_argument("--heddle-opt", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--functions", type=int, default=300)
    arguments = parser.parse_args()
    generator = Generator(arguments.seed)
    functions = {f"f{i}": generator.function(f"f{i}") for i in range(arguments.functions)}
    scope = {"List": List, "Optional": Optional, "Tuple": Tuple}
    exec(PICK + "\n".join(functions.values()), scope)  # pylint: disable=exec-used
    wanted = [scope[name](*call) for name in functions for call in CALLS]
    calls = [f"  out.append({name}({a}, {b}))" for name in functions for a, b in CALLS]
    main_function = "def main():\n  out: List[Tuple[int, List[int]]] = []\n" + "\n".join(calls) + "\n  return out\n"
    source = PICK + "\n".join(functions.values()) + "\n" + main_function
    done = subprocess.run([arguments.heddle_opt, "--run"], input=source, capture_output=True, text=True, timeout=250, check=False)
    if done.returncode or not done.stdout.startswith("["):
        print(f"seed {arguments.seed}: exit code {done.returncode}\n{done.stdout[:2000]}{done.stderr[:2000]}")
        return 1
    got = ast.literal_eval(done.stdout)
    wrong = 0
    for i, (a, b) in enumerate(zip(got, wanted)):
        if a == b:
            continue
        wrong += 1
        name = f"f{i // len(CALLS)}"
        if wrong <= 3:
            print(f"seed {arguments.seed}: {name}{CALLS[i % len(CALLS)]} is {b} in Python, but {a}\n{functions[name]}")
    print(f"{len(wanted)} calls of {len(functions)} functions, {wrong} differ")
    return 1 if wrong or len(got) != len(wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
