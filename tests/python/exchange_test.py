"""Memory shared with NumPy and DLPack, pickles, files, settings; and who keeps what alive."""
import copy
import gc
import io
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
import weakref

import numpy
import torch

import heddle
from oracle import difference

NUMPY_DTYPES = ["uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
                "bool"]


class NumPy(unittest.TestCase):
    def test_every_dtype_both_ways(self):
        for name in NUMPY_DTYPES:
            array = numpy.arange(6).reshape(2, 3).astype(name)
            tensor = heddle.from_numpy(array)
            self.assertIs(tensor.dtype, getattr(heddle, name))
            self.assertEqual(tensor.data_ptr(), array.ctypes.data)
            back = tensor.T.numpy()
            self.assertEqual(back.ctypes.data, array.ctypes.data)
            numpy.testing.assert_array_equal(back, array.T)
            self.assertEqual(back.dtype, array.dtype)

    def test_writes_are_seen(self):
        array = numpy.zeros((3, 4), numpy.float32)
        tensor = heddle.from_numpy(array[::2, 1:])
        tensor.fill_(5)
        self.assertEqual(array.sum(), 30)
        array[0, 1] = 7
        self.assertEqual(tensor[0, 0].item(), 7)
        made = heddle.zeros(2)
        made.numpy()[1] = 3
        self.assertEqual(made.tolist(), [0, 3])

    def test_lifetimes(self):
        class Watched(numpy.ndarray):
            pass
        array = numpy.arange(1000.).view(Watched)
        gone = weakref.ref(array)
        view = heddle.from_numpy(array)[10:20]
        del array
        gc.collect()
        self.assertIsNotNone(gone())
        self.assertEqual(view.sum().item(), 145)
        other = view.numpy()
        del view
        gc.collect()
        self.assertEqual(other.sum(), 145)
        del other
        gc.collect()
        self.assertIsNone(gone())

    def test_the_last_view_may_end_on_another_thread(self):
        arrays = [numpy.ones(1000) for _ in range(200)]
        gone = []
        tensors = []
        for array in arrays:
            weakref.finalize(array, gone.append, 1)
            tensors.append(heddle.from_numpy(array))
        del arrays, array
        unit = heddle.jit.CompilationUnit("def f(x):\n    return torch.jit.wait(torch.jit.fork(g, x))\n\ndef g(x):\n    return x + 1\n")
        futures = [heddle.jit.fork(unit.f, tensor) for tensor in tensors]
        del tensors
        for future in futures:
            future.wait()
        del futures, future
        for _ in range(100):
            gc.collect()
            if len(gone) == 200:
                break
            threading.Event().wait(0.01)
        self.assertEqual(len(gone), 200)

    def test_functions_of_numpy(self):
        x = heddle.tensor([1., 2.])
        self.assertEqual(numpy.sum(x.numpy()), 3)
        numpy.testing.assert_array_equal(numpy.asarray(x), [1, 2])
        numpy.testing.assert_array_equal(numpy.array(x, dtype=numpy.int64), [1, 2])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            heddle.from_numpy(numpy.broadcast_to(numpy.float32(1), (2,)))
        self.assertEqual(len(caught), 1)
        buffer = bytearray(b"\1\0\0\0\2\0\0\0")
        self.assertEqual(heddle.frombuffer(buffer, dtype=heddle.int32).tolist(), [1, 2])


