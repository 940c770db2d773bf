"""Check digits (検査用数字) of the personal and the corporate number."""

from __future__ import annotations


def personal_number_digit(first_eleven: str) -> int:
    """The 12th digit of a 個人番号.

    Source: 行政手続における特定の個人を識別するための番号の利用等に関する法律の規定による通知カード及び
    個人番号カード並びに情報提供ネットワークシステムによる特定個人情報の提供等に関する命令
    (平成26年総務省令第85号) 第5条: with P_n the n-th digit from the right of the first eleven, and
    Q_n = n + 1 for n ≤ 6 and n - 5 for n ≥ 7, the digit is 11 - (Σ P_n·Q_n mod 11), or 0 when that
    remainder is 0 or 1.

    >>> personal_number_digit("12345678901")
    8
    """
    _digits(first_eleven, 11)
    total = sum(
        int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(first_eleven), 1)
    )
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


def corporate_number_digit(last_twelve: str) -> int:
    """The first digit of a 法人番号, from the twelve that follow.

    Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条: with P_n the n-th digit from the
    right of the twelve and Q_n = 1 for odd n, 2 for even n, the digit is 9 - (Σ P_n·Q_n mod 9).

    >>> corporate_number_digit("000012050002")
    7
    """
    _digits(last_twelve, 12)
    total = sum(int(digit) * (1 if n % 2 else 2) for n, digit in enumerate(reversed(last_twelve), 1))
    return 9 - total % 9


def personal_number_holds(number: str) -> bool:
    """Whether 12 digits carry the right check digit; ``False`` for anything else."""
    return _is_digits(number, 12) and int(number[-1]) == personal_number_digit(number[:-1])


def corporate_number_holds(number: str) -> bool:
    """Whether 13 digits carry the right check digit; ``False`` for anything else."""
    return _is_digits(number, 13) and int(number[0]) == corporate_number_digit(number[1:])


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def _digits(text: str, count: int) -> None:
    if not _is_digits(text, count):
        raise ValueError(f"expected {count} digits, found {text!r}")
