"""What check_layers.py must catch, and what it must let pass."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).parent


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "tools").mkdir()
        shutil.copy(TOOLS / "layers.txt", self.root / "tools" / "layers.txt")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_checker(self):
        done = subprocess.run([sys.executable, TOOLS / "check_layers.py", self.root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def passes(self):
        code, output = self.run_checker()
        self.assertEqual(code, 0, output)

    def fails(self, *expected):
        code, output = self.run_checker()
        self.assertEqual(code, 1, output)
        for text in expected:
            self.assertIn(text, output)

    def test_downward_include(self):
        self.write("src/base/a.h", "#pragma once\n#include <vector>\n")
        self.write("src/core/b.cpp", '#include "base/a.h"\n#include <sys/mman.h>\n')
        self.passes()

    def test_upward_include(self):
        self.write("src/core/b.h", "#pragma once\n")
        self.write("src/base/a.cpp", '\n#include "core/b.h"\n')
        self.fails('src/base/a.cpp:2: "core/b.h" goes up: base may include nothing')

    def test_upward_include_in_angles(self):
        self.write("src/core/b.h", "#pragma once\n")
        self.write("src/base/a.cpp", "#include <core/b.h>\n")
        self.fails("goes up")

    def test_executor_sees_no_ir(self):
        self.write("src/ir/graph.h", "#pragma once\n")
        self.write("src/exec/frame.cpp", '#include "ir/graph.h"\n')
        self.fails("src/exec/frame.cpp:1")

    def test_relative_include(self):
        self.write("src/base/a.h", "#pragma once\n")
        self.write("src/base/a.cpp", '#include "a.h"\n')
        self.fails("starts with no layer")

    def test_missing_include(self):
        self.write("src/base/a.cpp", '#include "base/gone.h"\n')
        self.fails('"base/gone.h" is not there')

    def test_library_outside_its_folder(self):
        self.write("src/core/a.cpp", "#include <dnnl.hpp>\n")
        self.write("src/ops/backend/b.cpp", "#include <dnnl.hpp>\n#include <hwy/highway.h>\n")
        self.fails("src/core/a.cpp:1: <dnnl.hpp> belongs to src/ops/backend", "2 files, 1 complaints")

    def test_unknown_library(self):
        self.write("src/core/a.cpp", "#include <boost/any.hpp>\n")
        self.fails("<boost/any.hpp> has no row")

    def test_name_outside_its_folder(self):
        self.write("src/ops/a.cpp", "// dnnl::memory is fine here\nconst char* t = \"dnnl::memory\";\ndnnl::memory m;\n")
        self.fails("src/ops/a.cpp:3: 'dnnl::'", "1 complaints")

    def test_gtest_only_in_tests(self):
        self.write("src/base/a_test.cpp", "#include <gtest/gtest.h>\n")
        self.write("src/base/a.cpp", "#include <gtest/gtest.h>\n")
        self.fails("src/base/a.cpp:1: <gtest/gtest.h>", "1 complaints")

    def test_commented_include(self):
        self.write("src/base/a.cpp", '/*\n#include "core/b.h"\n*/\nconst char* t = R"(\n#include <dnnl.hpp>\n)";\n')
        self.passes()

    def test_header_without_guard(self):
        self.write("src/base/a.h", "int f();\n")
        self.fails("src/base/a.h:1: no #pragma once")

    def test_long_file(self):
        self.write("src/base/a.cpp", "\n" * 701)
        self.fails("701 lines")

    def test_folder_without_row(self):
        self.write("src/misc/a.cpp", "int a;\n")
        self.fails("src/misc has no row")


if __name__ == "__main__":
    unittest.main()