class DLPack(unittest.TestCase):
    def test_with_torch(self):
        for name in NUMPY_DTYPES[:-1] + ["bfloat16"]:
            theirs = torch.arange(6).reshape(2, 3).to(getattr(torch, name))
            ours = heddle.from_dlpack(theirs)
            self.assertEqual(ours.data_ptr(), theirs.data_ptr())
            self.assertIsNone(difference(ours, theirs))
            back = torch.from_dlpack(ours[:, 1:])
            self.assertEqual(back.data_ptr(), theirs[:, 1:].data_ptr())
            self.assertTrue(torch.equal(back, theirs[:, 1:]))

    def test_with_numpy(self):
        array = numpy.from_dlpack(heddle.arange(3))
        self.assertEqual(array.tolist(), [0, 1, 2])
        self.assertEqual(heddle.from_dlpack(numpy.arange(4.)).tolist(), [0, 1, 2, 3])

    def test_capsules(self):
        capsule = heddle.utils.dlpack.to_dlpack(heddle.ones(3))
        self.assertEqual(heddle.from_dlpack(capsule).tolist(), [1, 1, 1])
        with self.assertRaises(TypeError):
            heddle.from_dlpack(capsule)
        del capsule
        heddle.ones(2).__dlpack__()  # never taken
        gc.collect()
        with self.assertRaises(TypeError):
            heddle.from_dlpack(3)


class Copies(unittest.TestCase):
    def test_pickles(self):
        for tensor in (heddle.randn(2, 3), heddle.arange(5)[::2], heddle.tensor(True), heddle.zeros(0, 4),
                       heddle.tensor([1j]).conj(), heddle.randn(4, 4).T.bfloat16()):
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                back = pickle.loads(pickle.dumps(tensor, protocol))
                self.assertIs(back.dtype, tensor.dtype)
                self.assertEqual(back.shape, tensor.shape)
                self.assertTrue(heddle.equal(back, tensor))
        for thing in (heddle.float16, heddle.Size([1, 2]), heddle.device("cpu"), heddle.channels_last, heddle.relu,
                      heddle.linalg.norm, heddle.Tensor.relu):
            self.assertEqual(repr(pickle.loads(pickle.dumps(thing))), repr(thing))
        self.assertIs(pickle.loads(pickle.dumps(heddle.float16)), heddle.float16)

    def test_deepcopy(self):
        x = heddle.ones(2)
        both = copy.deepcopy([x, x])
        self.assertIs(both[0], both[1])
        both[0].zero_()
        self.assertEqual(x.tolist(), [1, 1])
        y = copy.copy(x)
        y.zero_()
        self.assertEqual(x.tolist(), [0, 0])

    def test_subclasses_and_attributes(self):
        class Mine(heddle.Tensor):
            pass
        mine = Mine(heddle.ones(2))
        mine.note = "n"
        self.assertEqual((mine.note, type(mine + 1)), ("n", heddle.Tensor))
        self.assertIsNotNone(weakref.ref(mine)())
        with self.assertRaises(TypeError):
            heddle._C.TensorBase(3)


class Data(unittest.TestCase):
    def test_assigned(self):
        """Everything of the other tensor: its type, its view, and that it is only marked as conjugated."""
        for make in (lambda t: t.ones(2, 3, dtype=t.int64).t(), lambda t: t.tensor([1 + 1j, 2 - 2j]).conj()):
            theirs, ours, given = torch.zeros(3), heddle.zeros(3), make(heddle)
            theirs.data, ours.data = make(torch), given
            self.assertIsNone(difference(ours, theirs))
            self.assertEqual((ours.is_conj(), ours.stride(), ours.data_ptr()), (theirs.is_conj(), theirs.stride(), given.data_ptr()))

    def test_refused(self):
        whole = heddle.quantize_per_tensor(heddle.ones(2), 0.5, 1, heddle.quint8)
        with self.assertRaisesRegex(RuntimeError, "incompatible tensor type"):
            whole.data = heddle.ones(2)
        with self.assertRaisesRegex(TypeError, "has to be a tensor"):
            whole.data = 3
        whole.data = heddle.quantize_per_tensor(heddle.ones(3), 0.25, 0, heddle.quint8)
        self.assertEqual(whole.q_scale(), 0.25)


