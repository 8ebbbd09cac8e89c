@echo off
rem Qiao, without the Internet, on Windows. UNTESTED.
powershell -ExecutionPolicy Bypass -File "%~dp0install.ps1" %*
