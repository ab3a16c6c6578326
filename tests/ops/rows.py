"""Reads operator rows: one line names an operator overload and its arguments. Used by oracle.py only.

    add.Tensor  f32[2,3] f32[3] alpha=2            positional and keyword arguments, as in the operator's schema
    sin|cos  T[2,3] @dtypes=f32,f64                one row for each name and each dtype (T stands for it)
    index.Tensor  f32[4,5] [None, i64[3]<5]        lists; also (tuples) and {'a': 1} dicts
    softmax.int  f32[2,5]:t -1 None                a tensor with transposed storage
    cat  [f32[2], f32[3,1]] 0 !error               PyTorch raises, and so must Heddle
    add_.Tensor  f32[3] &0                         the very tensor of argument 0 again

A name without namespace means aten (torchvision::nms and torchaudio::_lfilter are others'); no overload after the name means the unnamed one.

Tensors  DTYPE[SIZES]: f32 f64 f16 bf16 i64 i32 i16 i8 u8 b c64 c128; `[]` has no dimension, `[0,3]` no element. Then, in this order:
  {1,nan,-inf}     these values, in row-major order (sizes may be left out: one dimension)
  <N  <A..B        uniform integers from 0 (or A) below N (or B)
  :normal (the default: floats normal, ints -5..5, bools even)  :pos (0.1 and up; ints 1..9)  :unit (0..1)  :big (times 100)
  :ties (few distinct small integers)  :distinct (no two equal)  :odd (some nan, inf, -inf, -0)  :spd (symmetric positive definite)
  :zeros  :ones  :perm (a permutation of 0..n-1 along the last dimension)
  :t (last two dimensions swapped in storage)  :cl (channels-last)  :s2 (every second element of the last dimension)
  :e (dimension 0 expanded, stride 0)  :o (starts at the storage's second element)  :p (dimensions reversed in storage)

Quantised tensors  qu8(SCALE,ZERO)[SIZES] (and qi8, qi32): one scale and zero point for all; qi8(cN)[SIZES]: one of each for every
  index of dimension N, zero points 0, or not with (zN). Their integers are drawn as i32's, from half of the range.
  `<A..B`, values and :cl as above. They equal where their integers are no more than atol apart.

$quantized::linear_prepack(qi8(0.1,0)[4,3], None)  what another operator makes of these arguments: packed weights

Bare words are values: None True False nan inf, a dtype (f32: torch.float32), contiguous preserve channels_last (memory formats),
strided (layout). Strings are quoted.

Options  @dtypes=LIST (codes and the sets float floats ints reals all complex)  @layouts=t,s2 (the row as it is, and once more with
each layout on every tensor that names none and has the dimensions for it)
         @rtol= @atol=  @meta (compare sizes, strides and dtype only: random, empty)
A line `@default rtol=1e-4 atol=1e-5` holds from there to the end of the file. `#` starts a comment at a line's start or after a space.
"""

import ast
import re
import zlib
from dataclasses import dataclass

import torch

DTYPES = {
    "f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16, "i64": torch.int64,
    "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "b": torch.bool, "c64": torch.complex64,
    "c128": torch.complex128, "qu8": torch.quint8, "qi8": torch.qint8, "qi32": torch.qint32,
}
QUANTISED = re.compile(r"(qu8|qi8|qi32)\((?:([\d.e-]+),(-?\d+)|([cz])(\d+))\)"
                       r"(\[[0-9, ]*\])?(\{[^}]*\})?(<-?\d+(?:\.\.-?\d+)?)?((?::\w+)*)")
