#!/usr/bin/python3
"""Compares overload resolution with PyTorch's: `match_oracle.py --heddle-opt PATH [--seed N] [--calls N]`.

Calls of random operators with random argument types are compiled by PyTorch and matched by heddle-opt --match against the same
schemas in the same order. Both must make the same operators, conversions included, or both refuse."""

import argparse
import random
import re
import subprocess
import sys
import warnings

import torch

TYPES = ["Tensor", "int", "float", "bool", "str", "complex", "number", "Device", "None", "Optional[int]", "Optional[Tensor]",
         "List[int]", "List[float]", "List[Tensor]", "List[Optional[Tensor]]", "List[str]", "List[bool]", "Tuple[int, int]",
         "Tuple[Tensor, Tensor]", "Tuple[int, float]", "Dict[str, int]", "Dict[int, Tensor]", "Optional[List[int]]"]
NAMED = set(re.findall(r"\w+", "".join(f"{t} " for t in TYPES)))
# How a schema's type is written in source.
WRITTEN = {"Scalar": "number", "SymInt": "int", "ScalarType": "int", "Layout": "int", "MemoryFormat": "int", "NoneType": "None"}
SHOWN = 25


# PyTorch finds a node's overload by matching its inputs again, and these have overloads that the inputs no longer tell apart.
AMBIGUOUS = re.compile(r"aten::(len|set|upsample_\w+)")


def is_usual(schema):
    """Whether a call by name reaches the operator and PyTorch's graph shows which overload it made."""
    name = schema.name.removeprefix("aten::")
    return (schema.name.startswith("aten::") and name.isidentifier() and not name.startswith("_") and bool(schema.arguments)
            and not AMBIGUOUS.fullmatch(schema.name) and "__torch__" not in str(schema))


def source_type(argument):
    """An argument's type as source, or None for one that source cannot name."""
    text = re.sub(r"\w+", lambda word: WRITTEN.get(word[0], word[0]), argument.type.annotation_str)
    return text if NAMED.issuperset(re.findall(r"\w+", text)) else None


def random_type(chance, argument):
    fitting = source_type(argument)
    return fitting if fitting and chance.random() < 0.75 else chance.choice(TYPES)


def random_call(chance, name, schemas):
    """(positional types, keyword types) for one of the schemas, often with something wrong."""
    schema = chance.choice(schemas)
    positional, keywords = [], {}
    for argument in schema.arguments:
        if argument.has_default_value() and chance.random() < 0.6:
            break
        if argument.kwarg_only:
            break
        positional.append(random_type(chance, argument))
    for argument in schema.arguments[len(positional):]:
        if (argument.kwarg_only or chance.random() < 0.3) and (not argument.has_default_value() or chance.random() < 0.3):
            keywords[argument.name] = random_type(chance, argument)
    if chance.random() < 0.1 and positional:
        positional.pop()
    if chance.random() < 0.05:
        positional.append(chance.choice(TYPES))
    return positional, keywords


def is_left_over(node):
    """Whether it is a conversion that an overload tried in vain has left."""
    conversion = node.kind().endswith("Implicit") or node.kind() in ("aten::Int", "aten::Float", "aten::Complex")
    return conversion and not any(output.uses() for output in node.outputs())


def operators_of(graph):
    return " ".join(node.schema().split("(")[0] for node in graph.nodes()
                    if node.kind().startswith("aten::") and not is_left_over(node))


def pytorch_choice(name, positional, keywords):
    parameters = ", ".join(f"a{i}: {t}" for i, t in enumerate([*positional, *keywords.values()]))
    values = [f"a{i}" for i in range(len(positional))]
    values += [f"{key}=a{i}" for i, key in enumerate(keywords, len(positional))]
    source = f"def f({parameters}):\n    return torch.ops.aten.{name.removeprefix('aten::')}({', '.join(values)})\n"
    try:
        return operators_of(torch.jit.CompilationUnit(source).f.graph)
    except RuntimeError:
        return "no"


def agree(name, wanted, got):
    # PyTorch 2 converts truth values to integers, 1.13 does not. An empty graph had a call whose result was dropped.
    if got == wanted or wanted == "" or "aten::Int.bool" in got:
        return True
    # PyTorch then gives aliases the name of what they stand for: "aten::arccos" is "aten::acos".
    wanted, got = wanted.split(), got.split()
    is_alias = wanted[-1].split(".")[0] != name == got[-1].split(".")[0]
    return is_alias and wanted[:-1] == got[:-1]


def main():
    parser = argparse.ArgumentParser(description="Compares overload resolution with PyTorch's.")
    parser.add_argument("--heddle-opt", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=4000)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    chance = random.Random(arguments.seed)

    names = sorted({schema.name for schema in torch._C._jit_get_all_schemas() if is_usual(schema)})
    by_name = {name: torch._C._jit_get_schemas_for_operator(name) for name in names}
    lines, expected = [], []
    for schemas in by_name.values():
        lines += [f"schema {schema}" for schema in schemas]
    for _ in range(arguments.calls):
        name = chance.choice(names)
        positional, keywords = random_call(chance, name, by_name[name])
        call = "; ".join([name, *positional, *(f"{key}={t}" for key, t in keywords.items())])
        lines.append(f"call {call}")
        expected.append((call, pytorch_choice(name, positional, keywords)))

    done = subprocess.run([arguments.heddle_opt, "--match"], input="\n".join(lines), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr)
        return 1
    differing = 0
    for (call, wanted), line in zip(expected, done.stdout.splitlines()):
        got = line.removeprefix(call + " -> ")
        if agree(call.split(";")[0], wanted, got):
            continue
        differing += 1
        if differing <= SHOWN:
            print(f"{call}\n    PyTorch {wanted}\n    Heddle  {got}")
    fitting = sum(wanted != "no" for _, wanted in expected)
    print(f"{len(expected)} calls, {fitting} that PyTorch takes, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
