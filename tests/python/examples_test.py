"""The examples of examples/python run, and the wheel holds what it takes to be imported anywhere."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).parents[2]


def run(*command, **options):
    return subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=True, **options).stdout


class Examples(unittest.TestCase):
    def test_fork_wait(self):
        lines = run(ROOT / "examples/python/fork_wait.py").splitlines()
        self.assertEqual(lines[0], "True")
        self.assertIn("get_num_interop_threads()", "\n".join(lines))

    def test_tuning(self):
        lines = run(ROOT / "examples/python/tune.py", 32, 3).splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["1", *map(str, range(2, 49, 2))])


class Wheel(unittest.TestCase):
    def test_wheel(self):
        import heddle
        build = pathlib.Path(heddle.__file__).parents[2]
        with tempfile.TemporaryDirectory() as folder:
            run(ROOT / "python/tools/make_wheel.py", "--build", build, "--output", folder)
            wheels = list(pathlib.Path(folder).glob("heddle-*.whl"))
            self.assertEqual(len(wheels), 1)
            self.assertRegex(wheels[0].name, r"^heddle-[0-9.]+-cp3\d+-cp3\d+-linux_\w+\.whl$")
            zipfile.ZipFile(wheels[0]).extractall(pathlib.Path(folder) / "site")
            told = run("-c", "import heddle; print(heddle.__file__, heddle.ones(2).sum().item());"
                       "print(*[line.split()[-1] for line in open('/proc/self/maps') if 'libheddle' in line])",
                       env={"PYTHONPATH": f"{folder}/site"}, cwd="/")
            self.assertIn(f"{folder}/site/heddle/__init__.py 2.0", told)
            self.assertNotIn(str(build), told)
            self.assertIn(f"{folder}/site/heddle/lib/libheddle.so", told)


class Stubs(unittest.TestCase):
    def test_every_name_is_there(self):
        import ast
        import heddle
        package = pathlib.Path(heddle.__file__).parent
        self.assertTrue((package / "py.typed").exists())
        for module in (heddle, heddle.linalg, heddle.fft, heddle.special):
            name = module.__name__.partition(".")[2] or "__init__"
            tree = ast.parse((package / f"{name}.pyi").read_text())
            known = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
            known |= {alias.asname or alias.name for node in tree.body if isinstance(node, (ast.ImportFrom, ast.Import))
                      for alias in node.names}
            known |= {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
            missing = [x for x in dir(module) if not x.startswith("_") and x not in known]
            self.assertEqual(missing, [], module.__name__)
        methods = {node.name for part in ast.parse((package / "__init__.pyi").read_text()).body
                   if isinstance(part, ast.ClassDef) and part.name == "Tensor" for node in part.body
                   if isinstance(node, ast.FunctionDef)}
        self.assertTrue({"softmax", "add_", "__add__", "numpy", "to", "__getitem__"} <= methods)


if __name__ == "__main__":
    unittest.main()
