"""Random keys for x[...] and x[...] = y, in PyTorch and in Heddle."""
import random
import unittest
import warnings

import numpy
import torch

import heddle
from oracle import difference, to_heddle

SHAPES = [(), (5,), (3, 4), (2, 3, 4), (2, 1, 3, 2)]


def random_item(choose, size):
    kind = choose.randrange(9)
    if kind == 0:
        return choose.randrange(-size - 1, size + 1)
    if kind == 1:
        return slice(choose.choice([None, 0, 1, -2]), choose.choice([None, 2, -1, 9]), choose.choice([None, 1, 2]))
    if kind == 2:
        return None
    if kind == 3:
        return Ellipsis
    if kind == 4:
        return [choose.randrange(-size, max(size, 1)) for _ in range(choose.randrange(1, 4))]
    if kind == 5:
        return torch.tensor([choose.randrange(-size, max(size, 1)) for _ in range(2)])
    if kind == 6:
        return torch.tensor([choose.random() < 0.5 for _ in range(size)])
    if kind == 7:
        return choose.random() < 0.5
    return slice(None)


def random_key(choose, shape):
    count = choose.randrange(len(shape) + 2)
    items = [random_item(choose, shape[at] if at < len(shape) else 2) for at in range(count)]
    if sum(item is Ellipsis for item in items) > 1:
        items = [item for item in items if item is not Ellipsis]
    if len(items) == 1 and choose.random() < 0.5:
        return items[0]
    return tuple(items)


class Indexing(unittest.TestCase):
    def compare(self, what, key, theirs, ours):
        try:
            expected, their_error = theirs(), None
        except Exception as raised:
            expected, their_error = None, raised
        try:
            got, our_error = ours(), None
        except Exception as raised:
            got, our_error = None, raised
        if their_error is not None or our_error is not None:
            # Which of several mistakes in one key is told of is chance.
            self.assertTrue(our_error is not None and their_error is not None,
                            f"{what}: {our_error!r} instead of {their_error!r}")
            return
        self.assertIsNone(difference(got, expected, exact=True), what)
        if isinstance(expected, torch.Tensor):
            steps = [[step for step, size in zip(tensor.stride(), tensor.shape) if size > 1] for tensor in (got, expected)]
            basic = all(isinstance(item, (int, slice, type(None), type(Ellipsis))) and not isinstance(item, bool)
                        for item in (key if isinstance(key, tuple) else (key,)))
            if basic and expected.numel():
                self.assertEqual(*steps, what)

    def test_reads(self):
        warnings.simplefilter("ignore")
        choose = random.Random(5)
        for _ in range(1500):
            shape = choose.choice(SHAPES)
            x = torch.arange(float(torch.Size(shape).numel())).reshape(shape)
            key = random_key(choose, shape)
            self.compare(f"x{list(shape)}[{key}]", key, lambda: x[key], lambda: to_heddle(x)[to_heddle(key)])

    def test_writes(self):
        warnings.simplefilter("ignore")
        choose = random.Random(6)
        for _ in range(1500):
            shape = choose.choice(SHAPES)
            x = torch.arange(float(torch.Size(shape).numel())).reshape(shape)
            key = random_key(choose, shape)
            value = choose.choice([7, 2.5, True, torch.tensor(3), torch.tensor([4.]), torch.ones(1, 1)])
            mine = to_heddle(x)

            def theirs():
                y = x.clone()
                y[key] = value
                return y

            def ours():
                mine[to_heddle(key)] = to_heddle(value)
                return mine
            if self.writes_one_place_twice(x, key):
                continue
            self.compare(f"x{list(shape)}[{key}] = {value!r}", key, theirs, ours)

    @staticmethod
    def writes_one_place_twice(x, key):
        try:
            places = torch.arange(x.numel()).reshape(x.shape)[key]
        except Exception:
            return False
        return places.unique().numel() != places.numel()

    def test_views_share_memory(self):
        x = heddle.zeros(3, 4)
        x[1][2] = 5
        x[:, 0] += 1
        x[..., -1].fill_(7)
        self.assertEqual(x.tolist(), [[1, 0, 0, 7], [1, 0, 5, 7], [1, 0, 0, 7]])
        x[x > 4] = heddle.tensor([1., 2., 3., 4.])
        self.assertEqual(x.tolist(), [[1, 0, 0, 1], [1, 0, 2, 3], [1, 0, 0, 4]])

    def test_numpy_keys_and_values(self):
        x = heddle.arange(6).reshape(2, 3)
        self.assertEqual(x[numpy.int64(1), numpy.array([0, 2])].tolist(), [3, 5])
        x[0] = numpy.array([7, 8, 9])
        self.assertEqual(x[0].tolist(), [7, 8, 9])
        with self.assertRaises(TypeError):
            x[0] = "text"
        with self.assertRaises(TypeError):
            del x[0]
        with self.assertRaises(IndexError):
            x["a"]
        with self.assertRaises(IndexError):
            x[1.5]


if __name__ == "__main__":
    unittest.main()
