"""Outbox, batches, order, replays, releases: on one database with both faces, or as each side sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.site.browser import make_user
from yakuba.core.audit.models import AuditEntry
from yakuba.core.exchange import registry
from yakuba.core.exchange.batch_file import Content, Item, pack
from yakuba.core.exchange.errors import BadBatch, ExchangeError, NoSharedKey, OutOfOrder
from yakuba.core.exchange.keys import export_key, import_key, key_path, load_key
from yakuba.core.exchange.lanes import Lane
from yakuba.core.exchange.models import Batch, Dispatch, ItemForResidents, ItemForStaff
from yakuba.core.exchange.receiving import receive
from yakuba.core.exchange.sending import post, reply, revoke, send, shared_key, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passphrases")]

KIND, BACK = "test.notice", "test.opened"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of its own for each test."""
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """What the receivers of two kinds got."""
    got: list[Item] = []
    for name in ("_receivers", "_gates", "_labels"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    registry.receiver(KIND, "試しの知らせ")(got.append)
    registry.receiver(BACK)(got.append)
    return got


def batch_for_residents(sequence: int, *references: str, action: str = "put") -> bytes:
    """A file as another staff installation with the same key would have made it."""
    batch = f"00000000-0000-0000-0000-{sequence:012d}"
    items = tuple(Item(KIND, action, one, {"to": one}) for one in references)
    return pack(
        Content(Lane.RESIDENTS, batch, sequence, "2027-01-20T09:00:00+09:00", items), load_key(make=True)
    )


def test_with_both_faces_what_is_sent_is_taken_at_once(taken: list[Item]) -> None:
    user = make_user()
    post(KIND, "r-1", {"name": "髙橋"})
    post(KIND, "r-2", {"name": "﨑"})
    done = send(Lane.RESIDENTS, by=user)
    assert taken == [Item(KIND, "put", "r-1", {"name": "髙橋"}), Item(KIND, "put", "r-2", {"name": "﨑"})]
    assert done.batch is not None
    assert (done.batch.sequence, done.batch.items, done.held) == (1, 2, 0)
    assert done.batch.settled_at is not None
    assert Dispatch.objects.get().by == user
    line = AuditEntry.objects.get(action="exchange.send")
    assert line.detail == {"sequence": 1, "items": 2, "held": 0}


def test_nothing_waiting_makes_no_batch(taken: list[Item]) -> None:
    assert send(Lane.RESIDENTS).batch is None
    assert not Batch.objects.exists()


def test_a_newer_item_takes_the_place_of_one_that_has_not_left(taken: list[Item]) -> None:
    post(KIND, "r-1", {"version": 1})
    post(KIND, "r-1", {"version": 2})
    send(Lane.RESIDENTS)
    assert [one.content for one in taken] == [{"version": 2}]


def test_revoking_what_has_not_left_keeps_it_from_leaving(taken: list[Item]) -> None:
    post(KIND, "r-1", {"version": 1})
    revoke(KIND, "r-1")
    done = send(Lane.RESIDENTS)
    assert [(one.action, one.content) for one in taken] == [("revoke", None)]
    assert done.batch is not None
    assert done.batch.revoked == 1


def test_what_waits_is_not_readable_in_the_database(taken: list[Item]) -> None:
    from django.db import connection

    post(KIND, "r-1", {"name": "網代 はる"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM exchange_itemforresidents")
        (kept,) = cursor.fetchone()
    assert "網代" not in kept


def test_a_gate_holds_an_item_back_until_it_lets_it_through(taken: list[Item]) -> None:
    open_for: set[str] = set()
    registry.gate(KIND)(lambda subjects, by: set(subjects) <= open_for)
    post(KIND, "r-1", {"n": 1}, subjects=["child-1"])
    post(KIND, "r-2", {"n": 2}, subjects=[])
    done = send(Lane.RESIDENTS)
    assert ([one.reference for one in taken], done.held) == (["r-2"], 1)
    assert ItemForResidents.objects.get(batch=None).held_at is not None
    assert send(Lane.RESIDENTS).batch is None
    open_for.add("child-1")
    assert send(Lane.RESIDENTS).held == 0
    assert [one.reference for one in taken] == ["r-2", "r-1"]


def test_a_revocation_passes_every_gate(taken: list[Item]) -> None:
    registry.gate(KIND)(lambda subjects, by: False)
    revoke(KIND, "r-1")
    assert send(Lane.RESIDENTS).held == 0
    assert [one.action for one in taken] == ["revoke"]


def test_the_same_file_twice_changes_nothing(taken: list[Item]) -> None:
    data = batch_for_residents(1, "r-1")
    assert receive(data).new is True
    assert receive(data).new is False
    assert len(taken) == 1
    assert Batch.objects.count() == 1


def test_a_missing_number_is_told_and_nothing_is_taken(taken: list[Item]) -> None:
    receive(batch_for_residents(1, "r-1"))
    with pytest.raises(OutOfOrder, match="第4号の前の第2号から第3号まで"):
        receive(batch_for_residents(4, "r-4"))
    with pytest.raises(OutOfOrder, match="第3号の前の第2号を"):
        receive(batch_for_residents(3, "r-3"))
    assert [one.reference for one in taken] == ["r-1"]
    receive(batch_for_residents(2, "r-2"))
    receive(batch_for_residents(3, "r-3"))
    assert receive(batch_for_residents(1, "r-1")).new is False
    assert [one.reference for one in taken] == ["r-1", "r-2", "r-3"]


def test_a_number_that_was_used_by_another_batch_is_refused_and_says_how_to_go_on(taken: list[Item]) -> None:
    receive(batch_for_residents(1, "r-1"))
    with pytest.raises(OutOfOrder, match="--sequence 2"):
        receive(batch_for_residents(1, "r-other"))
    assert [one.reference for one in taken] == ["r-1"]


def test_a_restored_sender_goes_on_with_a_later_number(taken: list[Item]) -> None:
    receive(batch_for_residents(1, "r-1"))
    post(KIND, "r-2", {})
    with pytest.raises(OutOfOrder):
        send(Lane.RESIDENTS)
    assert not Batch.objects.filter(side=Batch.Side.SENT).exists()
    done = send(Lane.RESIDENTS, sequence=2)
    assert done.batch is not None
    post(KIND, "r-3", {})
    with pytest.raises(OutOfOrder, match="第3号以上"):
        send(Lane.RESIDENTS, sequence=2)


def test_a_receiver_that_refuses_one_item_undoes_the_whole_batch(taken: list[Item]) -> None:
    def second_fails(item: Item) -> None:
        ItemForStaff.objects.create(kind="kept", reference=item.reference)
        if item.reference == "bad":
            raise ExchangeError("読めません。")

    registry.receiver(KIND)(second_fails)
    with pytest.raises(ExchangeError, match="読めません"):
        receive(batch_for_residents(1, "good", "bad"))
    assert not ItemForStaff.objects.exists()
    assert not Batch.objects.exists()


def test_a_crash_while_taking_leaves_nothing_and_the_same_file_is_taken_afterwards(taken: list[Item]) -> None:
    class PowerCut(Exception):
        pass

    def cut(item: Item) -> None:
        ItemForStaff.objects.create(kind="kept", reference=item.reference)
        raise PowerCut

    registry.receiver(KIND)(cut)
    data = batch_for_residents(1, "r-1")
    with pytest.raises(PowerCut):
        receive(data)
    assert not ItemForStaff.objects.exists()
    registry.receiver(KIND)(taken.append)
    assert receive(data).new is True


def test_a_batch_whose_file_was_lost_can_be_written_again(taken: list[Item], settings: Any) -> None:
    settings.YAKUBA_FACE = "staff"
    post(KIND, "r-1", {"n": 1})
    batch = send(Lane.RESIDENTS).batch
    assert batch is not None
    assert batch.settled_at is None
    first, second = write(batch), write(batch)
    settings.YAKUBA_FACE = "resident"
    assert receive(first).new is True
    assert receive(second).new is False


def test_a_batch_that_was_changed_in_the_database_is_not_written(taken: list[Item]) -> None:
    post(KIND, "r-1", {"n": 1})
    batch = send(Lane.RESIDENTS).batch
    assert batch is not None
    ItemForResidents.objects.update(reference="r-9")
    with pytest.raises(ExchangeError, match="作成時と内容が違います"):
        write(batch)


def test_an_unknown_kind_is_refused_by_name(taken: list[Item]) -> None:
    content = Content(
        Lane.RESIDENTS,
        "00000000-0000-0000-0000-000000000001",
        1,
        "2027-01-20T09:00:00+09:00",
        (Item("later.kind", "put", "r", {}),),
    )
    with pytest.raises(ExchangeError, match=r"later\.kind"):
        receive(pack(content, load_key(make=True)))


def test_dates_and_numbers_that_cannot_be_kept_are_refused(taken: list[Item]) -> None:
    for batch, at in (
        ("no-uuid", "2027-01-20T09:00:00+09:00"),
        ("00000000-0000-0000-0000-000000000001", "yesterday"),
    ):
        with pytest.raises(BadBatch):
            receive(pack(Content(Lane.RESIDENTS, batch, 1, at, ()), load_key(make=True)))


@pytest.mark.parametrize(("face", "lane"), [("staff", Lane.RESIDENTS), ("resident", Lane.STAFF)])
def test_a_file_for_the_other_side_is_refused(
    taken: list[Item], settings: Any, face: str, lane: Lane
) -> None:
    data = pack(
        Content(lane, "00000000-0000-0000-0000-000000000001", 1, "2027-01-20T09:00:00+09:00", ()),
        load_key(make=True),
    )
    settings.YAKUBA_FACE = face
    with pytest.raises(ExchangeError, match=lane.label):
        receive(data)


def test_the_way_back_tells_what_was_opened_and_which_batches_arrived(
    taken: list[Item], settings: Any
) -> None:
    settings.YAKUBA_FACE = "staff"
    post(KIND, "r-1", {})
    sent = send(Lane.RESIDENTS).batch
    assert sent is not None
    there = write(sent)
    settings.YAKUBA_FACE = "resident"
    receive(there)
    reply(BACK, "r-1", {"opened": "2027-01-21"})
    reply(BACK, "r-1", {"opened": "2027-01-22"})
    answer = send(Lane.STAFF).batch
    assert answer is not None
    assert answer.acknowledges == 1
    back = write(answer)
    assert send(Lane.STAFF).batch is None
    settings.YAKUBA_FACE = "staff"
    taken.clear()
    assert receive(back).new is True
    assert [(one.reference, one.content) for one in taken] == [("r-1", {"opened": "2027-01-22"})]
    sent.refresh_from_db()
    assert sent.settled_at is not None
    assert AuditEntry.objects.filter(action="exchange.receive").count() == 1


def test_a_batch_that_arrived_is_acknowledged_even_when_there_is_nothing_else_to_tell(
    taken: list[Item], settings: Any
) -> None:
    data = batch_for_residents(1, "r-1")
    settings.YAKUBA_FACE = "resident"
    receive(data)
    answer = send(Lane.STAFF).batch
    assert answer is not None
    assert (answer.items, answer.acknowledges) == (0, 1)
    assert send(Lane.STAFF).batch is None


def test_a_resident_installation_makes_no_key_of_its_own(settings: Any) -> None:
    settings.YAKUBA_FACE = "resident"
    with pytest.raises(NoSharedKey, match="key import"):
        shared_key()
    assert not key_path().exists()


def test_the_key_travels_under_a_passphrase(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = load_key(make=True)
    bundle = export_key("波と風と橋と空と海と山と")
    assert made.key not in bundle
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "residents"))
    with pytest.raises(ExchangeError):
        import_key(bundle, "違うパスフレーズです、これは")
    assert import_key(bundle, "波と風と橋と空と海と山と") == made.id
    assert load_key(make=False) == made
    assert key_path().stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("YAKUBA_HOME", str(tmp_path / "third"))
    other = load_key(make=True)
    with pytest.raises(ExchangeError, match="--replace"):
        import_key(bundle, "波と風と橋と空と海と山と")
    assert load_key(make=False) == other
    import_key(bundle, "波と風と橋と空と海と山と", replace=True)
    assert load_key(make=False) == made


def test_a_damaged_key_file_says_what_it_is() -> None:
    load_key(make=True)
    key_path().write_text("{}")
    with pytest.raises(ExchangeError, match="受渡しの鍵として読めません"):
        load_key(make=True)


def test_each_use_has_a_key_of_its_own() -> None:
    key = load_key(make=True)
    assert key.for_use("header") != key.for_use("content") != key.key


def test_the_page_lists_batches_for_administrators_alone(client: Client, taken: list[Item]) -> None:
    client.force_login(make_user("officer"))
    assert client.get("/staff/exchange/").status_code == 403
    admin = make_user()
    client.force_login(admin)
    assert "受渡しはまだありません" in client.get("/staff/exchange/").content.decode()
    post(KIND, "r-1", {})
    assert "住民側に渡す（1件）" in client.get("/staff/exchange/").content.decode()
    client.post("/staff/exchange/make/")
    page = client.get("/staff/exchange/").content.decode()
    assert "第1号（1件）を作成しました" in page
    assert admin.name in page
    assert "取込み済み" in page
    assert page.count("<tr") == 2


def test_the_file_is_downloaded_and_each_download_is_recorded(
    client: Client, taken: list[Item], settings: Any
) -> None:
    settings.YAKUBA_FACE = "staff"
    client.force_login(make_user())
    post(KIND, "r-1", {})
    client.post("/staff/exchange/make/")
    batch = Batch.objects.get()
    answer = client.get(f"/staff/exchange/{batch.pk}/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="yakuba-residents-00001.yex"'
    assert Dispatch.objects.get().downloads == 1
    assert AuditEntry.objects.filter(action="exchange.download").count() == 1
    settings.YAKUBA_FACE = "resident"


def test_a_file_from_the_resident_side_is_taken_on_the_page(
    client: Client, taken: list[Item], settings: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.YAKUBA_FACE = "staff"
    client.force_login(make_user())
    data = pack(
        Content(
            Lane.STAFF,
            "00000000-0000-0000-0000-000000000001",
            1,
            "2027-01-20T09:00:00+09:00",
            (Item(BACK, "put", "r-1", {}),),
        ),
        load_key(make=True),
    )
    for expected in ("第1号を取り込みました", "第1号は取込み済みです"):
        client.post("/staff/exchange/take/", {"file": SimpleUploadedFile("a.yex", data)})
        assert expected in client.get("/staff/exchange/").content.decode()
    client.post("/staff/exchange/take/", {"file": SimpleUploadedFile("b.yex", data[:-1])})
    assert "途中で切れています" in client.get("/staff/exchange/").content.decode()
    client.post("/staff/exchange/take/")
    assert "選ばれていません" in client.get("/staff/exchange/").content.decode()
    assert len(taken) == 1
