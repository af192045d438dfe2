"""The trained networks that come with the package."""
import hashlib
import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain import ImageClassificationInferencer, get_model, list_models

from rd_plugins.shipping.read import image_shape
from rd_plugins.utils.measure import count_macs_and_params
from tests.helpers import ROOT
from tests.helpers.index import TRAINED

RESULTS = {
    run['weights']: (run, table)
    for path in (ROOT / 'docs/results').glob('*.json')
    for table in [json.loads(path.read_text())]
    if 'runs' in table  # a table of tools/reproduce.py
    for run in table['runs'] if run.get('weights')
}


def epochs_of(run, runs):
    """Those of its training, and of the row that it goes on from."""
    before = [each for each in runs if each['row'] == run.get('start')
              and each['seed'] == run['seed']]
    return run['epochs'] + sum(epochs_of(each, runs) for each in before)


@pytest.mark.parametrize('entry', TRAINED, ids=lambda entry: entry['Name'])
def test_its_numbers_are_those_of_its_table(entry):
    path = ROOT / entry['Weights']
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    assert path.name.endswith(f'-{digest}.pth')
    run, table = RESULTS[path.name]
    metadata = entry['Metadata']
    assert metadata['Training'] == dict(
        Config=run['config'], Table=f'configs/tables/{table["table"]}.py')
    accuracy = entry['Results'][0]['Metrics']['Top 1 Accuracy']
    assert accuracy == round(run['accuracy'], 2)
    assert metadata['Epochs'] == epochs_of(run, table['runs'])
    cfg = Config.fromfile(ROOT / run['config'])
    full = cfg.train_cfg.max_epochs
    assert metadata.get('Full Schedule') == (
        full if table['reduced'] else None)
    assert metadata['Batch Size'] == cfg.train_dataloader.batch_size
    if 'Teacher' in metadata:
        assert (ROOT / metadata['Teacher']['Config']).is_file()
    model = get_model(entry['Name'], pretrained=True)
    macs, params = count_macs_and_params(model, image_shape(cfg))
    assert (macs, params) == (metadata['FLOPs'], metadata['Parameters'])
    weights = torch.load(path)['state_dict']
    assert weights.keys() == model.state_dict().keys()
    assert all(torch.equal(value, weights[key])
               for key, value in model.state_dict().items())


def test_a_picture_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = TRAINED[0]['Name']
    assert name in list_models()
    picture = np.full((32, 32, 3), 128, np.uint8)
    answer, = ImageClassificationInferencer(name)(picture)
    assert answer['pred_class'] in ('airplane', 'automobile', 'bird', 'cat',
                                    'deer', 'dog', 'frog', 'horse', 'ship',
                                    'truck')
    assert answer['pred_scores'].sum() == pytest.approx(1, abs=1e-4)
