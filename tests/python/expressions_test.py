"""Evaluates the lines of expressions.txt with PyTorch and with Heddle in the place of PyTorch."""
import pathlib
import unittest
import warnings

import numpy
import torch

import heddle
from oracle import builtin_class, difference

LINES = [line for line in (pathlib.Path(__file__).parent / "expressions.txt").read_text().splitlines()
         if line and not line.startswith("#")]


def surroundings(library):
    """The names that lines use, with the same numbers for both."""
    x = library.tensor([[0.5, -1.25, 2.0], [-0.75, 3.5, 1.0]])
    return {"torch": library, "np": numpy, "x": x, "i": library.tensor([[0, 1, 2], [3, 4, 5]]), "b": x > 0,
            "z": library.tensor([1 + 2j, -1j, 3.5])}


def outcome(line, library):
    try:
        value = eval(line, surroundings(library))
        return (list(value) if hasattr(value, "__next__") else value), None
    except Exception as raised:
        return None, raised


class Expressions(unittest.TestCase):
    def test_lines(self):
        warnings.simplefilter("ignore")
        for line in LINES:
            with self.subTest(line):
                expected, their_error = outcome(line, torch)
                got, our_error = outcome(line, heddle)
                if their_error is not None or our_error is not None:
                    self.assertEqual(builtin_class(our_error), builtin_class(their_error),
                                     f"{our_error} instead of {their_error}")
                elif isinstance(expected, numpy.ndarray):
                    numpy.testing.assert_array_equal(got, expected)
                else:
                    self.assertIsNone(difference(got, expected))
                    self.assertEqual(repr(got), repr(expected))


if __name__ == "__main__":
    unittest.main()
