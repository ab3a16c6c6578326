"""Integers, floats, complex numbers, booleans: arithmetic, comparison, conversion, constants."""

import cmath
import math
from typing import List, Tuple

import torch
from torch import Tensor, nn

from .registry import call, example


@example((7, 3), (-7, 3), (7, -3), (-7, -3), (0, 5), call(1, 0, error="division by 0|division by zero"))
class IntArithmetic(nn.Module):
    def forward(self, a: int, b: int) -> Tuple[int, int, int, int, int, float, int, int, int]:
        return a + b, a - b, a * b, a // b, a % b, a / b, -a, abs(a), b


@example((12, 10), (-12, 3), (2**40, 5))
class IntBits(nn.Module):
    def forward(self, a: int, b: int) -> List[int]:
        return [a & b, a | b, a ^ b, a << b, a >> 2, int(b ** 2)]


@example((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.1, 0.3), (1e300, 1e-5), (float("inf"), 2.0))
class FloatArithmetic(nn.Module):
    def forward(self, a: float, b: float) -> List[float]:
        return [a + b, a - b, a * b, a / b, a // b, a % b, -a, abs(a), max(a, b), min(a, b), b ** 2.0, 2 ** b, b ** 3]


@example((5, 2.5), (-3, 0.5))
class MixedArithmetic(nn.Module):
    def forward(self, a: int, b: float) -> Tuple[float, float, float, float, bool, bool, float, float, float]:
        return a + b, b - a, a * b, a / b, a < b, b == a, a // b, a % b, a ** b


@example((3, 4), (4, 4), (5, 4))
class Comparisons(nn.Module):
    def forward(self, a: int, b: int) -> List[bool]:
        return [a < b, a <= b, a == b, a != b, a >= b, a > b, not a == b, a < b < 10, 0 <= a <= b, a == b or a > b and b > 0, a is b]


@example((2.25,), (0.75,))
class MathModule(nn.Module):
    def forward(self, x: float) -> List[float]:
        return [math.sqrt(x), math.exp(x), math.log(x), math.log10(x), math.log1p(x), math.sin(x), math.cos(x),
                math.tan(x), math.atan(x), math.atan2(x, 2.0), math.sinh(x), math.tanh(x), math.pow(x, 3.0), math.fabs(-x),
                math.copysign(x, -1.0), math.fmod(x, 0.5), math.degrees(x), math.radians(x), math.gamma(x), math.lgamma(x),
                math.erf(x), math.erfc(x), math.expm1(x), math.ldexp(x, 3), math.pi, math.e, math.asinh(x), math.acosh(1.0 + x)]


@example((2.5,), (-2.5,), (3.0,))
class MathToInt(nn.Module):
    def forward(self, x: float) -> Tuple[int, int, int, bool, bool, bool, int, Tuple[float, float], Tuple[float, int], float]:
        return (math.floor(x), math.ceil(x), int(math.factorial(5)), math.isnan(x), math.isinf(x), math.isfinite(x), math.gcd(12, 18),
                math.modf(x), math.frexp(x), round(x))


@example((2.7, 3, True), (-2.7, 0, False))
class Conversions(nn.Module):
    def forward(self, x: float, i: int, b: bool) -> Tuple[int, float, bool, bool, int, float, str, str, str, int, float, int]:
        return (int(x), float(i), bool(i), bool(x), int(b), float(b), str(x), str(i), str(b), int("42"), float("2.5e3"), ord("a"))


@example((1,))
class NumberConstants(nn.Module):
    def forward(self, i: int) -> Tuple[float, float, float, float, float, float, int, int, float, List[float]]:
        nan = float("nan")
        return (float("inf"), float("-inf"), nan, math.inf, 0.1, 1e-300, 9223372036854775807, -9223372036854775807, -0.0,
                [123456789.123456789, 1.0, 1e22, 3.0e-5])


@example((1 + 2j, 0.5 - 1j))
class ComplexNumbers(nn.Module):
    def forward(self, a: complex, b: complex) -> Tuple[complex, complex, complex, complex, complex, float, float, float, bool, complex]:
        return (a + b, a - b, a * b, a / b, -a, abs(a), cmath.phase(b), cmath.phase(-b), a == b, complex(1.5, -2) + 3j)


@example((1 + 2j,))
class ComplexMath(nn.Module):
    def forward(self, a: complex) -> Tuple[complex, complex, complex, float, List[complex]]:
        return cmath.exp(a), cmath.sqrt(a), cmath.log(a), cmath.phase(a), [a, 2j, complex(float("inf"), 0.0)]


@example((True, False), (True, True), (False, False))
class Booleans(nn.Module):
    def forward(self, a: bool, b: bool) -> Tuple[bool, bool, bool, bool, bool, bool, int]:
        return a and b, a or b, not a, a == b, a != b, a ^ b, int(a) + int(b)


@example(([3, 1, 2],), ([5],))
class Reductions(nn.Module):
    def forward(self, x: List[int]) -> Tuple[int, int, int, bool, bool, int, float]:
        return (min(x), max(x), sum(x), any([i > 2 for i in x]), all([i > 0 for i in x]), max(x[0], 2), sum([0.5, 0.25]))


@example((10, 3), (-10, 3))
class DivisionPair(nn.Module):
    def forward(self, a: int, b: int) -> Tuple[int, int, str, str, str]:
        q, r = divmod(a, b)
        return q, r, hex(a), oct(a), bin(a)


@example((torch.tensor(3), torch.tensor(2.5), torch.tensor(True)))
class TensorsToNumbers(nn.Module):
    def forward(self, i: Tensor, f: Tensor, b: Tensor) -> Tuple[int, float, bool, float, int]:
        total = 0.0
        if b:
            total += float(f)
        return int(i), float(f), bool(b), total + f.item(), int(i.item())


@example((4,))
class AugmentedAssignment(nn.Module):
    def forward(self, n: int) -> Tuple[float, float, List[int], str]:
        i, f, l, s = n, float(n), [n], "a"
        i += 2
        i -= 1
        i *= 3
        i %= 5
        f /= 3
        f **= 2
        l += [1, 2]
        l *= 2
        s += "b"
        return i, f, l, s


@example((2, 0.5), (3, 2.0))
class ScalarType(nn.Module):
    """A number from a tensor has no static type: every operator must dispatch on what it holds."""

    def forward(self, i: int, f: float):
        a = torch.tensor(i).item()
        b = torch.tensor(f).item()
        return a + b, a * 2, b - 1, a < b, -a, int(b), float(a), bool(a), a == i, a / b
