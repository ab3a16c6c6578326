"""Strings: literals, formatting, methods, printing."""

from typing import List, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


@example(("heddle", 3, 2.5, True),)
class Formatting(nn.Module):
    def forward(self, s: str, i: int, f: float, b: bool) -> List[str]:
        return ["{} has {} of {}, {}".format(s, i, f, b), f"{s}: {i}", "%s is %d and %f" % (s, i, f), "{} {}".format(s, [s]), "100%",
                "list {} none {} tuple {}".format([1, 2], None, (1, "a")), "%s%%" % s]


@example((1.0,), (0.1,), (1e20,), (1e-7,), (float("inf"),), (float("nan"),), (123456.789,), (-0.0,))
class FloatText(nn.Module):
    def forward(self, f: float) -> Tuple[str, str, str]:
        return str(f), "{}".format(f), f"{[f, 2.0]}"


@example(("a, b,c",), ("",), (" x ",))
class Methods(nn.Module):
    def forward(self, s: str) -> Tuple[List[str], List[str], str, str, str, str, str, int, bool, bool, int, str]:
        return (s.split(","), s.split(), s.strip(), s.upper(), s.lower(), s.replace(",", ";"), "-".join(["p", s]), s.find("b"),
                s.startswith("a"), s.endswith("c"), s.count(","), s.lstrip() + s.rstrip())


@example(("Hello World",), ("42",), ("abc",))
class MoreMethods(nn.Module):
    def forward(self, s: str) -> Tuple[str, str, str, str, str, bool, bool, bool, bool, bool, bool, List[str], Tuple[str, str, str]]:
        return (s.capitalize(), s.title(), s.swapcase(), s.center(15, "*"), s.zfill(12), s.isdigit(), s.isalpha(), s.isalnum(),
                s.isupper(), s.islower(), s.isspace(), s.splitlines(), s.partition(" "))


@example(("abcdef",), ("xy",))
class Pieces(nn.Module):
    def forward(self, s: str) -> Tuple[str, str, str, str, str, int, bool, bool, List[str]]:
        letters: List[str] = []
        for c in s:
            letters.append(c + ".")
        return s[0], s[-1], s[1:], s[:-1], s[::2], len(s), "b" in s, s == "xy", letters


@example((1,))
class Literals(nn.Module):
    def forward(self, i: int) -> List[str]:
        return ["", 'single \' quote', "double \" quote", "line\nfeed\ttab\\slash", "é ü 漢字 \U0001f642", "nul \x01 \x7f", '''triple
line''', "a" "b", "CONSTANTS.c0", "# no comment", "{", "}", "%"]


@example(call(torch.ones(2), prints="x = 3"),)
class Printing(nn.Module):
    def forward(self, x: Tensor) -> int:
        n = x.size(0) + 1
        print("x =", n)
        print("many", 1.5, True, None, [1, 2], "text")
        return n


@example(("b", "a"), ("a", "a"))
class Comparison(nn.Module):
    def forward(self, a: str, b: str) -> Tuple[bool, bool, bool, List[str], str]:
        words = ["pear", a, "apple", b]
        words.sort()
        return a == b, a != b, a < b, words, a + b if a != b else "same"


@example(("ab",))
class CharacterCodes(nn.Module):
    def forward(self, s: str) -> Tuple[int, str, List[str]]:
        return ord(s[0]), chr(98), list(s)


@example((torch.zeros(2, 3),))
class TensorText(nn.Module):
    def forward(self, x: Tensor) -> Tuple[str, str, str]:
        return "shape {}".format(x.shape), f"{x.dim()}d {x.size()}", "{}".format(x.device)
