# Qiao, without the Internet, on Windows. UNTESTED. Usage: powershell -ExecutionPolicy Bypass -File install.ps1 [FOLDER]
param([string]$Folder = "$env:LOCALAPPDATA\qiao-program")
$ErrorActionPreference = "Stop"
$here = Split-Path -Parent $MyInvocation.MyCommand.Path

foreach ($line in Get-Content "$here\SHA256SUMS") {
  $sum, $name = $line -split "  ", 2
  $found = (Get-FileHash -Algorithm SHA256 "$here\$name").Hash.ToLower()
  if ($found -ne $sum) { Write-Error "damaged or changed: $name"; exit 7 }
}
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))"
if ($LASTEXITCODE -ne 0) { Write-Error "Python 3.11 or newer is needed"; exit 2 }
if (-not (Test-Path "$Folder\Scripts\python.exe")) { py -3 -m venv $Folder }
$pip = @("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "--isolated", "install", "--no-index", "--find-links", "$here\wheels")
& "$Folder\Scripts\python.exe" @pip -r "$here\run.txt"
if ($LASTEXITCODE -ne 0) { exit 1 }
$wheel = (Get-ChildItem "$here\wheels\qiao-*.whl").FullName
& "$Folder\Scripts\python.exe" @pip --no-deps --force-reinstall $wheel
if ($LASTEXITCODE -ne 0) { exit 1 }
Write-Output "installed: $Folder\Scripts\qiao.exe"
