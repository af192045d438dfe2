import os
import resource

import pytest
import torch

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.whole_file import (check_archive, finished_epochs,
                                         numbered_checkpoints, write_bytes,
                                         write_checkpoint)
from tests.helpers.hostile import write_bomb


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / 'epoch_2.pth'
    write_checkpoint(dict(state_dict=dict(w=torch.ones(1000))), str(path))
    return path


def test_writing_leaves_nothing_unfinished(tmp_path):
    path = tmp_path / 'new' / 'model.pth'
    write_checkpoint(dict(state_dict={}), str(path))
    with pytest.raises(Exception):
        write_checkpoint(dict(state_dict=lambda: 0), str(path))
    assert torch.load(path) == dict(state_dict={})
    assert [file.name for file in path.parent.iterdir()] == ['model.pth']


def test_a_full_disk_is_one_sentence_and_older_files_stay(tmp_path):
    """The system refuses more than 100 bytes, as a full disk would."""
    path = tmp_path / 'model.pth'
    path.write_bytes(b'older')
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(UsageError, match='cannot be written: File too'):
            write_bytes(b'x' * 1000, str(path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b'older'
    assert [file.name for file in tmp_path.iterdir()] == ['model.pth']


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / 'file').write_bytes(b'')
    with pytest.raises(UsageError, match='cannot be written: File exists'):
        write_bytes(b'', str(tmp_path / 'file' / 'model.pth'))


@pytest.mark.parametrize('position', [0.3, 0.5, 0.9])
def test_a_changed_bit_is_found(whole, position):
    """PyTorch reads such a file without a word."""
    content = bytearray(whole.read_bytes())
    check_archive(str(whole))
    start = content.index(b'\x00\x00\x80?' * 1000)
    content[start + int(4000 * position)] ^= 1
    whole.write_bytes(content)
    assert not torch.load(whole)['state_dict']['w'].equal(torch.ones(1000))
    with pytest.raises(UsageError, match='damaged at .*data/0'):
        check_archive(str(whole))


def test_a_file_that_was_cut_off_is_found(whole):
    content = whole.read_bytes()
    for length in (5, 1000, len(content) - 1):
        whole.write_bytes(content[:length])
        with pytest.raises(UsageError, match='damaged'):
            check_archive(str(whole))


def test_no_changed_bit_ends_in_a_traceback(tmp_path):
    """Those of headers, too; a few of them, of dates say, change nothing."""
    path = tmp_path / 'epoch_1.pth'
    write_checkpoint(dict(state_dict=dict(w=torch.ones(20))), str(path))
    content = path.read_bytes()
    refused = 0
    with open(path, 'r+b', buffering=0) as file:
        for place, byte in enumerate(content):
            for bit in range(8):
                os.pwrite(file.fileno(), bytes([byte ^ 1 << bit]), place)
                try:
                    check_archive(str(path))
                except UsageError:
                    refused += 1
            os.pwrite(file.fileno(), bytes([byte]), place)
    check_archive(str(path))
    assert refused > 4 * len(content)


def test_a_checkpoint_with_a_changed_header_is_passed_over(whole, tmp_path):
    content = bytearray(whole.read_bytes())
    content[content.index(b'archive', content.index(b'PK\1\2'))] ^= 0x80
    (tmp_path / 'epoch_3.pth').write_bytes(content)
    with pytest.raises(UsageError, match='damaged at its table of contents'):
        check_archive(str(tmp_path / 'epoch_3.pth'))
    assert finished_epochs(tmp_path) == 2


@pytest.mark.parametrize('place', range(4))
def test_a_checkpoint_with_a_changed_beginning_is_passed_over(
        whole, tmp_path, place):
    """It is not taken for a file of old versions."""
    content = bytearray(whole.read_bytes())
    content[place] ^= 0x80
    (tmp_path / 'epoch_3.pth').write_bytes(content)
    with pytest.raises(UsageError, match='is damaged at'):
        check_archive(str(tmp_path / 'epoch_3.pth'))
    assert finished_epochs(tmp_path) == 2


def test_what_unpacks_to_more_is_refused_unread(tmp_path):
    path = write_bomb(tmp_path / 'bomb.pth')
    assert os.path.getsize(path) < 2**20
    with pytest.raises(UsageError, match='bomb.pth unpacks to 64 MiB'):
        check_archive(path)


def test_files_of_old_versions_have_no_checksums(tmp_path):
    path = tmp_path / 'old.pth'
    torch.save({}, path, _use_new_zipfile_serialization=False)
    check_archive(str(path))


def test_the_newest_whole_checkpoint(whole, tmp_path):
    """By its number; what is cut off, empty or of another name is none."""
    assert finished_epochs(tmp_path / 'absent') == 0
    for number in (1, 9, 10):
        (tmp_path / f'epoch_{number}.pth').write_bytes(whole.read_bytes())
    (tmp_path / 'epoch_11.pth').write_bytes(whole.read_bytes()[:-9])
    (tmp_path / 'epoch_12.pth').write_bytes(b'')
    (tmp_path / 'epoch_13.pth.99.tmp').write_bytes(whole.read_bytes())
    (tmp_path / 'best_epoch_14.pth').write_bytes(whole.read_bytes())
    (tmp_path / 'last_checkpoint').write_text('epoch_1.pth')
    assert list(numbered_checkpoints(tmp_path)) == [12, 11, 10, 9, 2, 1]
    assert finished_epochs(tmp_path) == 10
    (tmp_path / 'epoch_10.pth').write_bytes(b'PK\x03\x04')
    assert finished_epochs(tmp_path) == 9


@pytest.mark.parametrize('template, name', [
    ('epoch_{}.pth', 'epoch_12.pth'), ('epoch_{:03d}.pth', 'epoch_012.pth'),
    ('{0}-state', '12-state')])
def test_numbers_are_found_as_the_template_writes_them(tmp_path, template,
                                                       name):
    (tmp_path / name).write_text('')
    (tmp_path / f'{name}.tmp').write_text('')
    assert template.format(12) == name
    assert numbered_checkpoints(tmp_path, template) == {12: tmp_path / name}
