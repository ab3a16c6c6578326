"""heddle.trace and heddle.metrics around models that PyTorch writes here."""
import json
import pathlib
import tempfile
import threading
import unittest

import torch

import heddle


class Branches(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(8, 8)

    def forward(self, x):
        future = torch.jit.fork(self.linear, x)
        return torch.relu(self.linear(x + 1)) + torch.jit.wait(future)


class Refusing(torch.nn.Module):
    def forward(self, x):
        if x.numel() > 0:
            raise ValueError("no")
        return x


def load(module):
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "model.pt")
        torch.jit.script(module.eval()).save(path)
        return heddle.jit.load(path)


class TracingTest(unittest.TestCase):
    def test_trace_of_code(self):
        model = load(Branches())
        x = heddle.randn(4, 8)
        with heddle.trace() as t:
            callers = [threading.Thread(target=lambda: model(x)) for _ in range(2)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
            self.assertRaises(RuntimeError, lambda: heddle.trace().start())
        model(x)
        events = json.loads(t.to_json())["traceEvents"]
        self.assertEqual(len([e for e in events if e.get("cat") == "call"]), 2)
        self.assertEqual(len([e for e in events if e.get("cat") == "fork"]), 2)
        self.assertEqual(t.dropped, 0)
        self.assertIn("2 calls", t.summary())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "trace.json"
            t.save(path)
            self.assertEqual(json.loads(path.read_text())["traceEvents"], events)
            self.assertRaisesRegex(RuntimeError, "cannot write", t.save, path / "deeper")

    def test_nothing_recorded(self):
        self.assertRaises(RuntimeError, heddle.trace().summary)

    def test_trace_of_a_matrix(self):
        matrix = torch.arange(9.0).reshape(3, 3)
        self.assertEqual(float(heddle.trace(heddle.tensor(matrix.tolist()))), float(torch.trace(matrix)))

    def test_metrics(self):
        model, refusing = load(Branches()), load(Refusing())
        x = heddle.randn(4, 8)
        before = heddle.metrics()
        for _ in range(5):
            model(x)
        self.assertRaises(Exception, refusing, x)
        after = heddle.metrics()
        self.assertEqual(after["requests"] - before["requests"], 6)
        self.assertEqual(after["errors"] - before["errors"], 1)
        self.assertEqual(after["tasks"] - before["tasks"], 5)
        self.assertEqual(after["latency"]["count"], after["requests"])
        self.assertGreater(after["latency"]["sum"], before["latency"]["sum"])
        self.assertGreaterEqual(after["latency"]["p99"], after["latency"]["p50"])
        self.assertEqual(after["latency"]["buckets"][-1][1], after["latency"]["count"])
        big = heddle.zeros(1 << 22)
        self.assertGreaterEqual(heddle.metrics()["memory_bytes"], after["memory_bytes"] + big.numel() * 4 - (1 << 17))
        self.assertGreaterEqual(heddle.metrics()["memory_peak_bytes"], big.numel() * 4 - (1 << 17))

    def test_prometheus_text(self):
        text = heddle.metrics_text()
        samples, types = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                types[name] = kind
            elif not line.startswith("#"):
                self.assertRegex(line, r'^[a-z_]+(\{le="[^"]+"\})? [0-9.e+-]+$')
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        self.assertTrue(text.endswith("\n"))
        self.assertEqual(types["heddle_requests_total"], "counter")
        self.assertEqual(types["heddle_request_duration_seconds"], "histogram")
        buckets = [samples[name] for name in samples if name.startswith("heddle_request_duration_seconds_bucket")]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], samples["heddle_request_duration_seconds_count"])
        self.assertIn('heddle_request_duration_seconds_bucket{le="+Inf"}', samples)


if __name__ == "__main__":
    unittest.main()
