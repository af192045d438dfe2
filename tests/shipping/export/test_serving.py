"""What an exported folder says of itself is enough to serve it."""
import json
import re
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from PIL import Image

from rd_plugins.shipping.export.calibration import Calibration, pictures_in
from rd_plugins.shipping.export.preprocessing import read_preprocessing
from rd_plugins.shipping.export.serving import class_names
from rd_plugins.shipping.read import image_shape, read_trained_model
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT
from tests.helpers.pictures import CLASSES, save_config, save_pictures
from tests.helpers.tools import assert_done, assert_refused, tool

onnxruntime = pytest.importorskip('onnxruntime')
EXAMPLE = re.search(r'```python\n(import json.*?)```',
                    (ROOT / 'docs/deployment.md').read_text(), re.S)[1]


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    return save_pictures(tmp_path_factory.mktemp('pictures'))


def save_random(text, checkpoint, **meta):
    """A checkpoint with random weights for the text of a config."""
    model = MODELS.build(Config.fromstring(text, '.py').model)
    model.init_weights()
    model.head.fc.weight.data.normal_()
    torch.save(dict(meta=meta, state_dict=model.state_dict()), checkpoint)


def as_grey(text):
    """The config for grey images."""
    for colour, grey in (
            ("'LoadImageFromFile'",
             "'LoadImageFromFile', color_type='grayscale'"),
            ('depth=18', 'depth=18, in_channels=1'),
            ('[120., 110., 100.]', '[110.]'), ('[60., 50., 40.]', '[50.]')):
        assert colour in text
        text = text.replace(colour, grey)
    return text


@pytest.fixture
def source(run_dir, pictures):
    """Config and checkpoint of a network with random weights."""
    config = save_config(run_dir, pictures)
    save_random(config.read_text(), run_dir / 'narrow.pth',
                dataset_meta=dict(classes=CLASSES))
    return config, run_dir / 'narrow.pth'


@pytest.mark.parametrize('flags', [
    [], ['--dynamic', '--calib-images', 'PICTURES/train', '--int8', '6']])
def test_the_example_of_the_docs(source, pictures, run_dir, flags):
    """It has PyTorch's class for a picture, and its probability."""
    flags = [flag.replace('PICTURES', str(pictures)) for flag in flags]
    assert_done(tool('deploy.py', *source, '--backend', 'onnxruntime', '--out',
                     run_dir / 'served', *flags))
    picture = next(iter(sorted((pictures / 'val/green').iterdir())))
    # Of the size that the network takes: nothing is resampled.
    image = Image.open(picture).resize((32, 32))
    image.save(run_dir / 'picture.png')
    (run_dir / 'served/serving.json').write_text(json.dumps(
        dict(json.loads((run_dir / 'served/serving.json').read_text()),
             crop=1.0)))
    example = EXAMPLE.replace("'served", f"'{run_dir}/served").replace(
        "'cat.jpg'", f"'{run_dir}/picture.png'")
    assert example != EXAMPLE
    assert len([line for line in example.split('\n') if line]) <= 13
    with redirect_stdout(StringIO()) as printed:
        exec(example, {})
    name, score = printed.getvalue().split()
    pixels = (np.asarray(image, float) - [120, 110, 100]) / [60, 50, 40]
    model = read_trained_model(*map(str, source)).model
    with torch.no_grad():
        expected = model(torch.tensor(pixels).permute(2, 0, 1)[None].float(
        )).softmax(1)[0]
    assert abs(float(score) - float(expected[CLASSES.index(name)])) < (
        0.05 if flags else 1e-4)
    if not flags:
        assert name == CLASSES[expected.argmax()]


@pytest.mark.parametrize('resize, order', [
    ('ResizeEdge', 'RGB'), ('Resize', 'RGB'), ('ResizeEdge', 'BGR'),
    ('Resize', 'L')])