SETS = {
    "float": ["f32", "f64"], "floats": ["f32", "f64", "f16", "bf16"], "ints": ["i64", "i32", "i16", "i8", "u8"],
    "complex": ["c64", "c128"],
}
SETS["reals"] = SETS["floats"] + SETS["ints"]
SETS["all"] = SETS["reals"] + ["b"]
WORDS = {
    "None": None, "True": True, "False": False, "nan": float("nan"), "inf": float("inf"), "-inf": float("-inf"),
    "contiguous": torch.contiguous_format, "preserve": torch.preserve_format, "channels_last": torch.channels_last,
    "channels_last_3d": torch.channels_last_3d, "strided": torch.strided, **DTYPES,
}
LAYOUTS = {"t", "cl", "s2", "e", "o", "p"}
TENSOR = re.compile(r"(T|f32|f64|f16|bf16|i64|i32|i16|i8|u8|b|c64|c128)(?=[\[{])"
                    r"(\[[0-9, ]*\])?(\{[^}]*\})?(<-?\d+(?:\.\.-?\d+)?)?((?::\w+)*)")
OPTION = re.compile(r"\s@(\w+)(?:=(\S+))?")


class RowError(Exception):
    pass


@dataclass
class Row:
    """One evaluated line: `text` is the row after expansion, which says everything."""
    text: str
    op: str
    args: list
    kwargs: dict
    rtol: float = None
    atol: float = None
    meta: bool = False
    error: bool = False


@dataclass
class Same:
    """`&N`: the tensor of argument N itself."""
    index: int


@dataclass
class Made:
    """`$OP(ARGS)`: what another operator returns, made anew for each call."""
    op: str
    args: list


def read_rows(path):
    """Every row of the file, expanded; the tensors are made, each row from its own seed."""
    rows, defaults = [], {}
    with open(path) as lines:
        for number, line in enumerate(lines, 1):
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if not line:
                continue
            try:
                if line.startswith("@default"):
                    defaults = {k: float(v) for k, v in (pair.split("=") for pair in line.split()[1:])}
                else:
                    rows += [make_row(text, defaults) for text in expand(line)]
            except (RowError, ValueError, SyntaxError, RuntimeError) as e:
                raise RowError(f"{path}:{number}: {e}\n    {line}") from e
    return rows


def expand(line):
    """The rows one line stands for: names x dtypes x layouts."""
    names, _, rest = line.partition(" ")
    options = dict(OPTION.findall(" " + rest))
    texts = [f"{name} {rest.strip()}" for name in names.split("|")]
    if "dtypes" in options:
        codes = [c for part in options["dtypes"].split(",") for c in SETS.get(part, [part])]
        texts = [re.sub(r"(?<![\w'])T(?![\w'])", code, re.sub(r"\s@dtypes=\S+", "", t)) for t in texts for code in codes]
    if "layouts" in options:
        layouts = [""] + options["layouts"].split(",")
        texts = [with_layout(re.sub(r"\s@layouts=\S+", "", t), layout) for t in texts for layout in layouts]
    return texts


def with_layout(text, layout):
    def change(token):
        laid_out = LAYOUTS & set(token[5].split(":"))
        unfit = layout == "cl" and (token[2] or "").count(",") not in (3, 4)
        return token[0] if laid_out or unfit or not layout else f"{token[0]}:{layout}"
    name, _, rest = text.partition(" ")
    return name + " " + TENSOR.sub(change, rest)


def make_row(text, defaults):
    options = dict(OPTION.findall(text))
    unknown = set(options) - {"rtol", "atol", "meta"}
    if unknown:
        raise RowError(f"unknown option @{unknown.pop()}")
    body = OPTION.sub("", text)
    error = body.rstrip().endswith("!error")
    name, _, rest = body.replace("!error", "").strip().partition(" ")
    generator = torch.Generator().manual_seed(zlib.crc32(text.encode()))
    args, kwargs = Reader(rest, generator).arguments()
    limits = {k: float(options[k]) if k in options else defaults.get(k) for k in ("rtol", "atol")}
    return Row(text=" ".join(text.split()), op=name if "::" in name else "aten::" + name, args=args, kwargs=kwargs,
               meta="meta" in options, error=error, **limits)


