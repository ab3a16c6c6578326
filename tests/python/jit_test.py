"""heddle.jit beside PyTorch: archives that PyTorch writes here, scripts, tasks, futures, threads, processes."""
import asyncio
import contextlib
import copy
import enum
import io
import os
import pathlib
import tempfile
import threading
import unittest
import warnings
from typing import Dict, List, NamedTuple, Optional, Tuple

import numpy
import torch

import heddle
from oracle import difference, to_heddle

warnings.simplefilter("ignore")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    x: torch.Tensor
    y: int


class Part(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.linear(x)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
        self.layers = torch.nn.ModuleList([torch.nn.Linear(3, 3), torch.nn.ReLU()])
        self.register_buffer("calls", torch.zeros(1, dtype=torch.int64))
        self.scale = 2.0
        self.names = ["a", "b"]
        self.count = 0

    def forward(self, x, bias: Optional[torch.Tensor] = None, times: int = 1):
        """Doubles, some times."""
        y = self.part(x)
        for layer in self.layers:
            y = layer(y)
        for _ in range(times):
            y = y * self.scale
        if bias is not None:
            y = y + bias
        return y

    @torch.jit.export
    def values(self, numbers: List[float], table: Dict[str, int], pair: Tuple[int, str], flag: bool,
               text: str) -> Tuple[List[float], Dict[str, int], Tuple[int, str], bool, str]:
        return numbers + [1.0], table, pair, not flag, text + "!"

    @torch.jit.export
    def point(self, x) -> Point:
        return Point(x, 3)

    @torch.jit.export
    def colour(self, which: int) -> Colour:
        return Colour.RED if which == 1 else Colour.BLUE

    @torch.jit.export
    def fails(self, x):
        if x.sum() > 0:
            raise ValueError("positive")
        return x[100]

    @torch.jit.export
    def step(self) -> int:
        self.count += 1
        return self.count

    @torch.jit.export
    def forked(self, x):
        task = torch.jit.fork(self.part, x)
        return self.part(x) + torch.jit.wait(task)


def exported(model):
    out = io.BytesIO()
    torch.jit.save(torch.jit.script(model), out, _extra_files={"note.txt": "hello", "b.bin": b"\0\1"})
    return out.getvalue()


class Archives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(1)
        cls.theirs = Model().eval()
        cls.bytes = exported(cls.theirs)
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name) / "model.pt"
        cls.path.write_bytes(cls.bytes)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_save(self):
        changed = heddle.jit.load(self.bytes)
        for _, p in changed.named_parameters():
            p.mul_(0.5)
        changed.step()
        path = pathlib.Path(self.folder.name) / "again.pt"
        changed.save(path, _extra_files={"note.txt": "mine"})
        files = {"note.txt": ""}
        theirs = torch.jit.load(str(path), _extra_files=files)
        self.assertEqual(files["note.txt"], b"mine")
        self.assertEqual(theirs.count, changed.count)
        x = torch.randn(2, 4)
        expected = changed(heddle.from_numpy(x.numpy())).numpy()
        numpy.testing.assert_allclose(theirs(x).detach().numpy(), expected, rtol=1e-6, atol=1e-6)
        reread = heddle.jit.load(io.BytesIO(changed.save_to_buffer()))
        numpy.testing.assert_array_equal(reread(heddle.from_numpy(x.numpy())).numpy(), expected)
        with self.assertRaises(RuntimeError):
            changed.save(pathlib.Path(self.folder.name) / "absent" / "model.pt")

    def setUp(self):
        self.ours = heddle.jit.load(self.bytes)
        self.x = torch.randn(2, 4)

    def test_every_source(self):
        expected = self.theirs(self.x)
        for source in (self.path, str(self.path), self.bytes, bytearray(self.bytes), io.BytesIO(self.bytes),
                       open(self.path, "rb")):
            self.assertIsNone(difference(heddle.jit.load(source)(to_heddle(self.x)), expected))
            if hasattr(source, "close"):
                source.close()

    def test_print(self):
        """print() of a model goes where sys.stdout goes, on tasks too."""
        source = """
def line(x: int) -> int:
    print("line", x, [1.5], torch.ones([2]))
    return x
def lines(x: int) -> int:
    task = torch.jit._fork(line, x)
    return line(x + 1) + torch.jit._wait(task)
"""
        printed = []
        for library in (torch, heddle):
            unit = library.jit.CompilationUnit(source)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertEqual(unit.lines(1), 3)
            printed.append(sorted(out.getvalue().splitlines()))
        self.assertEqual(*printed)

    def test_extra_files(self):
        extra = {"note.txt": "", "b.bin": ""}
        heddle.jit.load(self.path, _extra_files=extra)
        theirs = {"note.txt": "", "b.bin": ""}
        torch.jit.load(str(self.path), _extra_files=theirs)
        self.assertEqual(extra, theirs)

    def test_bad_files(self):
        for lib in (heddle, torch):
            with self.assertRaises(ValueError):
                lib.jit.load("/nowhere/model.pt")
            with self.assertRaises(RuntimeError):
                lib.jit.load(io.BytesIO(b"nothing"))
            with self.assertRaises(RuntimeError):
                lib.jit.load(io.BytesIO(self.bytes[:1000]))

    def test_arguments(self):
        x = to_heddle(self.x)
        bias = torch.ones(3)
        for call in (lambda m, x, b: m(x), lambda m, x, b: m(x, b), lambda m, x, b: m(x, times=3),
                     lambda m, x, b: m(x=x, bias=b, times=0), lambda m, x, b: m.forward(x, None, 2)):
            self.assertIsNone(difference(call(self.ours, x, heddle.ones(3)), call(self.theirs, self.x, bias)))
        self.assertIsNone(difference(self.ours(self.x.numpy()), self.theirs(self.x)))
        got = self.ours.values([1.0, 2], {"a": 1}, (5, "b"), True, "é")
        self.assertEqual(got, ([1.0, 2.0, 1.0], {"a": 1}, (5, "b"), False, "é!"))
        self.assertEqual(self.ours.values((1, 2), {}, [5, "b"], flag=False, text="")[0], [1.0, 2.0, 1.0])

    def test_converted_arguments(self):
        """Bools, numbers, tensors of one element, texts and ranges as PyTorch takes them for each other."""
        numbers = ["3", "2.5", "True", "1 + 2j", "None", "t(3)", "t(2.5)", "t([True])", "t([1, 2])", "t(1j)", "t(1e30)", "'cpu'", "'x y'"]
        lists = ["[1, 0]", "[t(1), t(0)]", "[True, 2.5]", "(1, True)", "[None, 'a']", "range(3)", "[[1], 2]"]
        dicts = ["{'a': t(1)}", "{'a': True}", "{1: 2}"]
        for name, given in {"int": numbers, "float": numbers, "bool": numbers, "complex": numbers, "torch.device": numbers, "str": numbers,
                            "Optional[int]": numbers, "Union[int, str]": numbers, "List[bool]": lists, "List[int]": lists,
                            "List[float]": lists, "Tuple[int, bool]": lists, "Dict[str, int]": dicts}.items():
            module = type("Given", (torch.jit.ScriptModule,), {})()
            module.define(f"def forward(self, x: {name}):\n    return x\n")
            loaded = heddle.jit.load(io.BytesIO(torch.jit.save(module, held := io.BytesIO()) or held.getvalue()))
            for text in given:
                value = eval(text, {"t": torch.tensor})
                try:
                    wanted = module(value)
                except Exception:
                    with self.assertRaises(RuntimeError, msg=f"{name} <- {text}"):
                        loaded(to_heddle(value))
                    continue
                got = loaded(to_heddle(value))
                self.assertEqual((str(type(got)).replace("heddle", "torch"), str(got)), (str(type(wanted)), str(wanted)), f"{name} <- {text}")

    def test_wrong_arguments(self):
        for module, x in ((self.ours, to_heddle(self.x)), (torch.jit.load(io.BytesIO(self.bytes)), self.x)):
            for call in (lambda: module(), lambda: module("text"), lambda: module(x, nope=1), lambda: module(x, x, x),
                         lambda: module(x, None, 1, 2), lambda: module(x, x=x)):
                with self.assertRaises(RuntimeError):
                    call()
            with self.assertRaises(AttributeError):
                module.nope
        with self.assertRaises(TypeError):
            self.ours(object())

    def test_errors_of_the_model(self):
        with self.assertRaisesRegex(heddle.jit.Error, "positive"):
            self.ours.fails(heddle.ones(2))
        with self.assertRaisesRegex(RuntimeError, "out of bounds|out of range"):
            self.ours.fails(-heddle.ones(2))

    def test_results(self):
        point = self.ours.point(heddle.ones(1))
        self.assertEqual((type(point).__name__, point._fields, point.y), ("Point", ("x", "y"), 3))
        self.assertEqual(self.ours.colour(1).name, "RED")
        self.assertEqual(self.ours.colour(2).value, 2)
        self.assertIs(self.ours.colour(1), self.ours.colour(1))

    def test_attributes(self):
        ours = self.ours
        self.assertEqual((ours.scale, ours.names, ours.training), (2.0, ["a", "b"], False))
        self.assertEqual(ours.original_name, "Model")
        self.assertEqual([name for name, _ in ours.named_children()], ["part", "layers"])
        self.assertEqual([name for name, _ in ours.named_modules()], [name for name, _ in self.theirs.named_modules()])
        self.assertEqual(list(ours.state_dict()), list(self.theirs.state_dict()))
        self.assertIsNone(difference(dict(ours.state_dict()), dict(self.theirs.state_dict())))
        self.assertEqual([name for name, _ in ours.named_parameters()],
                         [name for name, _ in self.theirs.named_parameters()])
        self.assertEqual(len(ours.layers), 2)
        self.assertIsNone(difference(ours.layers[0].weight, self.theirs.layers[0].weight))
        self.assertEqual(ours.part, ours.part)
        self.assertIn("part", dir(ours))
        self.assertIn("forward", ours.code)
        self.assertIn("return y", ours.code)
        self.assertIn("aten::", ours.part.inlined_graph)
        self.assertIn("fails", dir(ours))
        self.assertIn("Linear", repr(ours))
        ours.scale = 3.0
        theirs = copy.deepcopy(self.theirs)
        theirs.scale = 3.0
        self.assertIsNone(difference(ours(to_heddle(self.x)), theirs(self.x)))
        with self.assertRaises(RuntimeError):
            ours.scale = "text"
        self.assertTrue(ours.train().training and ours.part.training)
        self.assertFalse(ours.eval().part.training)

    def test_weights_that_are_written(self):
        self.ours.part.linear.weight.zero_()
        theirs = copy.deepcopy(self.theirs)
        theirs.part.linear.weight.data.zero_()
        self.assertIsNone(difference(self.ours(to_heddle(self.x)), theirs(self.x)))

    def test_copies(self):
        self.ours.step()
        other = copy.deepcopy(self.ours)
        self.assertEqual((self.ours.step(), other.step(), other.step()), (2, 2, 3))

    def test_freeze(self):
        for frozen in (heddle.jit.freeze(self.ours), heddle.jit.optimize_for_inference(self.ours)):
            self.assertIsNone(difference(frozen(to_heddle(self.x)), self.theirs(self.x)))
        with self.assertRaises(RuntimeError):
            heddle.jit.freeze(self.ours.train())

    def test_futures(self):
        expected = self.theirs(self.x)
        future = self.ours.forward_async(to_heddle(self.x))
        self.assertIsNone(difference(future.wait(), expected))
        self.assertTrue(future.done())
        self.assertIsNone(difference(future.value(), expected))
        self.assertIsNone(difference(heddle.jit.wait(heddle.jit.fork(self.ours, to_heddle(self.x))), expected))
        self.assertIsNone(difference(heddle.jit._wait(heddle.jit._fork(self.ours.forked, to_heddle(self.x))),
                                     self.theirs.forked(self.x)))
        shape = self.ours.forward_async(to_heddle(self.x)).then(lambda f: f.value().shape)
        self.assertEqual(shape.wait(), (2, 3))
        with self.assertRaises(heddle.jit.Error):
            heddle.jit.fork(self.ours.fails, heddle.ones(1)).wait()

    def test_futures_can_be_awaited(self):
        x = to_heddle(self.x)

        async def one():
            return await self.ours.forward_async(x)

        async def many():
            found = await asyncio.gather(*[one() for _ in range(20)])
            with self.assertRaises(heddle.jit.Error):
                await heddle.jit.fork(self.ours.fails, heddle.ones(1))
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(one_never(), 0.05)
            return found

        async def one_never():
            await heddle.futures.Future()

        for got in asyncio.run(many()):
            self.assertIsNone(difference(got, self.theirs(self.x)))

    def test_promises(self):
        future = heddle.futures.Future()
        self.assertFalse(future.done())
        seen = []
        future.add_done_callback(lambda f: seen.append(f.value()))
        future.set_result({"any": object})
        self.assertEqual((future.wait(), seen), ({"any": object}, [{"any": object}]))
        with self.assertRaises(RuntimeError):
            future.set_result(1)
        failed = heddle.futures.Future()
        failed.set_exception(KeyError("k"))
        with self.assertRaises(KeyError):
            failed.wait()
        with self.assertRaises(TimeoutError):
            heddle.futures.Future().result(0.01)
        both = heddle.futures.wait_all([heddle.jit.fork(lambda: 1), heddle.jit.fork(lambda: 2)])
        self.assertEqual(both, [1, 2])

    def test_64_threads(self):
        expected = self.theirs(self.x)
        x = to_heddle(self.x)
        wrong = []

        def work():
            for _ in range(20):
                why = difference(self.ours.forked(x) if _ % 5 == 0 else self.ours(x),
                                 self.theirs.forked(self.x) if _ % 5 == 0 else expected)
                if why:
                    wrong.append(why)

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_the_lock_is_given_up(self):
        unit = heddle.jit.CompilationUnit("""
def spin(n: int) -> int:
    total = 0
    for i in range(n):
        total += i % 7
    return total
""")
        going = threading.Event()
        done = threading.Event()
        ticks = []

        def run():
            going.set()
            unit.spin(20000000)
            done.set()

        thread = threading.Thread(target=run)
        thread.start()
        going.wait()
        while not done.wait(0.001):
            ticks.append(1)
        thread.join()
        self.assertGreater(len(ticks), 10)

    def test_after_fork(self):
        x = to_heddle(self.x)
        expected = self.ours(x)
        self.ours.forked(x)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                big = heddle.ones(300, 300)
                good = (heddle.equal(self.ours(x), expected) and self.ours.forked(x) is not None
                        and self.ours.forward_async(x).wait() is not None and float((big @ big)[0, 0]) == 300
                        and heddle.jit.fork(lambda: 5).wait() == 5)
                status = 0 if good else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertTrue(heddle.equal(self.ours(x), expected))