class Files(unittest.TestCase):
    value = {"weight": torch.arange(6.).reshape(2, 3), "list": [1, 2.5, None, "text", (True, torch.tensor(3))],
             "half": torch.ones(2, dtype=torch.bfloat16), "nested": {"a": torch.zeros(0)}}

    def test_reads_what_torch_saved(self):
        for new in (True, False):
            out = io.BytesIO()
            torch.save(self.value, out, _use_new_zipfile_serialization=new)
            for source in (out.getvalue(), io.BytesIO(out.getvalue())):
                self.assertIsNone(difference(heddle.load(source), self.value))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.pt")
            torch.save(self.value, path)
            self.assertIsNone(difference(heddle.load(path), self.value))
            with self.assertRaises(FileNotFoundError):
                heddle.load(path + ".none")

    def test_torch_reads_what_is_saved(self):
        ours = heddle.load(self.saved())
        shared = heddle.arange(4.)
        ours["views"] = [shared, shared[1:]]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.pt")
            heddle.save(ours, path)
            theirs = torch.load(path)
        self.assertIsNone(difference(ours, theirs))
        theirs["views"][0][1] = 9
        self.assertEqual(theirs["views"][1][0].item(), 9)
        out = io.BytesIO()
        heddle.save(ours, out)
        self.assertIsNone(difference(ours, torch.load(io.BytesIO(out.getvalue()))))
        with self.assertRaises((TypeError, RuntimeError)):
            heddle.save(object(), out)

    def saved(self):
        out = io.BytesIO()
        torch.save(self.value, out)
        return out.getvalue()

    def test_runs_no_code(self):
        class Evil:
            def __reduce__(self):
                return os.system, ("echo this must not run",)
        out = io.BytesIO()
        torch.save([Evil()], out)
        with self.assertRaises(RuntimeError):
            heddle.load(out.getvalue())


