"""Set up and run xundian on a fresh machine: ``python make.py demo | test | lint | check | proof``.

Standard library only, since it runs before anything is installed. ``make demo`` and ``make test`` call it.
"""

import contextlib
import ctypes
import hashlib
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
ENV = Path(os.environ.get("XUNDIAN_VENV", ROOT / ".venv"))
WINDOWS = platform.system() == "Windows"
BIN = ENV / ("Scripts" if WINDOWS else "bin")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
OLDEST = (3, 11)
MODULES = ROOT / "tests/webmap/modules"  # what checks and tests the scripts of the pages
TSC = MODULES / "node_modules/typescript/bin/tsc"
PARALLEL = ("-n", "auto", "--dist", "loadfile")  # a file's tests share one city: it stays with one worker


def stop(message: str) -> NoReturn:
    """Say why, and end with a failure."""
    print(f"make.py: {message}", file=sys.stderr)
    raise SystemExit(1)


def run(*command: str | Path, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Run a command; end with its exit code when it fails."""
    words = [str(part) for part in command]
    code = subprocess.call(words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL if quiet else None)
    if code:
        print(f"make.py: this failed with exit code {code}: {' '.join(words)}", file=sys.stderr)
        raise SystemExit(code)


def output(*command: str) -> str:
    """Return what a command prints, or nothing when it cannot run."""
    if not shutil.which(command[0]):
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


# System packages ----------------------------------------------------------------------------------------------------


def privileged() -> list[str] | None:
    """Return the words before a command that installs, or None when this account may not install."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    asks_nothing = shutil.which("sudo") and subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0
    return ["sudo", "-n"] if asks_nothing else None


def install_system(packages: list[str], why: str) -> None:
    """Install Debian packages when this account may; else say which command to run."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        stop(f"{why}. Install it with your system's package manager (Debian calls it {names}), then run this again.")
    sudo = privileged()
    if sudo is None:
        stop(f"{why}. Run: sudo apt-get install {names}")
    print(f"Installing system packages: {names}", flush=True)
    variables = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run(*sudo, "apt-get", "update", "-qq", env=variables)
    run(*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=variables, quiet=True)


def chromium() -> str:
    """Find a Chromium, installing Debian's when there is none."""
    named = os.environ.get("XUNDIAN_CHROMIUM")
    if named:
        return named
    if not any(map(shutil.which, CHROMIUMS)) and not WINDOWS:
        install_system(["chromium"], "The browser tests need Chromium")
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found:
        return found
    for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)"):
        edge = Path(os.environ.get(folder, "")) / "Microsoft/Edge/Application/msedge.exe"
        if edge.exists():
            return str(edge)
    stop("The browser tests need Chromium or Edge: install one, or name it in XUNDIAN_CHROMIUM.")
    raise AssertionError


def driver_library() -> None:
    """Make sure of the one library that the browser's driver wants and a small Debian lacks."""
    if platform.system() == "Linux":
        try:
            ctypes.CDLL("libatomic.so.1")
        except OSError:
            install_system(["libatomic1"], "The driver of the browser tests needs libatomic.so.1")


def gdal_tools() -> None:
    """Make sure of ogrinfo, by which a test looks at the city as QGIS's users do."""
    if platform.system() == "Linux" and not shutil.which("ogrinfo"):
        install_system(["gdal-bin"], "The store's tests look at the city with ogrinfo")


def chinese_fonts() -> None:
    """Make sure that Chinese draws as Chinese in screenshots."""
    if platform.system() == "Linux" and not output("fc-list", ":lang=zh-cn", "family"):
        install_system(["fonts-noto-cjk", "fontconfig"], "The browser tests need a Chinese font")


# PostgreSQL with PostGIS --------------------------------------------------------------------------------------------


def postgres_bin() -> Path | None:
    """Find the newest PostgreSQL server whose PostGIS is installed beside it."""
    found = {
        int(folder.name): folder / "bin"
        for folder in Path("/usr/lib/postgresql").glob("[0-9]*")
        if (folder / "bin/initdb").exists()
        and Path(f"/usr/share/postgresql/{folder.name}/extension/postgis.control").exists()
    }
    if found:
        return found[max(found)]
    initdb, shared = shutil.which("initdb"), output("pg_config", "--sharedir")
    return Path(initdb).parent if initdb and shared and Path(shared, "extension/postgis.control").exists() else None


def install_postgis() -> Path:
    """Install the distribution's PostGIS and give the server's folder."""
    sudo = privileged()
    if sudo is not None and shutil.which("apt-get"):
        run(*sudo, "apt-get", "update", "-qq")
    listing = output("apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$")
    newest = max((int(line.split("-")[1]) for line in listing.splitlines()), default=None)
    names = ["postgis"] if newest is None else [f"postgresql-{newest}", f"postgresql-{newest}-postgis-3"]
    install_system(names, "The store's tests need a PostgreSQL server with PostGIS")
    found = postgres_bin()
    if found is None:
        stop("PostGIS was installed but its server was not found; name a database in XUNDIAN_TEST_POSTGRES.")
    return found


