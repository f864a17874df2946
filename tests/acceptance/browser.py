"""A real browser, headless, driven over its DevTools protocol: only what the page's tests ask of it."""

import base64
import json
import os
import shutil
import signal
import subprocess
import time
from collections import deque
from contextlib import contextmanager, suppress

import websocket

from analysis.report.fonts import text_font_files

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    # no name is ever looked up, so that nothing but loopback can be reached
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
PATIENCE = 60  # seconds for an answer: the machine may be busy with other tests
KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " ")}
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""


def find_browser():
    """Return the browser's program; its absence is a failure, because nothing else proves what these tests prove."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"these tests need a browser, one of {', '.join(NAMES)}: on Debian, apt install chromium"
    return found


@contextmanager
def running_browser(folder):
    """Run a browser of its own, with a fresh profile and the fonts of the reports, and end it with all its children."""
    profile, config = folder / "profile", folder / "fonts.conf"
    profile.mkdir()
    # The same glyphs and the same text in a printed page, whatever fonts the machine has.
    folders = "".join(f"<dir>{each}</dir>" for each in sorted({str(file.parent) for _, file, _ in text_font_files()}))
    config.write_text(FONTS.format(folders=folders, cache=folder / "font-cache"), encoding="utf-8")
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [find_browser(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            env=os.environ | {"HOME": str(folder), "FONTCONFIG_FILE": str(config)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        browser = Browser(_address(profile / "DevToolsActivePort", process, folder / "log.txt"))
        yield browser
        browser.close()
        process.wait(PATIENCE)
    finally:
        with suppress(ProcessLookupError):  # already gone, and its children with it
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def _address(file, process, log):
    """Return the browser's own address, once it has written it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        assert process.poll() is None, f"the browser ended at once: {log.read_text(errors='replace')[-2000:]}"
        time.sleep(0.02)
    raise AssertionError(f"the browser does not answer: {log.read_text(errors='replace')[-2000:]}")


class Browser:
    """The connection to a browser."""

    def __init__(self, address):
        self._socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self._count = 0
        self._events = deque()

    def close(self):
        """Ask the browser to end."""
        self.call("Browser.close")
        self._socket.close()

    def call(self, method, session=None, **params):
        """Call a method of the protocol and return its result; what happens meanwhile is kept."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._count:
                assert "error" not in answer, f"{method}: {answer.get('error')}"
                return answer["result"]
            self._events.append(answer)

    def wait_for(self, method, session):
        """Return the parameters of the next event of this name, kept or to come."""
        for event in list(self._events):
            if (event.get("method"), event.get("sessionId")) == (method, session):
                self._events.remove(event)
                return event["params"]
        while True:
            event = json.loads(self._socket.recv())
            if (event.get("method"), event.get("sessionId")) == (method, session):
                return event["params"]
            self._events.append(event)

    def events(self, session):
        """Return the events of a page so far, as (name, parameters)."""
        return [(event["method"], event["params"]) for event in self._events if event.get("sessionId") == session]

    @contextmanager
    def page(self, path, *, width=1280, height=900, media=()):
        """Open a file in a tab of its own and close the tab in the end."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        try:
            page.open(path, width, height, dict(media))
            yield page
        finally:
            self.call("Target.closeTarget", targetId=target)


class Page:
    """One tab."""

    def __init__(self, browser, session):
        self._browser, self._session = browser, session

    def call(self, method, **params):
        return self._browser.call(method, self._session, **params)

    def open(self, path, width, height, media):
        for domain in ("Page", "Network", "Runtime", "Log", "Accessibility", "Audits"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        features = {"prefers-reduced-motion": "reduce"} | media
        self.call("Emulation.setEmulatedMedia", features=[{"name": k, "value": v} for k, v in features.items()])
        # A tab in the background would get no key.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.navigate", url=path.as_uri())
        self._browser.wait_for("Page.loadEventFired", self._session)
        self.run("document.fonts.ready.then(() => 0)")

    def resize(self, width, height):
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def run(self, expression):
        """Return the value of a JavaScript expression, awaited."""
        done = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def press(self, key):
        code, text = KEYS[key]
        shared = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **shared)
        self.call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def print_to_pdf(self):
        done = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(done["data"])

    def accessible_nodes(self):
        """Return the nodes that a screen reader meets, as (role, name)."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]

    def events(self):
        return self._browser.events(self._session)

    def requests(self):
        """Return the addresses that the page has asked for, data inside the page apart."""
        asked = [params["request"]["url"] for name, params in self.events() if name == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith("data:")]

    def complaints(self):
        """Return what the browser's console and its list of issues hold against the page."""
        names = {"Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded"}
        return [(name, params) for name, params in self.events() if name in names]
