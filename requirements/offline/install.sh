#!/bin/sh
# Qiao 桥，不用互联网的安装。用法 usage: sh install.sh [目录 FOLDER]
# Installs into FOLDER (default: ~/qiao-program), from this folder alone. Run again to upgrade.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-"$HOME/qiao-program"}
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "需要 Python 3.11 以上 / Python 3.11 or newer is needed" >&2
  exit 2
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  echo "缺少 python3-venv，请先安装 / python3-venv is missing: install it first" >&2
  exit 2
}
(cd "$here" && sha256sum --quiet -c SHA256SUMS >&2) || {
  echo "文件不完整或被改过，请重新拷贝 / damaged or changed: copy it again" >&2
  exit 7
}
test -x "$folder/bin/python" || "$python" -m venv "$folder"
"$folder/bin/python" -m pip --disable-pip-version-check --no-input --quiet --isolated install \
  --no-index --find-links "$here/wheels" -r "$here/run.txt"
"$folder/bin/python" -m pip --disable-pip-version-check --no-input --quiet --isolated install \
  --no-index --find-links "$here/wheels" --no-deps --force-reinstall "$here"/wheels/qiao-*.whl
echo "已安装 / installed: $folder/bin/qiao"
echo "下一步 / next: $folder/bin/qiao --dir DIR doctor"
