#!/usr/bin/python3
"""Asks PyTorch what every operator row gives: `oracle.py ROWS.rows... -o DIR` writes DIR/ROWS.pt for each file.

rows.py tells how a row is written. The container is a torch.save file (pickle protocol 2) of a list with one dict a row:

    row         str     the row, expanded
    op          str     "aten::add.Tensor"
    schema      str     PyTorch's schema of it
    args        list    the arguments before the call: tensors, numbers, strings, None, lists, tuples, dicts ({"$op": NAME, "args": LIST} is
                        what that operator returns); a dtype, memory format or
    kwargs      dict    layout is the integer TorchScript uses for it; `&N` arguments are one tensor twice
    outputs     list    what it returned (empty where it raised); always a list, with one element for an operator with one result
    args_after  list    args and kwargs after the call. Tensors that share a storage here, or with outputs, must share one in Heddle:
    kwargs_after dict   a view stays a view, an in-place result is its argument
                        (a view as another dtype is the exception: it is written as a copy)
    error       str     PyTorch's message where it must raise, else None
    rtol, atol  float   how near outputs and written arguments must come: |got - want| <= atol + rtol * |want|; nan equals nan
    meta        bool    compare sizes, strides and dtype only

Half and bfloat16 are computed in float32 and rounded where this PyTorch has no such kernel (newer ones do).
A file is not written again while the rows, the scripts and PyTorch's version are the same.
"""

import argparse
import hashlib
import importlib
import re
import sys
import warnings
from pathlib import Path

import torch

from rows import Made, Row, RowError, read_rows

TOLERANCES = {  # by the coarsest dtype among a row's results
    torch.float64: (1e-7, 1e-7), torch.complex128: (1e-7, 1e-7), torch.float32: (1.3e-6, 1e-5), torch.complex64: (1.3e-6, 1e-5),
    torch.float16: (2e-3, 1e-3), torch.bfloat16: (1.6e-2, 1e-2),
}
SCALAR_TYPES = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64,
                torch.complex32, torch.complex64, torch.complex128, torch.bool, torch.qint8, torch.quint8, torch.qint32, torch.bfloat16]
MEMORY_FORMATS = [torch.contiguous_format, torch.preserve_format, torch.channels_last, torch.channels_last_3d]
NO_KERNEL = re.compile(r"not implemented for '(Half|BFloat16)'|not supported.*(Half|BFloat16)|[Ee]xpected.*(Half|BFloat16)", re.S)


def change(value, what):
    """`value` with every leaf replaced by what(leaf)."""
    if isinstance(value, (list, tuple)):
        return type(value)(change(v, what) for v in value)
    if isinstance(value, dict):
        return {k: change(v, what) for k, v in value.items()}
    if isinstance(value, Made):
        return Made(value.op, change(value.args, what))
    return what(value)


def made(value):
    """`value` with every Made called."""
    if isinstance(value, (list, tuple)):
        return type(value)(made(v) for v in value)
    if isinstance(value, Made):
        return find(value.op)[0](*made(value.args))
    return value


def stored(value):
    """`value` as the container has it: a Made is a dict of its operator, that one's schema and its arguments."""
    if isinstance(value, (list, tuple)):
        return type(value)(stored(v) for v in value)
    if isinstance(value, dict):
        return {k: stored(v) for k, v in value.items()}
    return {"$op": value.op, "args": stored(value.args)} if isinstance(value, Made) else value


def leaves(value):
    found = []
    change(value, found.append)
    return found


def copier(convert=lambda tensor: tensor):
    """Copies tensors, storage and strides and all; the same tensor gives the same copy, and a storage is copied once."""
    storages, tensors = {}, {}

    def copy(leaf):
        if not isinstance(leaf, torch.Tensor):
            return leaf
        if leaf.is_quantized:
            return tensors.setdefault(id(leaf), leaf.clone(memory_format=torch.preserve_format))
        if id(leaf) not in tensors:
            key = leaf.storage()._cdata
            if key not in storages:
                storages[key] = convert(torch.empty(0, dtype=leaf.dtype).set_(leaf.storage()).clone())
            tensors[id(leaf)] = storages[key].as_strided(leaf.size(), leaf.stride(), leaf.storage_offset())
        return tensors[id(leaf)]
    return copy