class Settings(unittest.TestCase):
    def test_threads(self):
        before = heddle.get_num_threads()
        heddle.set_num_threads(1)
        self.assertEqual(heddle.get_num_threads(), 1)
        heddle.set_num_threads(before)
        pool = heddle.get_num_interop_threads()
        heddle.set_num_interop_threads(3)
        self.assertEqual(heddle.get_num_interop_threads(), 3)
        heddle.set_num_interop_threads(pool)
        for wrong in (0, -1, 100000):
            with self.assertRaises(RuntimeError):
                heddle.set_num_threads(wrong)
        with self.assertRaises(TypeError):
            heddle.set_num_threads("2")
        self.assertIn("get_num_threads()", heddle.__config__.parallel_info())
        self.assertIn("Heddle", heddle.__config__.show())

    def test_a_file_of_settings(self):
        before = heddle.get_num_threads(), heddle.get_num_interop_threads()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "threads.json")
            with open(path, "w") as file:
                file.write('{"config": {"threads": 3, "interop_threads": 2, "inference_threads": 4}}')
            want = {"threads": 3, "interop_threads": 2, "inference_threads": 4}
            self.assertEqual(heddle.read_thread_config(path), want)
            self.assertEqual((heddle.get_num_threads(), heddle.get_num_interop_threads()), before)
            self.assertEqual(heddle.apply_thread_config(path), want)
            self.assertEqual((heddle.get_num_threads(), heddle.get_num_interop_threads()), (3, 2))
            with self.assertRaisesRegex(RuntimeError, "cannot read"):
                heddle.apply_thread_config(path + ".none")
        heddle.set_num_threads(before[0])
        heddle.set_num_interop_threads(before[1])

    def test_switches_that_mean_nothing(self):
        heddle.set_float32_matmul_precision("high")
        self.assertEqual(heddle.get_float32_matmul_precision(), "highest")
        with self.assertRaises(RuntimeError):
            heddle.set_float32_matmul_precision("low")
        self.assertFalse(heddle.cuda.is_available())
        self.assertFalse(heddle.set_flush_denormal(True))
        heddle.init_num_threads()
        for refused in (lambda: heddle.ones(1).cuda(), lambda: heddle.zeros(1, device="cuda"),
                        lambda: heddle.set_default_dtype(heddle.float64), lambda: heddle.ones(1).backward()):
            with self.assertRaises(RuntimeError):
                refused()

    def test_contexts(self):
        for lib in (torch, heddle):
            seen = [lib.is_grad_enabled()]
            with lib.no_grad():
                seen.append(lib.is_grad_enabled())
                with lib.enable_grad():
                    seen.append(lib.is_grad_enabled())
                seen.append(lib.is_grad_enabled())

            @lib.no_grad()
            def off():
                return lib.is_grad_enabled()

            @lib.inference_mode()
            def inference():
                return lib.is_inference_mode_enabled(), lib.is_grad_enabled()

            seen += [off(), inference(), lib.is_grad_enabled()]
            with lib.set_grad_enabled(False):
                seen.append(lib.is_grad_enabled())
            with lib.inference_mode():
                seen.append(lib.is_inference_mode_enabled())
            self.assertEqual(seen, [True, False, True, False, False, (True, False), True, False, True])

    def test_random_numbers(self):
        heddle.manual_seed(5)
        first = heddle.randn(4), heddle.rand(2), heddle.randint(10, (3,))
        heddle.manual_seed(5)
        for a, b in zip(first, (heddle.randn(4), heddle.rand(2), heddle.randint(10, (3,)))):
            self.assertTrue(heddle.equal(a, b))
        mine = heddle.Generator().manual_seed(3)
        other = heddle.Generator().manual_seed(3)
        self.assertTrue(heddle.equal(heddle.randn(4, generator=mine), heddle.randn(4, generator=other)))
        self.assertFalse(heddle.equal(heddle.randn(4, generator=mine), heddle.randn(4)))

    def test_beside_torch(self):
        """Both in one process, in either order of imports, and both compute."""
        for order in ("import heddle, torch", "import torch, heddle"):
            code = (f"{order}\n"
                    "a = heddle.ones(200, 200); b = torch.ones(200, 200)\n"
                    "assert (a @ a)[0, 0].item() == (b @ b)[0, 0].item() == 200\n"
                    "f = heddle.jit.CompilationUnit('def f(x):\\n    return x + 1\\n').f\n"
                    "assert f(a)[0, 0].item() == 2\n"
                    "assert torch.jit.CompilationUnit('def f(x):\\n    return x + 1\\n').f(b)[0, 0].item() == 2\n"
                    "try: f('a')\nexcept RuntimeError: print('good')\n")
            self.assertEqual(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout, "good\n")

    def test_ends_while_tasks_run(self):
        code = ("import heddle, time\n"
                "for i in range(8): heddle.jit.fork(lambda: (time.sleep(0.2), print('end\\n', end='')))\n")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "end\n" * 8))

    def test_symbols_are_hidden(self):
        """Nothing of pybind11, whose types PyTorch's extension has too, is there for others."""
        extension = heddle._C.__file__
        listed = subprocess.run(["nm", "-D", "--defined-only", extension], capture_output=True, text=True).stdout
        self.assertIn("PyInit__C", listed)
        self.assertNotIn("pybind11", listed)

    def test_help(self):
        import inspect
        import pydoc
        text = pydoc.render_doc(heddle.softmax, renderer=pydoc.plaintext)
        self.assertIn("softmax(input, dim, dtype=None, *, out=None)", text)
        self.assertIn("Tensor.relu", pydoc.render_doc(heddle.Tensor.relu, renderer=pydoc.plaintext))
        self.assertEqual(str(inspect.signature(heddle.relu)), "(input, *, out=None)")
        for name in dir(heddle):
            if not name.startswith("_"):
                self.assertTrue(getattr(heddle, name).__doc__ or not callable(getattr(heddle, name)), name)


if __name__ == "__main__":
    unittest.main()
