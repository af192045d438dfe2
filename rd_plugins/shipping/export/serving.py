"""How an exported network is to be served, for programs and for people."""
import json
from pathlib import Path
from typing import List, Optional, Tuple

from mmengine.config import Config
from mmpretrain.registry import DATASETS

from rd_plugins.shipping.read import TrainedModel, test_dataset
from .preprocessing import read_preprocessing

FILE = 'serving.json'


def class_names(source: TrainedModel) -> Optional[List[str]]:
    """Names of the classes: the checkpoint's, or the test set's."""
    names = (source.meta.get('dataset_meta') or {}).get('classes')
    dataset = test_dataset(source.cfg)
    if not names:
        names = (dataset.get('metainfo') or {}).get('classes') or getattr(
            DATASETS.get(str(dataset.get('type'))), 'METAINFO',
            {}).get('classes')
    count = number_of_classes(source.cfg)
    return list(names) if names and count in (None, len(names)) else None


def number_of_classes(cfg: Config) -> Optional[int]:
    """Outputs of the network, if its config says."""
    return (cfg.model.get('head') or {}).get('num_classes')


def describe(source: TrainedModel, shape: Tuple[int, int, int],
             is_dynamic: bool, files: List[str]) -> dict:
    """What a program must know to serve the network.

    Args:
        source (TrainedModel): The model.
        shape (tuple[int]): Shape (C, H, W) of an image.
        is_dynamic (bool): Whether batches of any size are taken.
        files (list[str]): Names of the exported files.
    """
    batch = 'batch' if is_dynamic else 1
    return dict(
        files=files,
        input=dict(name='input', shape=[batch, *shape], type='float32'),
        output=dict(name='output', meaning='probabilities'),
        **read_preprocessing(source.cfg, shape)._asdict(),
        classes=class_names(source))


def write_description(folder: Path, description: dict) -> None:
    """Write ``serving.json``, and the same into each ONNX file.

    ONNX's metadata are strings; each value there is JSON.
    """
    (folder / FILE).write_text(json.dumps(description, indent=2))
    graphs = [name for name in description['files'] if name.endswith('.onnx')]
    if graphs:
        import onnx
    for name in graphs:
        model = onnx.load(folder / name)
        onnx.helper.set_model_props(model, {
            key: json.dumps(value) for key, value in description.items()})
        onnx.save(model, folder / name)
