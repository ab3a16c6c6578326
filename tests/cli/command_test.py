#!/usr/bin/python3
"""The command `heddle` as a person calls it: command_test.py HEDDLE [unittest options]."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy as np
import torch
from PIL import Image

HEDDLE = ""


class Scale(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(3.0))
        self.register_buffer("shift", torch.tensor([10], dtype=torch.int64))

    def forward(self, x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
        return x * factor

    @torch.jit.export
    def parts(self, pair: Tuple[int, float], numbers: List[float], named: Dict[str, int], text: str,
              maybe: Optional[int]) -> Tuple[int, float, float, int, str, Optional[int]]:
        total = 0.0
        for number in numbers:
            total += number
        return pair[0], pair[1], total, named["a"], text, maybe

    @torch.jit.export
    def split(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        return {"head": x[0], "tail": x[1:]}

    @torch.jit.export
    def both(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return x, x + 1

    @torch.jit.export
    def later(self, x: torch.Tensor) -> torch.jit.Future[torch.Tensor]:
        return torch.jit.fork(torch.relu, x)

    @torch.jit.export
    def refuse(self, x: torch.Tensor) -> torch.Tensor:
        if x.numel() > 0:
            raise ValueError("no such thing")
        return x


class CommandTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        cls.model = cls.path / "scale.pt"
        torch.jit.script(Scale()).save(str(cls.model))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def heddle(self, *arguments, code=0):
        done = subprocess.run([HEDDLE, *map(str, arguments)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def run_model(self, *arguments):
        """The value that the run wrote to a file, as PyTorch reads it."""
        out = self.path / "out.pt"
        self.heddle("run", self.model, *arguments, "--output", out)
        return torch.load(out)

    def refused(self, code, *arguments):
        """What the command says as it ends with that code; always one message, on standard error."""
        done = self.heddle(*arguments, code=code)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.strip())
        return done.stderr

    # Inputs

    def test_numpy_inputs(self):
        x = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
        np.save(self.path / "x.npy", x)
        np.savez(self.path / "one.npz", x)
        np.savez_compressed(self.path / "two.npz", a=x, b=x + 1)
        for name, want in [("x.npy", x), ("one.npz", x), ("two.npz:b", x + 1)]:
            got = self.run_model(self.path / name)
            self.assertTrue(torch.equal(got, torch.from_numpy(want * 2)), name)
        self.assertIn("a, b", self.refused(2, "run", self.model, self.path / "two.npz"))
        self.assertIn("'a', 'b'", self.refused(2, "run", self.model, self.path / "two.npz:c"))

    def test_torch_save_inputs(self):
        x = torch.randn(4, 3).t()
        torch.save(x, self.path / "x.pt")
        torch.save({"weights": [x, x + 1]}, self.path / "state.pt")
        torch.save({"first": x}, self.path / "old.pt", _use_new_zipfile_serialization=False)
        for name in ["x.pt", "old.pt:first"]:
            self.assertTrue(torch.equal(self.run_model(self.path / name), x * 2), name)
        self.assertIn("'weights'", self.refused(2, "run", self.model, self.path / "state.pt:bias"))

    def test_images(self):
        rng = np.random.default_rng(0)
        picture = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
        picture.save(self.path / "p.png")
        picture.save(self.path / "p.jpg", quality=95)
        for name in ["p.png", "p.jpg"]:
            want = torch.from_numpy(np.asarray(Image.open(self.path / name))).permute(2, 0, 1)[None] / 255
            got = self.run_model(self.path / name, 1)
            self.assertEqual(got.shape, want.shape)
            self.assertLessEqual((got - want).abs().max().item(), 0 if name == "p.png" else 2 / 255, name)
        small = np.asarray(picture.convert("L").resize((17, 11), Image.BILINEAR)) / np.float32(255)
        got = self.run_model(self.path / "p.png", 1, "--gray", "--resize", "17x11", "--mean", 0.5, "--std", 0.25)
        self.assertTrue(torch.allclose(got, (torch.from_numpy(small)[None, None] - 0.5) / 0.25, atol=1e-6))
        got = self.run_model("--mean", "0.1,0.2,0.3", "--std", "1,2,4", self.path / "p.png", 1)
        self.assertEqual(got.shape, (1, 3, 30, 40))

    def test_made_up_tensors(self):
        self.assertEqual(self.run_model("int64[50]<7", 1).dtype, torch.float32)
        first, again, other = (self.run_model("float32[8]", "--seed", seed) for seed in (1, 1, 2))
        self.assertTrue(torch.equal(first, again))
        self.assertFalse(torch.equal(first, other))
        self.assertTrue(torch.equal(self.run_model("ones:float64[2,2]", -3), torch.full((2, 2), -3.0).double()))

    def test_numbers_fit_their_parameters(self):
        got = self.run_model("--method", "parts", "[3, 4]", "[1, 2.5]", '{"a": 7}', "'text'", "none")
        self.assertEqual(got, (3, 4.0, 3.5, 7, "text", None))
        got = self.run_model("[[1, 2], [3, 4]]", 3)
        self.assertTrue(torch.equal(got, torch.tensor([[3.0, 6.0], [9.0, 12.0]])))

    def test_all_arguments_in_one_file(self):
        x = torch.ones(2)
        for name, value in [("tuple.pt", (x, 5.0)), ("list.pt", [x, 5.0]),
                            ("dict.pt", {"args": (x,), "kwargs": {"factor": 5.0}}), ("kw.pt", {"kwargs": {"x": x, "factor": 5}})]:
            torch.save(value, self.path / name)
            self.assertTrue(torch.equal(self.run_model("--args", self.path / name), x * 5), name)
        torch.save({"arguments": 1}, self.path / "wrong.pt")
        self.assertIn("'args' and 'kwargs'", self.refused(2, "run", self.model, "--args", self.path / "wrong.pt"))
        torch.save({"kwargs": {"speed": 1}}, self.path / "wrong.pt")
        self.assertIn("'speed'", self.refused(2, "run", self.model, "--args", self.path / "wrong.pt"))

    # Outputs

    def test_prints_the_value(self):
        self.assertEqual(self.heddle("run", self.model, "ones:float32[2]").stdout, "tensor([2., 2.])\n")

    def test_output_files(self):
        x = self.path / "in.npy"
        np.save(x, np.arange(6, dtype=np.float32).reshape(3, 2))
        want = np.load(x)
        self.heddle("run", self.model, x, 1, "--output", self.path / "o.npy")
        np.testing.assert_array_equal(np.load(self.path / "o.npy"), want)
        self.heddle("run", self.model, x, "--method", "split", "--output", self.path / "o.npz")
        with np.load(self.path / "o.npz") as arrays:
            np.testing.assert_array_equal(arrays["head"], want[0])
            np.testing.assert_array_equal(arrays["tail"], want[1:])
        self.heddle("run", self.model, x, "--method", "both", "--output", self.path / "o.json")
        self.assertEqual(json.loads((self.path / "o.json").read_text()), [want.tolist(), (want + 1).tolist()])
        got = self.run_model(x, "--method", "both")
        self.assertTrue(torch.equal(got[1], torch.from_numpy(want + 1)))
        self.assertIn(".npz", self.refused(2, "run", self.model, x, "--output", self.path / "o.txt"))

    def test_expect(self):
        for kind in ["npy", "pt", "json", "npz"]:
            file = self.path / f"expected.{kind}"
            self.heddle("run", self.model, "float32[9]", "--output", file)
            done = self.heddle("run", self.model, "float32[9]", "--expect", file)
            self.assertIn("9 numbers compared", done.stdout)
            done = self.heddle("run", self.model, "float32[9]", 2.5, "--expect", file, code=1)
            self.assertIn("output", done.stderr)
            self.heddle("run", self.model, "float32[9]", 2.5, "--expect", file, "--rtol", 1)
        self.assertIn("shape", self.heddle("run", self.model, "float32[8]", "--expect", self.path / "expected.npy", code=1).stderr)
        self.refused(2, "run", self.model, "float32[9]", "--expect", self.path / "gone.npy")

    def test_json_report(self):
        report = json.loads(self.heddle("run", self.model, "ones:float32[2]", "--json", "--threads", 2).stdout)
        self.assertEqual(report["output"], [2.0, 2.0])
        self.assertEqual(report["method"], "forward")
        self.assertEqual(report["config"]["threads"], 2)
        self.assertGreater(report["load_ms"], 0)

    def test_futures_are_waited_for(self):
        self.assertTrue(torch.equal(self.run_model("ones:float32[2]", "--method", "later"), torch.ones(2)))

    # Failures

    def test_wrong_usage(self):
        self.assertIn("2 arguments", self.refused(2, "run", self.model, "--method", "split", 1, 2))
        self.assertIn("'x'", self.refused(2, "run", self.model, "'text'"))
        self.assertIn("expected", self.refused(2, "run", self.model))
        self.assertIn("split", self.refused(2, "run", self.model, "--method", "backward"))
        self.assertIn("not understood", self.refused(2, "run", self.model, "hello"))
        self.assertIn("--resize", self.refused(2, "run", self.model, "3", "--resize", "big"))
        self.assertIn("--speed", self.refused(2, "run", self.model, "3", "--speed", "9"))
        self.refused(2)
        self.refused(2, "walk")
        self.refused(2, "run", self.model, "ones:float32[1]", "--threads", 0)
        self.assertIn("usage", self.heddle("--help").stdout.lower())

    def test_what_cannot_be_loaded(self):
        torch.save({"a": torch.ones(1)}, self.path / "state_dict.pt")
        (self.path / "empty.pt").write_bytes(b"")
        (self.path / "text.pt").write_text("hello")
        whole = self.model.read_bytes()
        (self.path / "short.pt").write_bytes(whole[:len(whole) // 2])
        for name in ["gone.pt", "empty.pt", "text.pt", "short.pt", "state_dict.pt"]:
            for command in ["run", "inspect"]:
                self.assertIn(name, self.refused(3, command, self.path / name))
        self.refused(3, "run", self.path)

    def test_errors_of_the_model(self):
        message = self.refused(4, "run", self.model, "float32[2]", "--method", "refuse")
        self.assertIn("no such thing", message)
        self.assertIn("raise ValueError", message)
        self.assertIn("command_test.py", message)

    # The other commands

    def test_bench(self):
        arguments = ["bench", self.model, "float32[3]", "--duration", 0.2, "--warmup", 0, "--inference-threads", 2, "--threads", 1]
        text = self.heddle(*arguments).stdout
        for part in ["first run", "latency", "throughput", "2 inference, 1 intra-op"]:
            self.assertIn(part, text)
        report = json.loads(self.heddle(*arguments, "--json").stdout)
        latency = report["latency_ms"]
        self.assertTrue(0 < latency["min"] <= latency["p50"] <= latency["p90"] <= latency["p99"])
        self.assertGreater(report["requests"], 0)
        self.assertGreater(report["throughput_per_s"], 0)
        self.assertGreaterEqual(report["os_threads_peak"], 3)
        config = report["config"]
        self.assertEqual((config["threads"], config["inference_threads"]), (1, 2))
        self.assertIn(config["backend"], ["OMP", "TBB", "NATIVE"])
        text = self.heddle(*arguments, "--profile").stdout
        for part in ["from one inference thread", "aten::mul.Scalar", "command_test.py:"]:
            self.assertIn(part, text)
        profile = json.loads(self.heddle(*arguments, "--profile", "--json").stdout)["profile"]
        row = next(r for r in profile["operators"] if r["name"] == "aten::mul.Scalar")
        self.assertEqual(row["calls"], 1)
        self.assertTrue(0 < row["shortest_ms"] <= row["mean_ms"] <= profile["mean_ms"])
        self.assertIn("no such thing", self.refused(4, "bench", self.model, "float32[2]", "--method", "refuse"))
        self.assertIn("--duration", self.refused(2, "bench", self.model, "float32[2]", "--duration", 0))
        self.assertIn("--inference-threads", self.refused(2, "bench", self.model, "float32[2]", "--inference-threads", 0))

    def test_inspect(self):
        text = self.heddle("inspect", self.model).stdout
        for part in ["forward(", "Dict[str, Tensor]", "weight", "float32[3]", "shift", "int64[1]", "aten::mul"]:
            self.assertIn(part, text)
        report = json.loads(self.heddle("inspect", self.model, "--json").stdout)
        self.assertEqual(report["parameters"], [{"name": "weight", "dtype": "float32", "shape": [3]}])
        self.assertIn("aten::mul", report["operators"])
        self.assertIn("def forward", self.heddle("inspect", self.model, "--code").stdout)
        self.assertIn("aten::mul", self.heddle("inspect", self.model, "--graph").stdout)
        self.assertIn("aten::mul", self.heddle("inspect", self.model, "--plan").stdout)

    def test_inspect_sees_what_forks_run(self):
        digits = Path(__file__).resolve().parents[2] / "models" / "digits" / "digits.pt"
        operators = json.loads(self.heddle("inspect", digits, "--json").stdout)["operators"]
        self.assertEqual(operators["aten::conv2d"], 4)

    def test_operators(self):
        self.assertIn("aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", self.heddle("ops", "aten::mul").stdout)
        names = [row["name"] for row in json.loads(self.heddle("ops", "--json").stdout)]
        self.assertIn("aten::relu", names)
        self.assertIn("aten::walk", self.refused(2, "ops", "aten::walk"))

    def test_parallel_info(self):
        text = self.heddle("parallel-info").stdout
        self.assertIn("get_num_threads() : ", text)
        link = Path(HEDDLE).parent / "parallel_info"
        self.assertEqual(subprocess.run([link], capture_output=True, text=True).stdout, text)


if __name__ == "__main__":
    HEDDLE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
