"""`linode-orm simulate`: a simulated account over HTTP."""

from __future__ import annotations

import click

from linode_orm.cli.help import CliCommand

_SECONDS = click.FloatRange(0)


@click.command("simulate", cls=CliCommand)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--fleet", default=0, metavar="N", type=click.IntRange(0), help="Begin with N Linodes and more.")
@click.option("--job-seconds", default=1.0, show_default=True, type=_SECONDS, help="How long a boot or a resize takes.")
@click.option("--latency", default=0.0, show_default=True, type=_SECONDS, help="Seconds that each request takes.")
@click.option("--strict", is_flag=True, help="Refuse what the API is only guessed to refuse.")
def command(host: str, port: int, fleet: int, job_seconds: float, latency: float, *, strict: bool) -> None:  # noqa: PLR0913  one for each option
    """Serve a simulated account over HTTP until Ctrl-C, for any client of the Linode API.

    Examples:
      linode-orm simulate --port 8080 --fleet 20
      LINODE_API_URL=http://127.0.0.1:8080 LINODE_TOKEN=any linode-orm query Instance

    It holds the public catalogues and nothing else, unless --fleet is given. Any token is good but one that begins
    with `bad`.

    """
    from linode_orm.simulator import Simulator, serve  # noqa: PLC0415  only this command needs it

    simulator = Simulator(job_seconds=job_seconds, latency=latency, strict="guesses" if strict else True)
    if fleet:
        simulator.populate(fleet)
    try:
        server = serve(simulator, host=host, port=port)
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {error.strerror}"
        raise click.ClickException(msg) from None
    try:
        with server:
            click.echo(f"Serving a simulated Linode account at {server.url}/v4 (Ctrl-C ends it).")
            click.echo(f"LINODE_API_URL={server.url} LINODE_TOKEN=any  is all that a client needs.")
            server.wait()
    except KeyboardInterrupt:
        click.echo("Bye.")