def apart_by_dtype(arguments):
    """Copies a view of an argument's storage as another dtype (real, view.dtype): a container cannot hold both."""
    seen = {t.storage().data_ptr(): t.dtype for t in leaves(arguments) if isinstance(t, torch.Tensor) and not t.is_quantized}

    def apart(leaf):
        shared = isinstance(leaf, torch.Tensor) and not leaf.is_quantized and seen.get(leaf.storage().data_ptr(), leaf.dtype) != leaf.dtype
        return leaf.clone() if shared else leaf
    return apart


def plain(leaf):
    """What TorchScript passes for a value that Python has a special type for."""
    if isinstance(leaf, torch.dtype):
        return SCALAR_TYPES.index(leaf)
    if isinstance(leaf, torch.memory_format):
        return MEMORY_FORMATS.index(leaf)
    if isinstance(leaf, torch.layout):
        return 0
    if isinstance(leaf, torch.device):
        return str(leaf)
    if isinstance(leaf, torch.Tensor) and not leaf.is_quantized:
        return leaf.detach().resolve_conj().resolve_neg()
    return leaf


def find(op):
    """The callable and the schema of `namespace::name.overload`."""
    namespace, name = op.split("::")
    if namespace in ("torchvision", "torchaudio"):
        importlib.import_module(namespace)  # registers its operators
    name, _, overload = name.partition(".")
    try:
        found = getattr(getattr(getattr(torch.ops, namespace), name), overload or "default")
    except (AttributeError, RuntimeError):
        raise RowError(f"PyTorch {torch.__version__} has no operator {op}") from None
    return found, found._schema


def conform(row, schema):
    """Numbers as the compiler hands them over: an int for a float[] or float becomes float, one int for int[2] becomes a list."""
    def fit(value, kind, repeat):
        if kind.kind() == "OptionalType":
            return value if value is None else fit(value, kind.getElementType(), repeat)
        number = isinstance(value, (int, float, complex)) and not isinstance(value, bool)
        if kind.kind() == "TensorType" and (number or isinstance(value, bool)):
            raise RowError(f"{row.text}\n    {value} stands for a tensor; name the Scalar overload, or write f64[]{{{value}}}")
        if kind.kind() == "FloatType" and number:
            return float(value)
        if kind.kind() == "ListType":
            if number and repeat:
                value = [value] * repeat
            return [fit(v, kind.getElementType(), None) for v in value] if isinstance(value, (list, tuple)) else value
        return value

    def named(argument, value):
        return fit(value, argument.type, argument.N)
    by_name = {a.name: a for a in schema.arguments}
    row.args = [named(a, v) for a, v in zip(schema.arguments, row.args)] + row.args[len(schema.arguments):]
    row.kwargs = {k: named(by_name[k], v) if k in by_name else v for k, v in row.kwargs.items()}


def call(function, args, kwargs):
    """Results as a list, and the arguments after the call."""
    with torch.no_grad():
        result = function(*made(args), **kwargs)
    if result is None:
        return []
    return list(result) if isinstance(result, tuple) else [result]


def call_in_float(function, args, kwargs):
    """The same for half and bfloat16 by way of float32. Written arguments and views are rounded with their storage."""
    small = {t.dtype for t in leaves([args, kwargs]) if isinstance(t, torch.Tensor)} & {torch.float16, torch.bfloat16}
    dtype = small.pop()
    up, down = copier(lambda t: t.float() if t.dtype == dtype else t), copier(lambda t: t.to(dtype) if t.dtype == torch.float32 else t)
    keep = lambda leaf: torch.float32 if leaf is dtype else up(leaf)
    args, kwargs = change(args, keep), change(kwargs, keep)
    outputs = call(function, args, kwargs)
    return change(outputs, down), change(args, down), change(kwargs, down)