def test_the_example_with_a_photograph(source, run_dir, resize, order):
    """Larger than the network's input, and rotated by its camera."""
    config, checkpoint = source
    text = config.read_text().replace(
        "'ResizeEdge', scale=36, edge='short'", f"'{resize}', scale=64")
    if order == 'BGR':
        text = text.replace('to_rgb=True', 'to_rgb=False')
    if order == 'L':
        text = as_grey(text)
        save_random(text, checkpoint)
    config.write_text(text)
    rows, columns = np.mgrid[0:96, 0:128]
    pixels = np.stack([rows, columns, rows * columns / 64], 2).astype('uint8')
    camera = Image.Exif()
    camera[0x0112] = 6
    photograph = run_dir / 'photograph.jpg'
    Image.fromarray(pixels).save(photograph, exif=camera, quality=95)
    assert_done(tool('deploy.py', *source, '--backend', 'onnxruntime', '--out',
                     run_dir / 'served'))
    example = EXAMPLE.replace("'served", f"'{run_dir}/served").replace(
        "'cat.jpg'", f"'{photograph}'")
    with redirect_stdout(StringIO()):
        exec(example, found := {})
    shape = (len(found['how']['mean']), 32, 32)
    expected, = Calibration(1, str(run_dir)).images(
        read_trained_model(*map(str, source)), shape)
    assert found['how']['channel_order'] == order
    difference = found['pixels'] - expected[0].permute(1, 2, 0).numpy()
    assert np.abs(difference).mean() < 0.05 * expected.std()


def test_the_graph_says_what_the_folder_says(source, pictures, run_dir):
    assert_done(tool('deploy.py', *source, '--backend', 'onnxruntime', '--out',
                     run_dir / 'served', '--calib-images', pictures))
    written = json.loads((run_dir / 'served/serving.json').read_text())
    assert written == dict(
        files=['end2end.onnx', 'end2end_int8.onnx'],
        input=dict(name='input', shape=[1, 3, 32, 32], type='float32'),
        output=dict(name='output', meaning='probabilities'),
        channel_order='RGB', size=[32, 32], crop=32 / 36, keep_ratio=True,
        mean=[120, 110, 100], std=[60, 50, 40], classes=list(CLASSES))
    for name in written['files']:
        session = onnxruntime.InferenceSession(
            str(run_dir / 'served' / name),
            providers=['CPUExecutionProvider'])
        found = session.get_modelmeta().custom_metadata_map
        assert {key: json.loads(value) for key, value in found.items()
                if key in written} == written


def test_metrics_that_are_arrays_are_reported(source, run_dir):
    config = source[0]
    config.write_text(config.read_text() + "test_evaluator = [dict("
                      "type='Accuracy'), dict(type='ConfusionMatrix')]\n")
    out = run_dir / 'served'
    assert_done(tool('deploy.py', *source, '--backend', 'onnxruntime', '--out',
                     out, '--test'))
    rows = json.loads((out / 'report.json').read_text())
    for row in rows:
        matrix = np.array(row['confusion_matrix/result'])
        assert matrix.shape == (3, 3) and matrix.sum() == 12
    # With what is said in its metadata
    assert rows[1]['bytes'] == (out / 'end2end.onnx').stat().st_size


@pytest.mark.parametrize('config, shape, order, crop', [
    ('rd/resnet50_imagenet', (3, 224, 224), 'RGB', 0.875),
    ('rd/plain20_ce_cifar10', (3, 32, 32), 'RGB', 1),
    ('demo/plain20_ce_mnist5k', (1, 28, 28), 'L', 1),
    ('no_res/plain20_ce_seed_cifar100', (3, 28, 28), 'RGB', 28 / 32),
])
def test_what_configs_say(config, shape, order, crop):
    cfg = Config.fromfile(ROOT / f'configs/{config}.py')
    found = read_preprocessing(cfg, shape)
    assert (found.channel_order, found.crop) == (order, crop)
    assert found.mean == cfg.data_preprocessor.mean
    assert found.size == list(shape[1:])