def helper(x, by: int):
    return x * by


LIMIT = 3


class Pair:
    def __init__(self, a: int, b: int):
        self.a = a
        self.b = b

    def total(self) -> int:
        return self.a + self.b


def scripted(x: heddle.Tensor, flags: List[bool], by: Optional[int] = None) -> heddle.Tensor:
    y = heddle.relu(x)
    for flag in flags:
        if flag:
            y = helper(y, LIMIT)
    if by is not None:
        y = heddle.nn.functional.softmax(y, dim=by)
    return y + Pair(1, 2).total()


class Scripts(unittest.TestCase):
    def test_compilation_unit(self):
        unit = heddle.jit.CompilationUnit("def f(x, n: int = 2):\n    return x * n\n\ndef g(x):\n    return f(x) + 1\n")
        self.assertEqual(unit.g(heddle.ones(1)).item(), 3)
        self.assertEqual(unit.f(heddle.ones(1), n=5).item(), 5)
        self.assertIn("g", dir(unit))
        with self.assertRaises(AttributeError):
            unit.h
        with self.assertRaisesRegex(RuntimeError, "undefined value|not defined|nope"):
            heddle.jit.CompilationUnit("def f(x):\n    return nope(x)\n").f(heddle.ones(1))

    def test_script(self):
        f = heddle.jit.script(scripted)
        x = heddle.tensor([[1., -2.], [3., 0.]])
        self.assertTrue(heddle.equal(f(x, [True, False]), scripted(x, [True, False])))
        self.assertTrue(heddle.allclose(f(x, [True], by=1), scripted(x, [True], 1)))
        self.assertEqual(f.name, "scripted")
        self.assertIn("relu", f.code)
        self.assertIn("aten::relu", f.graph)
        self.assertIs(heddle.jit.script(f), f)

        @heddle.jit.script
        def decorated(x, n: int):
            return heddle.jit.wait(heddle.jit.fork(helper, x, n)) + 1

        self.assertEqual(decorated(heddle.ones(1), 4).item(), 5)
        with self.assertRaises(RuntimeError):
            heddle.jit.script(eval("lambda x: x"))
        with self.assertRaises(RuntimeError):
            heddle.jit.script(3)

    def test_python_tasks(self):
        def nested(depth):
            return 1 if depth == 0 else heddle.jit.wait(heddle.jit.fork(nested, depth - 1)) + 1

        self.assertEqual(heddle.jit.fork(nested, 30).wait(), 31)
        with self.assertRaises(ZeroDivisionError):
            heddle.jit.wait(heddle.jit.fork(lambda: 1 / 0))
        futures = [heddle.jit.fork(lambda n: heddle.full((n,), n).sum().item(), n) for n in range(100)]
        self.assertEqual([heddle.jit.wait(f) for f in futures], [n * n for n in range(100)])


if __name__ == "__main__":
    unittest.main()