def tolerance(row, outputs):
    dtypes = {t.dtype for t in leaves([outputs, row.args, row.kwargs]) if isinstance(t, torch.Tensor)}
    limits = [TOLERANCES[d] for d in dtypes if d in TOLERANCES]
    if any(isinstance(v, float) for v in leaves(outputs)):
        limits.append((1e-7, 1e-7))
    rtol, atol = max(limits, key=lambda limit: limit[0], default=(0.0, 0.0))
    return row.rtol if row.rtol is not None else rtol, row.atol if row.atol is not None else atol


def evaluate(row: Row):
    """The dict of one row. Raises RowError where PyTorch raises and the row does not say so, or the other way round."""
    function, schema = find(row.op)
    if not row.error:
        conform(row, schema)
    copy = copier()
    args, kwargs = change(row.args, copy), change(row.kwargs, copy)
    outputs, error = [], None
    torch.manual_seed(0)
    try:
        outputs = call(function, args, kwargs)
    except (RuntimeError, IndexError, TypeError, ValueError, NotImplementedError, ZeroDivisionError, KeyError) as e:
        error = str(e).split("\nException raised")[0].strip() or type(e).__name__
        if not row.error and NO_KERNEL.search(error):
            try:
                outputs, args, kwargs = call_in_float(function, row.args, row.kwargs)
                error = None
            except (RuntimeError, TypeError) as again:
                error = str(again)
    if (error is not None) != row.error:
        raise RowError(f"{row.text}\n    " + (f"PyTorch raises: {error.splitlines()[0][:300]}" if error else "PyTorch does not raise"))
    rtol, atol = tolerance(row, outputs)
    outputs = change(outputs, apart_by_dtype([args, kwargs]))
    answer = {"row": row.text, "op": row.op, "schema": str(schema), "args": row.args, "kwargs": row.kwargs, "outputs": outputs,
              "args_after": args, "kwargs_after": kwargs, "error": error, "rtol": rtol, "atol": atol, "meta": row.meta}
    return stored(change(answer, plain))


def digest(path):
    here = Path(__file__).parent
    text = b"".join(p.read_bytes() for p in (Path(path), here / "oracle.py", here / "rows.py"))
    return hashlib.sha256(text + torch.__version__.encode()).hexdigest()


def write(path, folder):
    """Writes the container of one rows file; returns the complaints about its rows."""
    out, mark = folder / f"{Path(path).stem}.pt", folder / f"{Path(path).stem}.digest"
    if out.exists() and mark.exists() and mark.read_text() == digest(path):
        return []
    answers, complaints = [], []
    try:
        rows = read_rows(path)
    except RowError as e:
        return [str(e)]
    for row in rows:
        try:
            answers.append(evaluate(row))
        except RowError as e:
            complaints.append(f"{path}: {e}")
    if not complaints:
        torch.save(answers, out, pickle_protocol=2)
        mark.write_text(digest(path))
    print(f"{Path(path).name}: {len(answers)} rows" + (f", {len(complaints)} wrong" if complaints else ""))
    return complaints


def main():
    parser = argparse.ArgumentParser(description="Asks PyTorch what every operator row gives.")
    parser.add_argument("rows", nargs="+", help="rows files, or single rows in quotes with --show")
    parser.add_argument("-o", "--output", type=Path, default=Path("."), help="folder for the containers")
    parser.add_argument("--show", action="store_true", help="print the answers to the rows given on the command line")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    if options.show:
        from rows import expand, make_row
        for line in options.rows:
            for text in expand(line):
                print(*(f"{k}: {v}" for k, v in evaluate(make_row(text, {})).items()), sep="\n")
        return 0
    options.output.mkdir(parents=True, exist_ok=True)
    complaints = [c for path in options.rows for c in write(path, options.output)]
    print(*complaints, sep="\n", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
