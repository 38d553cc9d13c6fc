"""The ETag of an offering: strong, and new when anything in the answer is new."""

from datetime import timedelta

from catalog import interface
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.client import Client


async def test_a_new_user_changes_the_tag_but_not_the_version(
    client: Client, conn: Conn, cast: Cast
):
    head = await an_offering(conn, cast.nord)
    fremd, one = client.as_(cast.fremd.viewer), f"/api/v1/offerings/{head.id}"
    seen = await fremd.get(one)
    tag = seen.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await fremd.get(one, **{"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await interface.mark_use(
        conn, offering_id=head.id, recipient_id=cast.fremd.id, valid_from=conn.today - timedelta(1)
    )
    later = await fremd.get(one, **{"if-none-match": tag})
    assert later.status_code == 200
    assert later.json()["users"] == seen.json()["users"] + 1
    assert later.json()["row_version"] == seen.json()["row_version"]
