#!/bin/sh
# SRAM, arena and estimated time of docs/hardware.md:
#     make benchmark-micro
# or, with the converters in an environment of your own,
#     PYTHONPATH=. sh docs/benchmarks/micro.sh python
set -e
python=${1:-python}
out=docs/benchmarks
rd=configs/rd
theirs=$("$python" -c 'import mmpretrain; print(mmpretrain.__path__[0])')/.mim/configs
run() {
    "$python" tools/analysis_tools/benchmark.py --precision int8 "$@"
}
large="$rd/resnet50_imagenet.py $rd/plain50_ce_imagenet.py
    $rd/resnet18_imagenet.py $rd/plain18_ce_imagenet.py
    $theirs/repvgg/repvgg-A2_8xb32_in1k.py
    $theirs/repvgg/repvgg-B0_8xb32_in1k.py
    $theirs/mobilenet_v2/mobilenet-v2_8xb32_in1k.py"

# 224 x 224 under limits of SRAM
run $large --engines ethos-u --accelerator ethos-u55-256 \
    --sram 256K 512K 1M 2M all --out $out/sram224
