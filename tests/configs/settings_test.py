#!/usr/bin/python3
"""The thread settings as a process is given them: variables, affinity, options; and what parallel_info tells of them.

    settings_test.py HEDDLE BACKEND
"""

import json
import os
import subprocess
import sys
import unittest

HEDDLE, BACKEND = sys.argv[1:3]
MODEL = "models/digits/digits.pt"
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "HEDDLE_SPIN_US")


def run(*arguments, cpus=None, **variables):
    environment = {k: v for k, v in os.environ.items() if k not in VARIABLES}
    environment.update(variables)
    return subprocess.run([HEDDLE, *arguments], env=environment, capture_output=True, text=True, check=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, cpus) if cpus else None)


def info(**given):
    done = run("parallel-info", "--json", **given)
    report = json.loads(done.stdout)
    return report, report["settings"]["get_num_threads()"], report["settings"]["get_num_interop_threads()"], done.stderr


class Settings(unittest.TestCase):
    def test_defaults(self):
        report, threads, interop, warnings = info()
        self.assertEqual(threads, interop)
        self.assertIn(threads["source"], ("physical cores", "affinity mask", "cgroup quota"))
        self.assertLessEqual(threads["value"], len(os.sched_getaffinity(0)))
        self.assertEqual(warnings, "")
        self.assertEqual(report["settings"]["get_spin_microseconds()"], {"value": 200, "source": "default"})

    def test_report(self):
        report, *_ = info(OMP_NUM_THREADS="1")
        self.assertEqual(report["backend"], BACKEND)
        self.assertEqual(report["variables"], {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": None})
        machine = report["machine"]
        self.assertEqual(machine["hardware_concurrency"], os.cpu_count())
        self.assertEqual(machine["affinity"], sorted(os.sched_getaffinity(0)))
        self.assertIn("cgroup_quota", machine)
        names = {library["name"]: library for library in report["libraries"]}
        for library in names.values():
            self.assertTrue(library["version"] and library["use"], library)
        if BACKEND == "OMP":
            self.assertEqual(names["OpenMP"]["setting"], {"name": "omp_get_max_threads()", "value": 1})
        if BACKEND == "TBB":
            self.assertIn("oneTBB", names)

    def test_affinity_mask(self):
        report, threads, interop, _ = info(cpus={min(os.sched_getaffinity(0))})
        self.assertEqual((threads["value"], interop["value"]), (1, 1))
        self.assertEqual(len(report["machine"]["affinity"]), 1)
        if os.cpu_count() > 1:
            self.assertEqual(threads["source"], "affinity mask")

    def test_variables(self):
        _, threads, interop, warnings = info(OMP_NUM_THREADS="5", MKL_NUM_THREADS="7")
        self.assertEqual(threads, {"value": 5, "source": "OMP_NUM_THREADS"})
        self.assertNotEqual(interop["source"], "OMP_NUM_THREADS")
        self.assertEqual(warnings, "")
        self.assertEqual(info(MKL_NUM_THREADS="7")[1], {"value": 7, "source": "MKL_NUM_THREADS"})
        report, *_ = info(HEDDLE_SPIN_US="0")
        self.assertEqual(report["settings"]["get_spin_microseconds()"], {"value": 0, "source": "HEDDLE_SPIN_US"})

    def test_bad_variables_warn_and_leave_the_default(self):
        default = info()[1]
        for bad in ("0", "-1", "many", "1000000000"):
            _, threads, _, warnings = info(OMP_NUM_THREADS=bad)
            self.assertEqual(threads, default)
            self.assertIn(f"OMP_NUM_THREADS={bad}", warnings)
        self.assertIn("HEDDLE_SPIN_US=soon", info(HEDDLE_SPIN_US="soon")[3])

    def test_calls_win_over_variables(self):
        done = run("run", MODEL, "zeros:float32[1,1,8,8]", "--threads", "2", "--interop-threads", "3", "--json", OMP_NUM_THREADS="1")
        config = json.loads(done.stdout)["config"]
        self.assertEqual((config["threads"], config["interop_threads"]), (2, 3))

    def test_text(self):
        text = run("parallel-info", OMP_NUM_THREADS="4").stdout
        self.assertIn("get_num_threads() : 4  (OMP_NUM_THREADS)", text)
        self.assertIn(f"parallel backend : {BACKEND}", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
