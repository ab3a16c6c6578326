#!/usr/bin/env python3
"""Tests runner.py: that it passes what is right, fails what is wrong, and rebases."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import runner

PROGRAMS = {"cat": "/bin/cat", "false": "/bin/false", "head": "/usr/bin/head"}


class RunnerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "a.golden"

    def check(self, text, rebase=False):
        """(cases, failures), and what was printed."""
        self.path.write_text(text)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            counts = runner.check_file(self.path, PROGRAMS, rebase)
        return counts, printed.getvalue()

    def test_passes_equal_output(self):
        self.assertEqual(self.check("about\n# RUN: cat\nx\n# EXPECT:\nx\n\n# RUN: cat %s\ny\n# EXPECT:\ny\n")[0], (2, 0))

    def test_fails_other_output(self):
        counts, printed = self.check("# RUN: cat\nx\n# EXPECT:\ny\n")
        self.assertEqual(counts, (1, 1))
        self.assertIn("-y\n+x\n", printed)

    def test_exit_codes(self):
        self.assertEqual(self.check("# RUN: not false\n# EXPECT:\n")[0], (1, 0))
        self.assertEqual(self.check("# RUN: false\n# EXPECT:\n")[0], (1, 1))
        self.assertEqual(self.check("# RUN: not cat\n# EXPECT:\n")[0], (1, 1))

    def test_rebase_writes_the_output_and_keeps_the_rest(self):
        counts, _ = self.check("about\n# RUN: head -n 1\nx\ny\n# EXPECT:\nold\n# RUN: cat\nz\n# EXPECT:\n", rebase=True)
        self.assertEqual(counts, (2, 0))
        self.assertEqual(self.path.read_text(), "about\n\n# RUN: head -n 1\nx\ny\n# EXPECT:\nx\n\n# RUN: cat\nz\n# EXPECT:\nz\n")

    def test_rebase_keeps_a_file_whose_command_fails(self):
        text = "# RUN: false\n# EXPECT:\nold\n"
        self.assertEqual(self.check(text, rebase=True)[0], (1, 1))
        self.assertEqual(self.path.read_text(), text)

    def test_refuses_files_in_another_form(self):
        for text in ("nothing", "# RUN: nobody\n", "# RUN: cat\n# EXPECT:\n# EXPECT:\n"):
            with self.subTest(text), self.assertRaises(runner.GoldenError):
                self.check(text)


if __name__ == "__main__":
    unittest.main()
