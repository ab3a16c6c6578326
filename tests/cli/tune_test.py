#!/usr/bin/python3
"""The command `heddle tune` as a person calls it: tune_test.py HEDDLE [unittest options]."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest
from pathlib import Path

import torch

HEDDLE = ""


class Model(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.mm(x, x.t()).sum(1)


class Fixed(torch.nn.Module):
    """Fails for batches over four."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.size(0) > 4:
            raise ValueError("at most four")
        return x * 2


class TuneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        torch.jit.script(Model()).save(str(cls.path / "model.pt"))
        torch.jit.script(Fixed()).save(str(cls.path / "fixed.pt"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def heddle(self, *arguments, code=0):
        done = subprocess.run([HEDDLE, *map(str, arguments)], capture_output=True, text=True, timeout=120, cwd=self.path)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def tune(self, *arguments):
        return json.loads(self.heddle("tune", *arguments, "--json").stdout)

    def refused(self, *arguments, code=2):
        done = self.heddle("tune", *arguments, code=code)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_model(self):
        done = self.heddle("tune", "model.pt", "float32[4,8]", "--budget", "1s", "--max-threads", 2)
        for expected in ("Choose ", "heddle::set_num_threads(", "heddle.set_num_threads(", "OMP_NUM_THREADS=",
                         "model.tune.json"):
            self.assertIn(expected, done.stdout)
        report = json.loads((self.path / "model.tune.json").read_text())
        self.assertEqual(len(report["settings"]), 4)
        for setting in report["settings"]:
            self.assertGreater(setting["calls"], 0)
            self.assertLessEqual(setting["latency_ms"]["mean"]["low"], setting["latency_ms"]["mean"]["high"])
        chosen = report["settings"][report["chosen"]]
        self.assertEqual(chosen["status"], "chosen")
        for key in ("threads", "interop_threads", "inference_threads", "batch"):
            self.assertEqual(report["config"][key], chosen[key])

    def test_run_and_bench_take_the_file(self):
        (self.path / "own.json").write_text('{"config": {"threads": 3, "interop_threads": 2, "inference_threads": 2}}')
        model = ["model.pt", "float32[4,8]", "--config", "own.json", "--json"]
        self.assertEqual(json.loads(self.heddle("run", *model).stdout)["config"], {"threads": 3, "interop_threads": 2})
        bench = ["bench", *model, "--duration", 0.1, "--warmup", 0]
        config = json.loads(self.heddle(*bench).stdout)["config"]
        self.assertEqual((config["threads"], config["interop_threads"], config["inference_threads"]), (3, 2, 2))
        config = json.loads(self.heddle(*bench, "--threads", 1, "--inference-threads", 1).stdout)["config"]
        self.assertEqual((config["threads"], config["interop_threads"], config["inference_threads"]), (1, 2, 1))
        (self.path / "wrong.json").write_text('{"config": {"threads": "many"}}')
        for file, expected in [("wrong.json", 'threads is "many"'), ("none.json", "none.json"), ("model.pt", "no JSON")]:
            self.assertIn(expected, self.heddle("run", "model.pt", "float32[4,8]", "--config", file, code=2).stderr)

    def test_throughput_tries_batches_where_the_model_takes_them(self):
        report = self.tune("model.pt", "float32[1,8]", "--goal", "throughput", "--budget", "1s", "--max-threads", 1)
        self.assertEqual({setting["batch"] for setting in report["settings"]}, {1, 4, 16})
        self.assertGreater(report["config"]["batch"], 1)
        report = self.tune("fixed.pt", "float32[4,8]", "--goal", "throughput", "--budget", "1s", "--max-threads", 1)
        self.assertEqual({setting["batch"] for setting in report["settings"]}, {4})

    def test_a_setting_that_fails_does_not_stop_the_others(self):
        report = self.tune("fixed.pt", "float32[1,8]", "--batch", "1,16", "--budget", "1s", "--max-threads", 1)
        by_batch = {setting["batch"]: setting for setting in report["settings"]}
        self.assertEqual(by_batch[16]["status"], "failed")
        self.assertIn("at most four", by_batch[16]["error"])
        self.assertEqual(report["config"]["batch"], 1)
        self.assertIn("at most four", self.refused("fixed.pt", "float32[8,8]", "--budget", "1s", code=4))

    def test_arrivals(self):
        report = self.tune("model.pt", "float32[4,8]", "--rate", 500, "--budget", "2s", "--max-threads", 1)
        setting = report["settings"][0]
        self.assertLess(setting["throughput_per_s"]["value"], 4000)  # 500 calls of four inputs, and chance
        self.assertIn("unserved", setting)

    def test_a_goal_nobody_keeps_is_told(self):
        done = self.heddle("tune", "model.pt", "float32[256,256]", "--p99", "1us", "--budget", "1s", "--max-threads", 1)
        self.assertIn("No setting keeps p99 within 1.0 us", done.stdout)
        self.assertIn("Closest to the goal: 1 inference thread", done.stdout)

    def test_a_product(self):
        done = self.heddle("tune", "--matmul", 64, "--budget", "1s", "--max-threads", 4)
        plot = done.stdout.split("\n\n")[0].splitlines()
        counts = [int(line.split()[0]) for line in plot[1:]]
        self.assertEqual((counts[0], counts[1], counts[-1]), (1, 2, 4))
        self.assertTrue(all("#" in line for line in plot[1:]), plot)
        self.assertFalse((self.path / "64.tune.json").exists())

    def start(self, *arguments, **more):
        return subprocess.Popen([HEDDLE, *map(str, arguments)], text=True, cwd=self.path, **more)

    def interrupt_after(self, process, pattern):
        """Sends Ctrl-C once a line of progress has the pattern; returns what the command wrote."""
        for line in process.stderr:
            if re.search(pattern, line):
                break
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, f"{out}\n{errors}")
        return out, errors

    def test_interrupt_keeps_what_was_measured(self):
        process = self.start("tune", "model.pt", "float32[64,64]", "--budget", "60s", "--max-threads", 2, "--output",
                             "interrupted.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, _ = self.interrupt_after(process, r"round [2-9], 4 settings; best so far: \d")
        report = json.loads((self.path / "interrupted.json").read_text())
        self.assertTrue(report["interrupted"])
        self.assertIn("config", report)
        self.assertIn("Interrupted", out)

    def test_interrupted_bench_prints_what_it_measured(self):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        bench = ["bench", "model.pt", "float32[64,64]", "--duration", 60, "--inference-threads", 2]
        out, errors = self.interrupt_after(self.start(*bench, "--warmup", 0, "--json", **pipes), r"[1-9]\d* requests")
        report = json.loads(out)
        self.assertTrue(report["interrupted"])
        self.assertGreater(report["requests"], 0)
        self.assertIn("interrupted", errors)
        out, errors = self.interrupt_after(self.start(*bench, "--warmup", 60, **pipes), "warming up")
        self.assertEqual(out, "")
        self.assertIn("interrupted before a call was measured", errors)
        out, _ = self.interrupt_after(self.start(*bench, "--warmup", 0, "--profile", **pipes), r"[1-9]\d* requests")
        self.assertIn("latency", out)
        self.assertNotIn("profile of", out)

    def test_progress_fits_a_narrow_terminal_and_goes(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
        process = self.start("tune", "model.pt", "float32[64,64]", "--budget", "2s", "--max-threads", 2,
                             stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        shown = b""
        with process.stdout:  # its table fits into the pipe
            while True:
                try:
                    part = os.read(ours, 4096)
                except OSError:  # the last writer is gone
                    break
                if not part:
                    break
                shown += part
        os.close(ours)
        self.assertEqual(process.wait(60), 0)
        lines = shown.decode().split("\r\033[K")
        self.assertEqual(lines[0], "")
        self.assertEqual(lines[-1], "")  # written over at the end
        self.assertTrue(any("round 2" in line for line in lines), lines)
        self.assertEqual(max(map(len, lines)), 29)
        self.assertNotIn("\n", shown.decode())

    def test_wrong_options(self):
        model = ["model.pt", "float32[4,8]"]
        for arguments, expected in [
            ([], "give a MODEL"),
            ([*model, "--matmul", 4], "not both"),
            ([*model, "--goal", "speed"], "--goal"),
            ([*model, "--p99", "20"], "--p99 is '20', expected a time with its unit"),
            ([*model, "--budget", "-3s"], "--budget"),
            ([*model, "--rate", 0], "--rate is 0"),
            ([*model, "--rate", 5, "--goal", "throughput"], "--rate says how much is served"),
            ([*model, "--max-threads", 0], "--max-threads is 0"),
            ([*model, "--batch", "1,x"], "--batch is '1,x'"),
            (["--matmul", 0], "--matmul is 0"),
            (["--matmul", 8, "--rate", 5], "--matmul times one product"),
            ([*model, "--output", "no/such/folder/x.json"], "cannot write no/such/folder/x.json"),
            ([*model, "--budget", "1us"], "too short for one round"),
        ]:
            with self.subTest(arguments):
                self.assertIn(expected, self.refused(*arguments))
        self.assertIn("nothing.pt", self.refused("nothing.pt", code=3))

    def test_an_unwritable_report_is_found_first(self):
        began = time.monotonic()
        message = self.refused("model.pt", "float32[4,8]", "--report", "no/such/folder/x.html", "--budget", "60s")
        self.assertLess(time.monotonic() - began, 30)
        self.assertTrue("cannot write" in message or "holds no report pages" in message, message)
        self.assertFalse((self.path / "x.html").exists())


if __name__ == "__main__":
    HEDDLE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