def free_port() -> int:
    """Ask the system for a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgis() -> Iterator[str]:
    """Run a private PostgreSQL server on loopback, and give the URL of an empty database on it."""
    given = os.environ.get("XUNDIAN_TEST_POSTGRES")
    if given:
        yield given
        return
    binaries = postgres_bin() or install_postgis()
    folder = Path(tempfile.mkdtemp(prefix="xundian-postgres-"))
    as_server: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_server = ["runuser", "-u", "postgres", "--", "env", "-C", str(folder)]
    port = free_port()
    cluster = folder / "cluster"
    control = [*as_server, str(binaries / "pg_ctl"), "-D", str(cluster), "-w"]
    try:
        create = ["initdb", "-D", str(cluster), "-U", "xundian", "-A", "trust", "-E", "UTF8", "--no-sync"]
        run(*as_server, binaries / create[0], *create[1:], quiet=True)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        run(*control, "-l", folder / "log", "-o", options, "start", quiet=True)
        run(*as_server, binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "xundian", "xundian_test")
        yield f"postgresql+psycopg://xundian@127.0.0.1:{port}/xundian_test"
    finally:
        subprocess.call([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


# The Python environment ---------------------------------------------------------------------------------------------


def python() -> Path:
    """Return the environment's interpreter."""
    return BIN / ("python.exe" if WINDOWS else "python")


def create_environment() -> None:
    """Create the virtual environment, with Debian's missing pieces when it must."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian splits it off
    except ImportError:
        install_system(
            [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"], "Python's venv module is incomplete"
        )
        run(sys.executable, "-m", "venv", ENV)
        return
    venv.create(ENV, with_pip=True, symlinks=not WINDOWS)


def environment(extras: str = "") -> None:
    """Bring the virtual environment to what pyproject.toml asks for."""
    if sys.version_info < OLDEST:
        here = platform.python_version()
        stop(f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed, this is {here}: name another with make PYTHON=...")
    if not python().exists():
        print(f"Creating the environment in {ENV}", flush=True)
        create_environment()
    stamp = ENV / f"installed{extras.strip('[]') and '-' + extras.strip('[]')}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the Python packages", flush=True)
    run(python(), "-m", "pip", "install", "--quiet", "--progress-bar", "on", "--editable", f".{extras}")
    stamp.write_text(wanted)


def node_packages() -> None:
    """Bring TypeScript and the types that the scripts are checked with to what the lock file asks for."""
    stamp = MODULES / "node_modules/installed"
    wanted = hashlib.sha256((MODULES / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing what checks the scripts", flush=True)
    variables = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    npm = BIN / ("npm.exe" if WINDOWS else "npm")
    run(npm, "ci", "--prefix", MODULES, "--no-audit", "--no-fund", "--loglevel=error", env=variables)
    stamp.write_text(wanted)


# The commands -------------------------------------------------------------------------------------------------------


def demo(words: list[str]) -> None:
    """Build the demo city, draw and plan a round, serve the map."""
    environment()
    run(BIN / "xundian", "demo", "--dir", os.environ.get("XUNDIAN_DEMO", str(ROOT / ".demo")), *words)


def tests(words: list[str]) -> None:
    """Run the test suite with PostGIS and a browser."""
    environment("[dev]")
    variables = dict(os.environ, XUNDIAN_CHROMIUM=chromium())
    node_packages()
    driver_library()
    gdal_tools()
    chinese_fonts()
    command = [str(python()), "-m", "pytest", *(PARALLEL if not words else []), *words]
    if WINDOWS:
        print("On Windows the store's tests run on the GeoPackage alone, not on PostGIS.", flush=True)
        run(*command, env=variables)
        return
    with postgis() as url:
        run(*command, env=dict(variables, XUNDIAN_TEST_POSTGRES=url))


def lint(words: list[str]) -> None:
    """Check format, lint, types of Python and JavaScript, and the import contracts."""
    environment("[dev]")
    node_packages()
    run(BIN / "ruff", "format", "--check", ".")
    run(BIN / "ruff", "check", ".", *words)
    run(BIN / "mypy")
    run(BIN / "lint-imports")
    run(BIN / "node", TSC, "--project", MODULES)


def check(words: list[str]) -> None:
    """Run all that `lint` checks, then the tests."""
    lint([])
    tests(words)


def proof(words: list[str]) -> None:
    """Run the long simulations and benchmarks as docs name them, all of them, also after one that fails."""
    environment("[dev,bench]")
    failed = []
    for command in words or proofs():
        print(f"== {command}", flush=True)
        module, *options = command.split()
        if subprocess.call([str(python()), "-m", f"tests.bench.{module}", *options], cwd=ROOT):
            failed.append(command)
    if failed:
        stop(f"these failed: {', '.join(failed)}")


def proofs() -> list[str]:
    """List every benchmark with the options that docs name, and those that docs do not name without any."""
    pages = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))
    named = dict.fromkeys(re.findall(r"python -m tests\.bench\.([^`\n]+)", pages))
    known = {command.split()[0] for command in named}
    runnable = {path.stem for path in (ROOT / "tests/bench").glob("*.py") if "__main__" in path.read_text("utf-8")}
    return [*named, *sorted(runnable - known)]


COMMANDS = {"demo": demo, "test": tests, "lint": lint, "check": check, "proof": proof}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:  # noqa: PLR2004 - the program's name and a command
        stop(f"say one of: {', '.join(COMMANDS)}")
    COMMANDS[sys.argv[1]](sys.argv[2:])
