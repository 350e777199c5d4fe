"""The app in a browser: what the page needs, who may open it, and a real browser on it."""

import asyncio
import base64
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from support.scenarios import thinned

from dlsim.cli import serve
from dlsim.cli.options import ScenarioChoice

pytest.importorskip("textual_serve", reason="the extra 'web' is not installed")
unix_only = pytest.mark.skipif(os.name == "nt", reason="signals and process ids of Unix")


@contextmanager
def serving_processes(command_line):
    """A function that starts `dlsim serve` with these arguments: (process, its address)."""
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [*command_line, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        started.append(process)
        line = process.stdout.readline()
        match = re.search(r"(http://\S+)/ ", line)
        assert match, line + process.stderr.read()
        return process, match[1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        print(*process.communicate(timeout=30))  # shown where a test fails: what the app itself had to say


@pytest.fixture
def server(command_line):
    """The same for a test that ends its server, or starts one with arguments of its own."""
    with serving_processes(command_line) as start:
        yield start


@pytest.fixture(scope="module")
def address(own_process, tmp_path_factory):
    """That of one server for all tests that only ask it."""
    with pytest.MonkeyPatch.context() as patch, serving_processes(own_process) as start:
        patch.setenv("DLSIM_HOME", str(tmp_path_factory.mktemp("home")))
        _, address = start("and")
        yield address


def fetch(address, **headers):
    """(status, body)"""
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-thing"], ["no-such-thing"]),
        (["backprop-2-2-2", "--set", "training.loss=nonsense"], ["nonsense"]),
        (["--variant", "x"], ["scenario"]),
        (["and", "--port", "70000"], ["70000"]),
        (["and", "--host", "no such host"], ["no such host"]),
        (["and", "--host", "a..b"], ["cannot listen at 'a..b'"]),
        (["and", "--host", "x" * 300], ["cannot listen at 'xxx"]),
        (["and", "--host", ""], ["cannot listen at ''"]),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_served(dlsim, arguments, words):
    dlsim("serve", *arguments).assert_refused(*words)


@unix_only
@pytest.mark.parametrize(
    ("has_pip", "said"),
    [(True, f"{sys.executable} -m pip install '.[web]'"), (False, "uvx --from '.[web]' dlsim serve")],
)
def test_without_the_extra_one_message_says_how_this_environment_gets_it(dlsim, monkeypatch, has_pip, said):
    monkeypatch.setattr(serve, "find_spec", lambda name: object() if name == "pip" and has_pip else None)
    dlsim("serve", "and").assert_refused("the extra 'web'", f"in a clone of dlsim: {said}")


def test_a_port_that_is_taken_is_one_message(dlsim):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        dlsim("serve", "and", "--port", port).assert_refused(str(port), "--port 0")


@pytest.mark.parametrize("scenario", [None, "a b.toml", "it's; echo 'no' && $(x) `y` \"z\"", "한글 🙂.toml", "--help"])
@unix_only
def test_whatever_a_scenario_is_called_reaches_the_visitors_process_whole(scenario):
    choice = None if scenario is None else ScenarioChoice(scenario, "a 'b'", {"training.loss": "m;s"})
    words = shlex.split(serve.visitor_command(choice))
    assert words[:2] == ["exec", sys.executable]
    told = json.loads(base64.urlsafe_b64decode(words[-1]))
    assert told == (choice and {"scenario": scenario, "variant": "a 'b'", "overrides": {"training.loss": "m;s"}})


def test_the_page_needs_nothing_from_elsewhere(address):
    status, page = fetch(f"{address}/")
    assert status == 200
    assert address.replace("http:", "ws:") + "/ws" in page
    for own in re.findall(r'(?:src|href)="(/[^"]+)"', page) + re.findall(r'url\("(/[^"]+)"', page):
        assert fetch(address + own)[0] == 200
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}],
    ids=["another page", "a name that leads here", "a page without an address"],
)
@pytest.mark.parametrize("path", ["/", "/ws"])
def test_pages_from_elsewhere_are_turned_away(address, headers, path):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert fetch(address + path, **(upgrade if path == "/ws" else {}), **headers)[0] == 403


@unix_only
def test_a_visit_to_the_websocket_that_is_none_is_refused_quietly(server):
    process, address = server("and")
    assert fetch(f"{address}/ws") == (400, "this address is for the page's websocket; open the page instead")
    process.terminate()
    assert process.communicate(timeout=30) == ("", "")


def test_it_listens_at_this_machine_alone_unless_told(address):
    assert address.startswith("http://127.0.0.1:")


def test_an_address_for_others_comes_with_a_warning(server):
    process, address = server("and", "--host", "0.0.0.0")
    port = address.rpartition(":")[2]
    assert fetch(f"http://127.0.0.1:{port}/")[1].count(f"ws://127.0.0.1:{port}/ws") == 1
    process.terminate()
    assert "WARNING: whoever can reach 0.0.0.0" in process.communicate(timeout=30)[1]


@unix_only
@thinned("number", [signal.SIGINT, signal.SIGTERM], [signal.SIGTERM])
def test_told_to_end_it_ends_quietly(server, number):
    process, _ = server()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


async def connected(address, session):
    return await session.ws_connect(f"{address.replace('http:', 'ws:')}/ws?width=80&height=24")


def children_of(pid):
    answer = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in answer.stdout.split()]


@unix_only
async def test_a_visitors_process_goes_with_the_visitor_and_with_a_killed_server(server):
    import aiohttp

    process, address = server("backprop-2-2-2")

    async def wait_for(count, pids):
        for _ in range(400):
            if len(alive := [pid for pid in pids() if is_alive(pid)]) == count:
                return alive
            await asyncio.sleep(0.05)
        raise AssertionError(f"never {count} processes")

    def is_alive(pid):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
        return bool(state.strip()) and not state.startswith("Z")

    def children():
        return children_of(process.pid)

    async with aiohttp.ClientSession() as session:
        first = await connected(address, session)
        second = await connected(address, session)
        for visit in (first, second):
            assert (await visit.receive(timeout=60)).data
        both = await wait_for(2, children)
        await first.close()
        (left,) = await wait_for(1, children)
        assert left in both
        process.kill()
        await wait_for(0, lambda: [left])
        await second.close()


@pytest.mark.exhaustive
@pytest.mark.browser
async def test_in_a_real_browser_the_page_opens_a_key_steps_and_the_figure_is_there(server, tmp_path):
    from support import browser

    program = browser.find()
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(browser.NAMES)} is installed, and {browser.WHICH} names none")
    _, address = server("backprop-2-2-2")
    async with browser.browsing(program, tmp_path / "profile") as page:
        await page.open(f"{address}/")
        text = await page.until(lambda text: "x1" in text and "W5" in text)
        assert "0.08000000" not in text
        await page.press(" ", 32)
        text = await page.until(lambda text: "0.08000000" in text)
        assert "1/48" in text
        await page.press("i", 73)
        await page.until(lambda text: "48/48" in text)
        assert page.errors == []
        assert all(url.startswith((address, "data:")) for url in page.requests)
        await page.picture(tmp_path / "page.png")  # pytest keeps it: what the browser drew, for whoever wants to see
