"""Stands at the head of mitmproxy's addon chain, outside the script tree.

It survives whatever happens to the script, refuses options that would lead traffic around the pipeline, and closes
connections of protocols that nothing inspects. The gate, which looks at every HTTP message, is its other half.
"""

from collections.abc import Sequence

from mitmproxy import ctx, dns, exceptions, tcp, udp
from mitmproxy.addonmanager import Loader
from mitmproxy.http import HTTPFlow

from addons.wire import close_hard

REQUIRED_OPTIONS: dict[str, object] = {
    "connection_strategy": "lazy",  # no connection to anywhere before the caller is known
    "rawtcp": False,  # bytes that are not HTTP would pass every hook
    "websocket": False,  # frames are not inspected yet
    "http2": False,  # a client without window updates makes mitmproxy buffer without bound
    "http3": False,
    "validate_inbound_headers": True,  # request smuggling
    "onboarding": False,  # mitm.it would answer without a token
    "ssl_insecure": False,  # a held credential must not go to an impostor
    "stream_large_bodies": None,  # streams bodies past redaction
    "store_streamed_bodies": False,
    "ignore_hosts": [],
    "allow_hosts": [],
    "tcp_hosts": [],
    "udp_hosts": [],
    "map_local": [],
    "map_remote": [],
    "modify_body": [],
    "modify_headers": [],
    "stickyauth": None,
    "stickycookie": None,
    "server_replay": [],
    "save_stream_file": None,  # keeps what mitmproxy saw, outside the ledger's rules
    "hardump": "",
    "proxyauth": None,  # takes the header that carries our token
}
"""mitmproxy options that other values would turn into a way around the pipeline."""

DEFAULT_OPTIONS: dict[str, object] = {
    "body_size_limit": "16m",  # bounds the memory of a call; chat histories with images stay well below
    "tcp_timeout": 86_400,  # an idle event stream or a held call outlives mitmproxy's ten minutes
}
"""mitmproxy options that get another default; an operator may change them."""

ALLOW_OPTION = "chainwarden_allow_unsafe"


def _set_options(allowed: frozenset[str]) -> None:
    """Bring mitmproxy's options into the state that the pipeline relies on, where the operator left them alone."""
    changes = {
        name: value
        for name, value in (REQUIRED_OPTIONS | DEFAULT_OPTIONS).items()
        if name in ctx.options and name not in allowed and not ctx.options.has_changed(name)
    }
    ctx.options.update(**changes)


class Sentinel:
    """Refuses dangerous options and every protocol that nobody inspects."""

    name = "chainwarden-sentinel"

    def __init__(self) -> None:
        self._scripts = tuple(ctx.options.scripts)
        self._allowed: frozenset[str] | None = None

    def load(self, loader: Loader) -> None:
        """Declare the switch with which an operator takes the risk of an option that is refused otherwise."""
        loader.add_option(
            ALLOW_OPTION, Sequence[str], [], "Options that Chainwarden refuses and you want all the same. Unsafe."
        )

    def configure(self, updated: set[str]) -> None:
        """Refuse a change of options that would switch enforcement off.

        Raises:
            exceptions.OptionsError: naming the option, the reason and the way out.
        """
        if "scripts" in updated and tuple(ctx.options.scripts) != self._scripts:
            raise exceptions.OptionsError(
                "Chainwarden runs with the scripts that the proxy was started with. Restart it to change them."
            )
        allowed = frozenset(getattr(ctx.options, ALLOW_OPTION))
        if self._allowed is not None and allowed != self._allowed:
            raise exceptions.OptionsError(f"{ALLOW_OPTION} is read at the start. Restart the proxy to change it.")
        for name in sorted(updated & REQUIRED_OPTIONS.keys() - allowed):
            if (getattr(ctx.options, name) or None) != (REQUIRED_OPTIONS[name] or None):
                raise exceptions.OptionsError(
                    f"Chainwarden refuses to run with {name}={getattr(ctx.options, name)!r}: it leads traffic around "
                    f"the guardrails. Remove it, or take the risk with --set {ALLOW_OPTION}={name}."
                )

    def begin(self) -> None:
        """Set the options that the operator left alone, and judge the others.

        Raises:
            exceptions.OptionsError: an option of the command line or of config.yaml is one of the dangerous ones.
        """
        self._allowed = frozenset(getattr(ctx.options, ALLOW_OPTION))
        _set_options(self._allowed)
        self.configure(set(ctx.options.keys()))

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        """Close a raw TCP connection: no service is registered for it."""
        close_hard(flow.client_conn)

    def udp_start(self, flow: udp.UDPFlow) -> None:
        """Close a UDP flow: no service is registered for it."""
        close_hard(flow.client_conn)

    def tcp_message(self, flow: tcp.TCPFlow) -> None:
        """Let nothing through that was read before the connection was closed."""
        flow.messages[-1].content = b""

    def udp_message(self, flow: udp.UDPFlow) -> None:
        """Let nothing through that was read before the connection was closed."""
        flow.messages[-1].content = b""

    def dns_request(self, flow: dns.DNSFlow) -> None:
        """Refuse name lookups: a question is a channel out."""
        flow.response = flow.request.fail(dns.response_codes.REFUSED)
        close_hard(flow.client_conn)

    def websocket_start(self, flow: HTTPFlow) -> None:
        """Close a WebSocket: its frames are not inspected."""
        close_hard(flow.client_conn)

    def websocket_message(self, flow: HTTPFlow) -> None:
        """Drop a frame that was read before the connection was closed."""
        if flow.websocket is not None:
            flow.websocket.messages[-1].drop()


def install() -> None:
    """Put a sentinel at the head of the addon chain.

    Raises:
        ImportError: the gateway runs already.
        exceptions.OptionsError: an option of the command line or of config.yaml is one of the dangerous ones.
    """
    if ctx.master.addons.get(Sentinel.name) is not None:
        raise ImportError("Chainwarden runs already in this proxy, once is enough")
    sentinel = ctx.master.addons.register(Sentinel())
    ctx.master.addons.chain.insert(0, sentinel)
    sentinel.begin()
