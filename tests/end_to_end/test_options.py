"""Options and other scripts that would lead a call around the pipeline."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from mitmproxy.options import Options

from addons.sentinel import ALLOW_OPTION, REQUIRED_OPTIONS
from tests.end_to_end.calls import post, said
from tests.end_to_end.web_api import WebApi, administrator
from tests.gateway import BIN, POLICY, Gateway, Site, gateway, launch
from tests.simulators.openai_api import GREETING, Upstream, running

EMAIL = "jane.roe@example.com"

DANGEROUS: dict[str, list[str]] = {
    "connection_strategy": ["eager"],
    "rawtcp": ["true"],
    "websocket": ["true"],
    "http2": ["true"],
    "http3": ["true"],
    "validate_inbound_headers": ["false"],
    "onboarding": ["true"],
    "ssl_insecure": ["true"],
    "stream_large_bodies": ["1k"],
    "store_streamed_bodies": ["true"],
    "ignore_hosts": ["openai"],
    "allow_hosts": ["example"],
    "tcp_hosts": ["openai"],
    "udp_hosts": ["openai"],
    "map_local": ["|openai|/tmp"],
    "map_remote": ["|openai|evil"],
    "modify_body": ["/hello/bye"],
    "modify_headers": ["/x-a/b"],
    "stickyauth": ["."],
    "stickycookie": ["."],
    "server_replay": ["flows"],
    "save_stream_file": ["flows"],
    "hardump": ["flows.har"],
    "proxyauth": ["any"],
}
"""For each option that the gateway needs in one state, a value of another."""

DEFAULTS = {name for name in REQUIRED_OPTIONS if name in Options() and str(Options().default(name)).lower() in
            {value for value in DANGEROUS.get(name, [])}}