class Reader:
    """Reads the arguments of one row from left to right."""

    def __init__(self, text, generator):
        self.text, self.at, self.generator = text, 0, generator

    def arguments(self):
        args, kwargs = [], {}
        while self.skip(" \t,"):
            keyword = self.match(r"([A-Za-z_]\w*)=")
            if keyword:
                kwargs[keyword[1]] = self.value()
            else:
                args.append(self.value())
        args = [args[a.index] if isinstance(a, Same) else a for a in args]
        return args, {k: args[a.index] if isinstance(a, Same) else a for k, a in kwargs.items()}

    def value(self):
        self.skip(" \t")
        quantised = QUANTISED.match(self.text, self.at)
        if quantised:
            self.at = quantised.end()
            return make_quantised(quantised, self.generator)
        made = self.match(r"\$([\w.]+(?:::[\w.]+)?)\(")
        if made:
            return Made(made[1] if "::" in made[1] else "aten::" + made[1], self.items(")"))
        tensor = TENSOR.match(self.text, self.at)
        if tensor:
            self.at = tensor.end()
            return make_tensor(tensor, self.generator)
        same = self.match(r"&(\d+)")
        if same:
            return Same(int(same[1]))
        for opening, closing, make in ("[", "]", list), ("(", ")", tuple):
            if self.match(re.escape(opening)):
                return make(self.items(closing))
        if self.match(r"\{"):
            pairs = self.items("}", pairs=True)
            return dict(pairs)
        string = self.match(r"'[^']*'|\"[^\"]*\"")
        if string:
            return ast.literal_eval(string[0])
        word = self.match(r"-?[\d.]+(?:e[+-]?\d+)?(?:j|[+-][\d.]+j)?(?!\w)") or self.match(r"-?\w+")
        if not word:
            raise RowError(f"cannot read a value at '{self.text[self.at:]}'")
        return WORDS[word[0]] if word[0] in WORDS else ast.literal_eval(word[0])

    def items(self, closing, pairs=False):
        items = []
        while self.skip(" \t,") and not self.match(re.escape(closing)):
            item = self.value()
            if pairs:
                self.match(r"\s*:")
                item = (item, self.value())
            items.append(item)
        if self.text[self.at - 1] != closing:
            raise RowError(f"'{closing}' is missing")
        return items

    def match(self, pattern):
        found = re.compile(pattern).match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found

    def skip(self, blanks):
        while self.at < len(self.text) and self.text[self.at] in blanks:
            self.at += 1
        return self.at < len(self.text)


def make_tensor(token, generator):
    code, sizes, values, below, modifiers = token.groups()
    if code == "T":
        raise RowError("T stands for a dtype of @dtypes=, which the row lacks")
    dtype = DTYPES[code]
    modifiers = [m for m in modifiers.split(":") if m]
    layouts = [m for m in modifiers if m in LAYOUTS]
    kinds = [m for m in modifiers if m not in LAYOUTS] or ["normal"]
    if len(layouts) > 1 or len(kinds) > 1:
        raise RowError(f"'{token[0]}' has more than one layout or more than one distribution")
    shape = [int(s) for s in sizes[1:-1].split(",") if s.strip()] if sizes else None
    if values:
        words = [v.strip() for v in values[1:-1].split(",") if v.strip()]
        data = [complex(v.replace(" ", "")) if "j" in v else WORDS[v] if v in WORDS else ast.literal_eval(v) for v in words]
        tensor = torch.tensor(data, dtype=dtype)
        tensor = tensor if shape is None else tensor.reshape(shape)
    elif below:
        low, _, high = below[1:].rpartition("..")
        tensor = torch.randint(int(low or 0), int(high), shape, generator=generator).to(dtype)
    else:
        tensor = draw(kinds[0], shape, dtype, generator)
    return lay_out(tensor, layouts[0], generator) if layouts else tensor


