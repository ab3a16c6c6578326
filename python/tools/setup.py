"""What setuptools cannot read from pyproject.toml: the package is there already, with an extension built by CMake."""
import pathlib
import re

import setuptools


class Built(setuptools.Distribution):
    """Has an extension, so the wheel is for one Python and one platform."""

    def has_ext_modules(self):
        return True


setuptools.setup(
    version=re.search(r'"(.+)"', pathlib.Path("heddle/_version.py").read_text()).group(1),
    packages=setuptools.find_packages(include=["heddle*"]),
    package_data={"heddle": ["*.so", "lib/*", "*.pyi", "py.typed"]},
    distclass=Built)
