"""ncnn, by pnnx.

MMDeploy's export to ncnn needs a binary that its wheels do not contain.
"""
import subprocess
from pathlib import Path
from typing import Any, List, Tuple

import torch

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from ..backend import FP16, Backend, Exported
from ..classifier import BackendClassifier, Probabilities

KINDS = ('param', 'bin')
INPUT, OUTPUT = 'in0', 'out0'


def check_layers(param: Path) -> None:
    """Check that pnnx has converted all operations.

    The others are in the file under PyTorch's names, such as ``F.pad``.

    Raises:
        UsageError: If there are others.
    """
    layers = [line.split()[0] for line in
              param.read_text().splitlines()[2:]]
    unknown = sorted({layer for layer in layers if '.' in layer})
    if unknown:
        raise UsageError(
            f'ncnn has no layer for {", ".join(unknown)}. Where a shortcut '
            'that pads is the cause, remove it first: tools/model_converters/'
            'remove_shortcuts.py.')


def load_net(param: Path, weights: Path) -> Any:
    """The network of ncnn's two files, computing in float32."""
    import ncnn
    net = ncnn.Net()
    net.opt.use_fp16_packed = False
    net.opt.use_fp16_storage = False
    net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    if net.load_param(str(param)) or net.load_model(str(weights)):
        raise UsageError(f'ncnn cannot read {param} and {weights}.')
    return net


class Ncnn(Backend):
    """ncnn on the CPU, image by image."""
    name = 'ncnn'
    packages = ('ncnn', 'pnnx')
    options = (FP16, )

    def served(self, description: dict) -> dict:
        """pnnx gives its own names, and ncnn knows no batches."""
        shape = description['input']['shape'][1:]
        return dict(
            description,
            input=dict(description['input'], name=INPUT, shape=shape),
            output=dict(description['output'], name=OUTPUT))

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.param`` and ``end2end.bin``.

        Raises:
            UsageError: If pnnx fails.
        """
        import ncnn
        files = self._convert(source, shape, folder)
        check_layers(files[0])
        net = load_net(*files)

        def scores(images: torch.Tensor) -> torch.Tensor:
            with net.create_extractor() as extractor:
                # ncnn.Mat refers to memory that NumPy may free, hence clone.
                array = images[0].contiguous().float().numpy()
                extractor.input(INPUT, ncnn.Mat(array).clone())
                _, output = extractor.extract(OUTPUT)
                return torch.tensor(output.numpy().copy()).reshape(1, -1)

        runtime = BackendClassifier(scores, source, one_by_one=True)
        return [Exported(self.name, files, runtime)]

    def _convert(self, source: TrainedModel, shape: Tuple[int, int, int],
                 folder: Path) -> List[Path]:
        """Trace the model and run pnnx."""
        import pnnx
        traced = folder / 'traced.pt'
        images = torch.randn(1, *shape)
        torch.jit.trace(Probabilities(source.model), images).save(str(traced))
        sides = ','.join(map(str, images.shape))
        done = subprocess.run(
            [pnnx.EXEC_PATH, traced, f'inputshape=[{sides}]',
             f'fp16={int(bool(self.given(FP16)))}'],
            cwd=folder, capture_output=True, text=True)
        files = []
        for kind in KINDS:
            written = folder / f'traced.ncnn.{kind}'
            if not written.is_file():
                raise UsageError(f'pnnx {pnnx.__version__} did not convert '
                                 f'the model: {done.stderr[-300:]}')
            files.append(written.rename(folder / f'end2end.{kind}'))
        for rest in folder.glob('traced*'):
            rest.unlink()
        return files
