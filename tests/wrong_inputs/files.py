"""The files that wrong inputs name: configs, checkpoints, images, logs."""
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from mmpretrain.registry import MODELS

from rd_plugins.utils.quiet import quiet
from tests.helpers import ROOT
from tests.helpers.runs import (demo_cfg, epsilon_cfg, fading_cfg, small_cfg,
                                staged_cfg)

BASES = dict(joint=small_cfg, epsilon=epsilon_cfg, fading=fading_cfg,
             no_res=staged_cfg)
# Images of every digit
SMALL = dict(
    train_dataloader=dict(
        batch_size=25, num_workers=0,
        dataset=dict(indices=list(range(0, 4000, 80)))),
    val_dataloader=dict(num_workers=0, dataset=dict(indices=10)),
    test_dataloader=dict(num_workers=0, dataset=dict(indices=10)))
CONFIGS = {
    'cfg_syntax.py': 'model = dict(',
    'cfg_raises.py': 'model = dict(depth=1 / 0)',
    'cfg_list.json': '[1, 2]',
    'cfg_broken.json': '{"model": ',
    'cfg_text.txt': 'model = dict()',
    'cfg_no_base.py': '_base_ = "absent.py"',
    'cfg_no_model.py': 'work_dir = "x"',
    'cfg_model_list.py': 'model = [1]',
    'cfg_import.py': 'custom_imports = dict(imports=["absent_package"])',
    'cfg_loop.py': '_base_ = "cfg_loop.py"',
    'other_size.py': '_base_ = "ce.py"\ntest_dataloader = dict(dataset=dict('
                     'pipeline=[dict(type="CenterCrop", crop_size=16)]))',
    'rgb.py': '_base_ = "ce.py"\nmodel = dict(backbone=dict(in_channels=3))',
}


def _configs(folder: Path) -> None:
    cfg = demo_cfg('resnet20_mnist5k')
    cfg.merge_from_dict({**SMALL, 'train_cfg.max_epochs': 1,
                         'param_scheduler.total_steps': 1})
    cfg.dump(folder / 'ce.py')
    for name, make in BASES.items():
        # The Runner of a tool has a name, a work folder and a launcher.
        cfg = make(folder / 'w')
        for key in ('work_dir', 'launcher', 'experiment_name'):
            cfg.pop(key)
        cfg.dump(folder / f'{name}.py')
    for name, text in CONFIGS.items():
        (folder / name).write_text(text)
    (folder / 'cfg_folder.py').mkdir()


def _checkpoints(folder: Path) -> None:
    model = MODELS.build(demo_cfg('resnet20_mnist5k').model)
    weights = model.state_dict()
    first = next(iter(weights))
    wide = {key: torch.ones(3) for key in weights}
    nan = dict(weights, **{first: weights[first] * float('nan')})
    contents = dict(
        good=dict(state_dict=weights, meta={}),
        wide=dict(state_dict=wide),
        nan=dict(state_dict=nan),
        nan_fc={'fc.weight': torch.full((2, 2), float('nan'))},
        foreign={'fc.weight': torch.ones(2, 2), 'fc.bias': torch.ones(2)},
        one_key=dict(state_dict={first: weights[first]}),
        empty_sd=dict(state_dict={}),
        sd_str=dict(state_dict={'fc.weight': 'x', first: 'y'}),
        sd_none=dict(state_dict=None),
        sd_list=dict(state_dict=[1, 2]),
        int_keys=dict(state_dict={1: torch.ones(1)}),
        meta_list=dict(state_dict=weights, meta=[1]),
        list=[1, 2],
        tensor=torch.ones(2))
    for name, content in contents.items():
        torch.save(content, folder / f'{name}.pth')
    whole = (folder / 'good.pth').read_bytes()
    (folder / 'truncated.pth').write_bytes(whole[:5000])
    (folder / 'text.pth').write_text('no checkpoint')
    (folder / 'empty.pth').touch()
    for name in ('dir.pth', 'folder.pkl'):
        (folder / name).mkdir()
    (folder / 'empty.onnx').touch()
    (folder / 'garbage.onnx').write_bytes(bytes(range(256)))


def _images(folder: Path) -> None:
    image = cv2.imencode('.png', np.zeros((28, 28), np.uint8))[1].tobytes()
    broken = dict(images=None, empty_image=b'', text_image=b'no image')
    for name, content in broken.items():
        for kind in range(3 if content is None else 10):
            part = folder / name / f'class{kind}'
            part.mkdir(parents=True)
            (part / 'a.png').write_bytes(image if content is None else content)
    (folder / 'empty_class' / 'class0').mkdir(parents=True)


def _logs(folder: Path) -> None:
    blocks = dict(epoch=1, lr=0.1, restart=False, epsilon=1.0,
                  blocks=['layer1.0'], peak=[0.5], closed=[], dead=[])
    line = json.dumps(blocks)
    for name, text in dict(
            truncated=line[:30], strange=json.dumps(dict(peak=[1], epoch=1)),
            good=line).items():
        part = folder / f'{name}_log' / '20260101_000000' / 'vis_data'
        part.mkdir(parents=True)
        (part / 'blocks.json').write_text(text)
        (part / 'scalars.json').write_text(
            json.dumps({'accuracy/top1': 50.0, 'step': 1}))


def make_files(folder: Path) -> None:
    """Write all files into an empty folder."""
    with quiet():  # MMEngine logs every parameter that it initialises
        for make in (_configs, _checkpoints, _images, _logs):
            make(folder)


TABLE = ROOT / 'configs' / 'tables' / 'cifar10_plain20_20e.py'
