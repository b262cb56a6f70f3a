@echo off
rem Builds the application and the deployable image of both kinds of node; arguments go to the compiler.
cd /d "%~dp0"
for %%k in (AirBox Bridge) do dotnet build -c Release --nologo -v m -p:NodeKind=%%k %* || exit /b 1
