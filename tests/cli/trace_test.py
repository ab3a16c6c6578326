#!/usr/bin/env python3
"""`heddle trace`: what it writes of the bundled model, a fork/wait ensemble and an LSTM, and of what goes wrong.

    tests/cli/trace_test.py build/release/bin/heddle
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import List

import torch

HEDDLE = sys.argv.pop(1)
DIGITS = "models/digits/digits.pt"


class Member(torch.nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = torch.nn.Conv2d(3, channels, 3)
        self.second = torch.nn.Conv2d(channels, 4, 3)

    def forward(self, x):
        return self.second(torch.relu(self.first(x))).mean([2, 3])


class Ensemble(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.members = torch.nn.ModuleList([Member(8), Member(16), Member(24)])

    def forward(self, x):
        futures: List[torch.jit.Future[torch.Tensor]] = []
        for member in self.members:
            futures.append(torch.jit.fork(member, x))
        return torch.stack([torch.jit.wait(future) for future in futures]).sum(0)


class Recurrent(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(16, 32)

    def forward(self, x):
        return self.lstm(x)[0]


class Failing(torch.nn.Module):
    def forward(self, x):
        y = x + 1
        if bool(y.sum() > 0):
            raise RuntimeError("too much")
        return y


class Endless(torch.nn.Module):
    def forward(self, x):
        while bool(x.sum() < 1e30):
            x = x + 0
        return x


def trace(*arguments, code=0):
    done = subprocess.run([HEDDLE, "trace", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


class Events:
    """A trace file, and what must hold of any."""

    def __init__(self, path):
        self.all = json.loads(Path(path).read_text())["traceEvents"]
        self.spans = [event for event in self.all if event["ph"] == "X"]
        self.names = {event["tid"]: event["args"]["name"] for event in self.all if event["name"] == "thread_name"}

    def of(self, category):
        return [event for event in self.all if event.get("cat") == category]

    def check(self, test):
        test.assertGreater(len(self.spans), 0)
        slack = 0.0011  # the file rounds to nanoseconds
        for tid in {span["tid"] for span in self.spans}:
            test.assertRegex(self.names[tid], r"^(inference|inter-op|intra-op) \d+$")
            open_ends = []
            spans = [span for span in self.spans if span["tid"] == tid]
            for span in sorted(spans, key=lambda span: (span["ts"], -span["dur"])):
                test.assertGreaterEqual(span["dur"], 0)
                while open_ends and open_ends[-1] <= span["ts"] + slack:
                    open_ends.pop()
                end = span["ts"] + span["dur"]
                if open_ends:
                    test.assertLessEqual(end, open_ends[-1] + slack, f"{span} sticks out of what began before")
                open_ends.append(end)
        for category in ("starts", "ends"):
            flows = {}
            for event in self.of(category):
                flows.setdefault(event["id"], []).append(event)
            for pair in flows.values():
                pair.sort(key=lambda event: event["ph"], reverse=True)
                test.assertEqual([event["ph"] for event in pair], ["s", "f"])
                test.assertLessEqual(pair[0]["ts"], pair[1]["ts"] + slack)
        test.assertEqual(len(self.of("call")), len({span["args"]["task"] for span in self.of("call")}))


class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder_keeper = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.folder_keeper.name)
        for model in (Ensemble(), Recurrent(), Failing(), Endless()):
            torch.jit.script(model.eval()).save(str(cls.folder / f"{type(model).__name__}.pt"))

    def events(self, *arguments, code=0):
        path = self.folder / "trace.json"
        path.unlink(missing_ok=True)
        trace(*arguments, "--output", path, code=code)
        events = Events(path)
        events.check(self)
        return events

    def test_bundled_model(self):
        events = self.events(DIGITS, "float32[2,1,8,8]", "--calls", 3, "--threads", 2, "--interop-threads", 2)
        self.assertEqual(len(events.of("call")), 3)
        convolutions = [event for event in events.of("operator") if event["name"] == "heddle::convolution"]
        self.assertEqual(len(convolutions), 3 * 4)
        first = convolutions[0]["args"]
        self.assertIn("conv.py:", first["line"])
        self.assertIn("F.conv2d", first["source"])
        self.assertRegex(first["inputs"][0], r"^float32\[2, \d+, \d+, \d+\]$")
        self.assertGreater(first["bytes_allocated"], 0)
        self.assertIn(first["module"], ("first", "second"))

    def test_ensemble(self):
        for pool in (1, 3):
            with self.subTest(pool=pool):
                events = self.events(self.folder / "Ensemble.pt", "float32[1,3,32,32]", "--calls", 4, "--threads", 2,
                                     "--interop-threads", pool, "--inference-threads", 2)
                self.assertEqual(len(events.of("call")), 8)
                self.assertEqual(len(events.of("fork")), 3 * 8)
                starts = {event["id"] for event in events.of("starts") if event["ph"] == "f"}
                self.assertEqual(starts, {event["args"]["task"] for event in events.of("fork")})
                waits = [event for event in events.of("wait") if event["dur"] > 0]
                self.assertLessEqual({event["args"]["waits_for"] for event in waits}, starts)

    def test_regions_have_chunks(self):
        events = self.events(self.folder / "Ensemble.pt", "float32[8,3,128,128]", "--calls", 2, "--threads", 2,
                             "--interop-threads", 1)
        divided = {event["args"]["region"] for event in events.of("region") if event["args"]["helpers"] > 0}
        chunks = {event["args"]["region"] for event in events.of("chunk")}
        self.assertGreater(len(chunks), 0)
        self.assertLessEqual(chunks, divided)

    def test_lstm(self):
        done = trace(self.folder / "Recurrent.pt", "float32[20,2,16]", "--calls", 4, "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["calls"], 4)
        self.assertEqual(report["tasks"], 0)
        self.assertEqual(report["operators"][0]["name"], "heddle::lstm")
        self.assertEqual(report["modules"][0]["name"], "Recurrent.lstm")
        for table in ("operators", "lines", "modules"):
            self.assertAlmostEqual(sum(row["share"] for row in report[table]), 1, places=6)
        path = sum(step["time_ns"] for step in report["critical_path"])
        self.assertAlmostEqual(path / report["call_time_ns"], 1, delta=0.02)
        self.assertRegex(report["limit"], r"cannot use more than \d+ threads? because .*lstm")

    def test_text(self):
        done = trace(DIGITS, "float32[1,1,8,8]", "--threads", 1)
        for wanted in ("threads at work at a time", "operator", "line", "module", "Digits", "what decided when"):
            self.assertIn(wanted, done.stdout)

    def test_small_buffer_is_told(self):
        model = self.folder / "Ensemble.pt"
        done = trace(model, "float32[1,3,32,32]", "--calls", 4000, "--buffer", 1, "--json", "--output",
                     self.folder / "small.json")
        report = json.loads(done.stdout)
        self.assertGreater(report["dropped_events"], 0)
        self.assertIn("found no room", done.stderr)

    def test_unwritable_output_is_found_first(self):
        started = time.monotonic()
        done = trace(self.folder / "Endless.pt", "float32[1]", "--output", "/nowhere/trace.json", code=2)
        self.assertIn("cannot write /nowhere/trace.json", done.stderr)
        self.assertLess(time.monotonic() - started, 60)

    def test_model_that_fails(self):
        path = self.folder / "failed.json"
        done = trace(self.folder / "Failing.pt", "ones:float32[3]", "--output", path, code=4)
        self.assertIn("too much", done.stderr)
        names = [event["name"] for event in Events(path).of("operator")]
        self.assertIn("aten::add.Scalar", names)

    def test_interrupt_keeps_what_was_recorded(self):
        path = self.folder / "interrupted.json"
        command = [HEDDLE, "trace", str(self.folder / "Endless.pt"), "ones:float32[3]", "--warmup", "0", "--output",
                   str(path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("recording: 0 of 5 calls", child.stderr.readline())
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 130, errors)
        self.assertIn("interrupted", errors)
        events = Events(path)
        self.assertGreater(len(events.of("operator")), 10)

    def test_wrong_usage(self):
        for arguments in (["--calls", "0"], ["--inference-threads", "0"], ["--buffer", "0"], ["--threads", "0"]):
            with self.subTest(arguments=arguments):
                trace(DIGITS, "float32[1,1,8,8]", *arguments, code=2)
        trace(DIGITS, "float32[1,1,8,8]", "3", code=2)
        trace("nowhere.pt", code=3)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[2])
    unittest.main(verbosity=2)
