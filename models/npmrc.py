"""What would npm do? Its configuration, read without the npm program.

In npm's order of weight: environment (`npm_config_...`), the project's, the user's and the global
`.npmrc`. From them come the registry of a package's scope, proxies, certificates and credentials.
"""

import base64
import os
import re
import shutil
import ssl
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.download import Door, DownloadFailed

PUBLIC_REGISTRY = "https://registry.npmjs.org/"
_PUBLIC_HOST = urllib.parse.urlsplit(PUBLIC_REGISTRY).netloc
_PREFIX = "npm_config_"
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Npmrc:
    """npm's settings, the weightiest file first already applied."""

    settings: Mapping[str, str]

    def registry(self, package: str) -> str:
        """Return the address, ending in a slash, of the registry that has `package`."""
        scope = package.partition("/")[0] if package.startswith("@") else ""
        address = self.settings.get(f"{scope}:registry") or self.settings.get("registry")
        return (address or PUBLIC_REGISTRY).rstrip("/") + "/"

    def described_at(self, package: str) -> str:
        """Return the address of the package's description."""
        return self.registry(package) + package.replace("/", "%2f")

    def tarball(self, package: str, address: str) -> str:
        """Return where to fetch a tarball: a mirror names the public host, and means itself."""
        parts = urllib.parse.urlsplit(address)
        if parts.netloc != _PUBLIC_HOST:
            return address
        return self.registry(package) + parts.path.lstrip("/")

    def headers(self, url: str) -> dict[str, str]:
        """Return the credentials for `url`: those of the longest address that it lies under."""
        _, _, rest = url.partition(":")
        base = rest
        while "/" in base[2:]:
            base = base[: base.rstrip("/").rindex("/") + 1]
            if credentials := self._credentials(base):
                return {"Authorization": credentials}
        return {}

    def door(self) -> Door:
        """Return the way out that these settings describe."""
        proxies = urllib.request.getproxies()
        plain, secure = self.settings.get("proxy"), self.settings.get("https-proxy")
        if plain not in (None, "", "null", "false"):
            proxies |= {"http": str(plain), "https": str(plain)}
        if secure not in (None, "", "null", "false"):
            proxies["https"] = str(secure)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(proxies),
            urllib.request.HTTPSHandler(context=self._certificates()),
        )
        return Door(opener, self.headers)

    def _certificates(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for file in (self.settings.get("cafile"), os.environ.get("NODE_EXTRA_CA_CERTS")):
            if file and file != "null":
                try:
                    context.load_verify_locations(cafile=file)
                except OSError:
                    raise DownloadFailed(
                        f"npm's configuration names certificates that cannot be read: {file}"
                    ) from None
        if self.settings.get("strict-ssl") == "false":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _credentials(self, base: str) -> str:
        token = self.settings.get(f"{base}:_authToken") or self.settings.get(
            f"{base.rstrip('/')}:_authToken"
        )
        if token:
            return f"Bearer {token}"
        if pair := self.settings.get(f"{base}:_auth"):
            return f"Basic {pair}"
        name, password = (self.settings.get(f"{base}:{key}") for key in ("username", "_password"))
        if name and password:
            secret = base64.b64decode(password).decode()
            return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
        return ""


def load(environment: Mapping[str, str] = os.environ, project: Path | None = None) -> Npmrc:
    """Return npm's settings for someone who works in the folder `project`."""
    settings: dict[str, str] = {}
    own = _from_environment(environment)
    for file in _files(environment, own, project or Path.cwd()):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        settings |= dict(parse(text, environment))
    return Npmrc(settings | own)


def parse(text: str, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Read an .npmrc: `key = value` lines, `${NAME}` for variables; lists are left out."""
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        key = key.strip()
        if not equals or key.startswith((";", "#", "[")) or key.endswith("[]"):
            continue
        value = value.strip().strip("\"'")
        yield key, _VARIABLE.sub(lambda match: environment.get(match[1], match[0]), value)


def _files(environment: Mapping[str, str], own: Mapping[str, str], project: Path) -> Iterator[Path]:
    """Yield the .npmrc files, the weakest first."""
    program = shutil.which("node", path=environment.get("PATH", os.defpath))
    prefix = own.get("prefix") or (Path(program).parent.parent if program else "/usr/local")
    yield Path(own.get("globalconfig") or Path(prefix) / "etc" / "npmrc")
    home = environment.get("HOME") or Path.home()
    yield Path(own.get("userconfig") or Path(home) / ".npmrc")
    yield project / ".npmrc"


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Read npm_config_*; an address-like key keeps its letters, any other is lower case."""
    found = {}
    for name, value in environment.items():
        if not name.lower().startswith(_PREFIX) or not value:
            continue
        key = name[len(_PREFIX) :]
        found[key if key.startswith(("//", "@")) else key.lower().replace("_", "-")] = value
    return found
