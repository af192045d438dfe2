"""Failures of data, and of networks that do not fit the data."""
from typing import Optional

from .failure import Failure


def _empty_data(failure: Failure) -> Optional[str]:
    if not (failure.match('need at least one array to concatenate', ValueError)
            and failure.within('_serialize_data', 'base_dataset.py')):
        return None
    data = failure.variable('self', lambda value: hasattr(value, 'data_list'))
    return (f'The data set {type(data).__name__} has no images; check its '
            'data_root, ann_file, indices and filter_cfg.')


def _empty_epoch(failure: Failure) -> Optional[str]:
    if not failure.match('`epoch_length` must be a positive integer'):
        return None
    return ('An epoch has no batch: the data set has fewer images than '
            'train_dataloader.batch_size, and drop_last leaves the rest out; '
            'choose a smaller batch_size or drop_last=False.')


def _label(failure: Failure) -> Optional[str]:
    found = failure.match(r'Target (-?\d+) is out of bounds', IndexError)
    if found is None:
        return None
    return (f'An image has the label {found[1]}, for which the head has no '
            'class; labels count from 0, so set model.head.num_classes to '
            f'{int(found[1]) + 1} or more, or mend the labels.')


def _channels(failure: Failure) -> Optional[str]:
    found = failure.match(
        r'Given groups=\d+, weight of size (\[.+?\]), expected input(\[.+?\]) '
        r'to have (\d+) channels, but got (\d+) channels', RuntimeError)
    if found is None:
        return None
    return (f'A convolution takes {found[3]} channels and gets {found[4]} '
            f'(an input of shape {found[2]}); if these are the images, set '
            f'model.backbone.in_channels={found[4]}, otherwise check the '
            'widths of the stages.')


def _features(failure: Failure) -> Optional[str]:
    found = failure.match(
        r'mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x',
        RuntimeError)
    if found is None:
        return None
    return (f'The head takes {found[2]} features and the backbone gives '
            f'{found[1]}; set model.head.in_channels={found[1]}, or check '
            'model.backbone.out_indices.')


def _small_images(failure: Failure) -> Optional[str]:
    found = failure.match(
        r'Calculated padded input size per channel: \((.+?)\)\. '
        r'Kernel size: \((.+?)\)', RuntimeError)
    if found is None:
        return None
    return (f'The images are too small for this network: {found[1]} pixels '
            f'are left for a kernel of {found[2]}; give larger images.')


def _nothing_trains(failure: Failure) -> Optional[str]:
    if not failure.match('does not require grad and does not have a grad_fn'):
        return None
    return ('The loss depends on no parameter that trains; check what is '
            'frozen, and that each phase trains something that its objectives '
            'read.')


def _device(failure: Failure) -> Optional[str]:
    if not failure.match('device type at start of device string|No CUDA GPUs|'
                         'not compiled with CUDA|Invalid device string'):
        return None
    return ('This machine or this PyTorch has no such device '
            f'({failure.message.split(" device type at")[-1].lstrip(": ")}); '
            'take cpu, or cuda where there is a GPU.')


RULES = (_empty_data, _empty_epoch, _label, _channels, _features,
         _small_images, _nothing_trains, _device)