@pytest.mark.parametrize('steps, crop, keep_ratio', [
    ([dict(type='ResizeEdge', scale=256),
      dict(type='CenterCrop', crop_size=(224, 192))], None, True),
    ([dict(type='ResizeEdge', scale=256),
      dict(type='CenterCrop', crop_size=(192, 192))], 0.75, True),
    ([dict(type='Resize', scale=(320, 240)),
      dict(type='CenterCrop', crop_size=224)], None, False),
    ([dict(type='Resize', scale=(320, 240)),
      dict(type='CenterCrop', crop_size=(240, 180))], 0.75, False),
    ([dict(type='Resize', scale_factor=0.5),
      dict(type='CenterCrop', crop_size=32)], None, False),
    ([dict(type='ResizeEdge', scale=32),
      dict(type='CenterCrop', crop_size=48)], None, True),
    ([dict(type='mmpretrain.Resize', scale=600),
      dict(type='CenterCrop', crop_size=448)], 448 / 600, False),
    ([dict(type='Resize', scale=(64, 48))], 1.0, False),
    ([dict(type='ResizeEdge', scale=256, edge='long'),
      dict(type='CenterCrop', crop_size=224)], None, True),
    ([dict(type='CenterCrop', crop_size=224, efficientnet_style=True)], None,
     True),
    ([dict(type='ResizeEdge', scale=256),
      dict(type='CenterCrop', crop_size=224),
      dict(type='ResizeEdge', scale=128)], None, True),
    ([dict(type='torchvision/Resize', size=36),
      dict(type='torchvision/CenterCrop', size=32)], None, True),
    ([dict(type='ResizeEdge', scale=48),
      dict(type='Pad', size=(64, 64))], None, True),
    ([dict(type='CenterCrop', crop_size=224)], None, True),
])
def test_what_pipelines_say(steps, crop, keep_ratio):
    """Also where the network is exported for images of another size."""
    cfg = Config(dict(model=dict(), test_pipeline=steps))
    found = read_preprocessing(cfg, (3, 96, 96))
    assert (found.crop, found.keep_ratio) == (crop, keep_ratio)


def test_another_shape_than_the_images_have(source, pictures, run_dir):
    other = ('deploy.py', *source, '--backend', 'onnxruntime', '--out',
             run_dir / 'served', '--shape', '48')
    assert_done(tool(*other))
    assert_refused(tool(*other, '--force', '--calib-images', pictures),
                   '--shape 48: ', 'at 32 x 32')


@pytest.mark.parametrize('wrapper', [
    "dict(type='RepeatDataset', times=2, dataset=ONE)",
    "dict(type='ConcatDataset', datasets=[ONE, ONE])"])
def test_calibration_in_a_wrapper_of_data_sets(source, wrapper):
    config, checkpoint = source
    text = config.read_text()
    one = "dict(data, data_prefix='train')"
    config.write_text(text.replace(one, wrapper.replace('ONE', one)))
    found = list(Calibration(3).images(
        read_trained_model(str(config), str(checkpoint)), (3, 32, 32)))
    assert [image.shape for image in found] == [(1, 3, 32, 32)] * 3


def test_a_wrapped_test_set_says_what_it_does(source):
    model = read_trained_model(*map(str, source))
    model.meta.clear()
    cfg = model.cfg
    cfg.test_dataloader.dataset.metainfo = dict(classes=CLASSES)
    plain = read_preprocessing(cfg, (3, 32, 32))
    cfg.test_dataloader.dataset = dict(
        type='RepeatDataset', times=1, dataset=cfg.test_dataloader.dataset)
    assert read_preprocessing(cfg, (3, 32, 32)) == plain
    assert image_shape(cfg) == (3, 32, 32)
    assert class_names(model) == list(CLASSES)


def test_several_labels_are_not_exported(source, run_dir):
    config, checkpoint = source
    config.write_text(config.read_text().replace(
        'LinearClsHead', 'MultiLabelLinearClsHead'))
    assert_refused(
        tool('deploy.py', config, checkpoint, '--backend', 'onnxruntime',
             '--out', run_dir / 'served'),
        'MultiLabelLinearClsHead gives several labels')
    assert not (run_dir / 'served').exists()


