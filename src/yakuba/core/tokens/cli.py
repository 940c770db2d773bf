"""``yakuba tokens``: service accounts and their tokens from the command line."""

from __future__ import annotations

import click

from yakuba.core.setup import start_django


@click.group()
def tokens() -> None:
    """APIの利用者: issue, list and revoke tokens."""
    start_django()
    from django.urls import get_resolver

    _ = get_resolver().url_patterns  # loads the API, and with it the scopes that can be given


@tokens.command()
@click.argument("account")
@click.option("--scope", "scopes", multiple=True, required=True, help="nursery:read など。何度でも書ける")
@click.option("--days", default=365, show_default=True, help="有効な日数")
@click.option("--purpose", default="", help="用途")
def add(account: str, scopes: tuple[str, ...], days: int, purpose: str) -> None:
    """Issue a token for ACCOUNT and print it once."""
    from django.db import transaction

    from yakuba.core.tokens.services import account_named, issue

    try:
        with transaction.atomic():  # a token that can't be issued leaves no account behind
            user = account_named(account, purpose=purpose, by="system:cli")
            token, secret = issue(user, scopes, days=days, by="system:cli")
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    click.echo(secret)
    click.echo(f"番号 {token.pk}。上の文字は二度と表示しません。安全な所に控えてください。", err=True)


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens with their state."""
    from django.utils import timezone

    from yakuba.core.tokens.models import ApiToken

    now = timezone.now()
    for token in ApiToken.objects.select_related("account__owner"):
        used = token.last_used_on.isoformat() if token.last_used_on else "-"
        click.echo(
            f"{token.pk}\t{token.account.name}\t{token.hint}…\t{token.state(now)}\t"
            f"{','.join(token.scopes)}\t{timezone.localtime(token.expires_at):%Y-%m-%d}\t{used}"
        )


@tokens.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Revoke the token NUMBER at once."""
    from yakuba.core.tokens.models import ApiToken
    from yakuba.core.tokens.services import revoke as make_useless

    token = ApiToken.objects.filter(pk=number).first()
    if token is None:
        raise click.UsageError(
            f"番号 {number} のトークンはありません。yakuba tokens list で確かめてください。"
        )
    make_useless(token, by="system:cli")
    click.echo(f"番号 {number} を取り消しました。")