def make_quantised(token, generator):
    code, scale, zero, per_channel, axis, sizes, values, below, modifiers = token.groups()
    integers = {"qu8": "u8", "qi8": "i8", "qi32": "i32"}[code]
    ranges = {"qu8": "<0..128", "qi8": "<-64..64", "qi32": "<-1000..1000"}
    plain = TENSOR.match(f"{integers}{sizes or ''}{values or ''}{below or '' if values or below else ranges[code]}")
    tensor = make_tensor(plain, generator)
    if per_channel:
        count = tensor.shape[int(axis)]
        scales = 0.01 * (1 + torch.arange(count) % 7).double()
        zeros = torch.arange(count) % 5 - 2 if per_channel == "z" else torch.zeros(count, dtype=torch.long)
        tensor = torch._make_per_channel_quantized_tensor(tensor, scales, zeros, int(axis))
    else:
        tensor = torch._make_per_tensor_quantized_tensor(tensor, float(scale), int(zero))
    if modifiers not in ("", ":cl"):
        raise RowError(f"'{token[0]}': quantised tensors have no '{modifiers}'")
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return tensor.contiguous(memory_format=formats[tensor.dim()]) if modifiers else tensor


def draw(kind, shape, dtype, generator):
    """Random values of one distribution; drawn in float64, so that one seed gives near values in every dtype."""
    count = 1
    for s in shape:
        count *= s
    if dtype.is_complex:
        both = [draw(kind, shape, torch.float64, generator) for _ in range(2)]
        return torch.complex(*both).to(dtype)
    normal = torch.randn(shape, generator=generator, dtype=torch.float64)
    whole = not dtype.is_floating_point
    low = 0 if dtype == torch.uint8 else -5
    if kind == "zeros" or kind == "ones":
        return torch.full(shape, float(kind == "ones")).to(dtype)
    if kind == "perm":
        order = torch.rand(shape, generator=generator).argsort(-1)
        return order.to(dtype)
    if kind == "distinct":
        order = torch.randperm(count, generator=generator)
        return (order - (0 if dtype == torch.uint8 else count // 2)).reshape(shape).to(dtype)
    if kind == "ties":
        return torch.randint(-2 if low else 0, 3, shape, generator=generator).to(dtype)
    if kind == "spd":
        return (normal @ normal.mT + torch.eye(shape[-1])).to(dtype)
    if dtype == torch.bool:
        return normal > 0
    if kind == "unit":
        return torch.rand(shape, generator=generator, dtype=torch.float64).to(dtype)
    if kind == "odd" and not whole:
        special = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0], dtype=torch.float64)
        where = torch.arange(count).reshape(shape)
        return torch.where(where % 3 == 1, special[where // 3 % 4], normal).to(dtype)
    if whole:
        bounds = {"normal": (low, 6), "pos": (1, 10), "big": (low * 20, 120), "odd": (low, 6)}.get(kind)
    if kind not in ("normal", "pos", "big", "odd"):
        raise RowError(f"unknown modifier ':{kind}'")
    if whole:
        return torch.randint(*bounds, shape, generator=generator).to(dtype)
    return {"normal": normal, "pos": normal.abs() + 0.1, "big": normal * 100}[kind].to(dtype)


def lay_out(tensor, layout, generator):
    """The same sizes and values in another storage; what lies between them is noise, so that reading it shows."""
    shape = list(tensor.shape)
    if layout == "cl":
        if tensor.dim() not in (4, 5):
            raise RowError(":cl needs four or five dimensions")
        return tensor.contiguous(memory_format=torch.channels_last if tensor.dim() == 4 else torch.channels_last_3d)
    if tensor.dim() == 0 and layout != "o":
        return tensor
    if layout == "e":
        return tensor[:1].clone().expand(shape) if shape[0] else tensor
    if layout == "t" and tensor.dim() > 1:
        return tensor.transpose(-1, -2).contiguous().transpose(-1, -2)
    if layout == "p":
        return tensor.permute(*reversed(range(tensor.dim()))).contiguous().permute(*reversed(range(tensor.dim())))
    if layout == "o":
        room = draw("normal", [tensor.numel() + 1], tensor.dtype, generator)
        view = room[1:].reshape(shape)
    else:
        room = draw("normal", shape[:-1] + [shape[-1] * 2], tensor.dtype, generator)
        view = room[..., ::2]
    return view.copy_(tensor)
