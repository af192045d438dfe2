"""Installs rd_plugins and, for mim, its configs and tools."""
import os
import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.develop import develop

ROOT = Path(__file__).resolve().parent
MIM_FILES = ('configs', 'tools', 'model-index.yml')
WEIGHTS = 'docs/results/weights'


def read_version() -> str:
    """The version, without importing the package and what it depends on."""
    namespace = {}
    exec((ROOT / 'rd_plugins' / 'version.py').read_text(), namespace)
    return namespace['__version__']


def read_requirements(name: str) -> list:
    """The requirements in ``requirements/NAME.txt``, without comments."""
    lines = (ROOT / 'requirements' / f'{name}.txt').read_text().splitlines()
    lines = [line.split('#')[0].strip() for line in lines]
    return [line for line in lines if line]


def weights_with_names() -> list:
    """The weights that ``mmpretrain.get_model`` finds by a name."""
    return [path for metafile in sorted(ROOT.glob('configs/*/metafile.yml'))
            for path in re.findall(rf'Weights: ({WEIGHTS}/\S+)',
                                   metafile.read_text())]


def fill_mim_folder(folder: Path, link: bool) -> None:
    """Put what mim looks for into a folder.

    Args:
        folder (Path): ``rd_plugins/.mim`` in the checkout or in a build.
        link (bool): Link to the files, so that an editable install follows
            every change, or copy them.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    weights = [WEIGHTS] if link else weights_with_names()
    for name in (*MIM_FILES, *weights):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if link:
            target.symlink_to(os.path.relpath(source, target.parent))
        elif source.is_dir():
            shutil.copytree(
                source, target, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy2(source, target)


class BuildPy(build_py):
    """Wheels and editable installs both pass here."""

    def run(self) -> None:
        is_editable = getattr(self, 'editable_mode', False)  # setuptools >= 64
        if not is_editable:  # what an earlier build has left
            shutil.rmtree(Path(self.build_lib) / 'rd_plugins',
                          ignore_errors=True)
        super().run()
        place = ROOT if is_editable else Path(self.build_lib)
        fill_mim_folder(place / 'rd_plugins' / '.mim', link=is_editable)


class Develop(develop):
    """``pip install --no-use-pep517 -e .`` passes here, and not above.

    mim finds configs and tools of an editable install only in this way.
    """

    def run(self) -> None:
        super().run()
        fill_mim_folder(ROOT / 'rd_plugins' / '.mim', link=True)


setup(
    name='rd_plugins',
    version=read_version(),
    description='Train ResNets with shortcuts, ship them without: plain '
    'ResNets and their distillers for MMPretrain',
    long_description=(ROOT / 'README.md').read_text(),
    long_description_content_type='text/markdown',
    license='Apache License 2.0',
    keywords='computer vision, knowledge distillation, ResNet, MMPretrain',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Developers',
        'Intended Audience :: Science/Research',
        'Operating System :: POSIX',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Topic :: Scientific/Engineering :: Image Recognition',
    ],
    packages=find_packages(include=['rd_plugins', 'rd_plugins.*']),
    python_requires='>=3.10,<3.14',
    install_requires=read_requirements('runtime'),
    extras_require={
        'mim': read_requirements('mminstall'),
        'tests': read_requirements('tests'),
        'demo': read_requirements('demo'),
        'deploy': read_requirements('deploy'),
        'executorch': read_requirements('executorch'),
        'micro': read_requirements('micro'),
        'mmdeploy': read_requirements('mmdeploy'),
        'optional': read_requirements('optional'),
    },
    cmdclass=dict(build_py=BuildPy, develop=Develop),
    zip_safe=False)