def test_calibration_sees_what_the_test_sees(source, pictures):
    """The pictures of a folder, as the data set of that folder gives them."""
    trained = read_trained_model(*map(str, source))
    found = [image for image in Calibration(5, str(pictures / 'train')).images(
        trained, (3, 32, 32))]
    assert len(found) == 5 and {image.shape for image in found} == {
        (1, 3, 32, 32)}
    expected = list(Calibration(12).images(trained, (3, 32, 32)))
    assert len(expected) == 12
    for image in found:
        assert any(torch.equal(image, other) for other in expected)
    assert pictures_in(pictures) == pictures_in(pictures)


def test_pictures_of_four_channels(source, tmp_path):
    """They are read as the config's own loader does."""
    config, checkpoint = source
    text = config.read_text().replace(
        "'LoadImageFromFile'", "'LoadImageFromFile', color_type='unchanged'"
    ).replace('[120., 110., 100.]', '[0.] * 4').replace(
        '[60., 50., 40.]', '[1.] * 4').replace(
        'depth=18', 'depth=18, in_channels=4')
    config.write_text(text)
    save_random(text, checkpoint)
    pixels = np.arange(4, dtype='uint8') * np.ones((32, 32, 4), 'uint8')
    Image.fromarray(pixels, 'RGBA').save(tmp_path / 'one.png')
    trained = read_trained_model(str(config), str(checkpoint))
    image, = Calibration(1, str(tmp_path)).images(trained, (4, 32, 32))
    assert image.mean((0, 2, 3)).tolist() == [2, 1, 0, 3]  # BGRA
    assert read_preprocessing(trained.cfg, (4, 32, 32)).channel_order is None


def test_other_data_preprocessors():
    cfg = Config(dict(
        model=dict(), test_pipeline=[dict(type='LoadImageFromFile')],
        data_preprocessor=dict(type='ImgDataPreprocessor', bgr_to_rgb=True,
                               std=[255.0] * 3, pad_size_divisor=32)))
    found = read_preprocessing(cfg, (3, 32, 32))
    assert (found.channel_order, found.crop) == ('RGB', None)
    assert found.std == [1.0] * 3  # without a mean nothing is divided


def test_the_pictures_of_a_folder(tmp_path):
    """Those that a data set of the same folder has."""
    for name in ('a/1.jpg', 'a/._1.jpg', 'a/notes.txt', 'elsewhere/2.PNG'):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    data = tmp_path / 'data'
    data.mkdir()
    for name, target in (('a', 'a'), ('b', 'elsewhere')):
        (data / name).symlink_to(tmp_path / target)
    assert sorted(pictures_in(data)) == [data / 'a/1.jpg', data / 'b/2.PNG']


def test_a_picture_that_cannot_be_read(source, pictures, tmp_path):
    broken = tmp_path / 'broken.webp'
    broken.write_bytes(b'no picture')
    trained = read_trained_model(*map(str, source))
    with pytest.raises(UsageError, match=f'{broken} is no picture'):
        next(Calibration(1, str(tmp_path)).images(trained, (3, 32, 32)))


def test_pictures_for_a_network_of_small_images(pictures):
    """They are shrunk to the size of the data set, and stay RGB."""
    model = Config.fromfile(ROOT / 'configs/rd/plain20_ce_cifar10.py')
    source = SimpleNamespace(cfg=model, model=torch.nn.Identity())
    image, = Calibration(1, str(pictures / 'train/red')).images(
        source, (3, 32, 32))
    assert image.shape == (1, 3, 32, 32)
    assert image[0].mean((1, 2)).argmax() == 0


@pytest.mark.parametrize('options, words', [
    ([], ['--calib-images FOLDER', 'no data folder']),
    (['--cfg-options', 'train_dataloader=None'],
     ['no training images', '--calib-images FOLDER']),
])
def test_int8_without_images(source, run_dir, options, words):
    config = source[0]
    if not options:
        config.write_text(config.read_text().replace(
            "dict(data, data_prefix='train')",
            "dict(data, data_prefix='train', data_root='absent')"))
    done = tool('deploy.py', *source, '--backend', 'onnxruntime', '--int8', 4,
                '--out', run_dir / 'served', *options)
    assert_refused(done, *words)
    assert not (run_dir / 'served').exists()
