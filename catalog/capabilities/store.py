"""SQL of tasks, products, and the tasks of offerings."""

from collections.abc import Sequence
from uuid import UUID

from catalog.capabilities.model import Capability, OfferingTask, Product, Serving
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

LIST_CAPABILITIES = """
SELECT id, code, name, description, parent_id, target_level, position, row_version FROM catalog.capability
ORDER BY position, kdnx.sort_key(name) LIMIT 1000
"""
GET_CAPABILITY = "SELECT id, code, name, description, parent_id, target_level, position, row_version FROM catalog.capability WHERE id = $1"
INSERT_CAPABILITY = """
INSERT INTO catalog.capability (id, code, parent_id, name, description, target_level, position, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(position), 0) + 10 FROM catalog.capability WHERE parent_id IS NOT DISTINCT FROM $3 OR id = $3), $7, $7)
"""
CHANGE_CAPABILITY = """
UPDATE catalog.capability SET name = $3, description = $4, target_level = $5, row_version = row_version + 1, updated_at = $6
WHERE id = $1 AND row_version = $2
"""
LIST_PRODUCTS = """
SELECT id, name, vendor, added_by, merged_into_id, row_version FROM catalog.product
ORDER BY kdnx.sort_key(name), kdnx.sort_key(vendor) LIMIT 5000
"""
GET_PRODUCT = "SELECT id, name, vendor, added_by, merged_into_id, row_version FROM catalog.product WHERE id = $1"
LOCK_PRODUCTS = """
SELECT id, name, vendor, added_by, merged_into_id, row_version FROM catalog.product WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE
"""
FIND_PRODUCT = """
SELECT id, name, vendor, added_by, merged_into_id, row_version FROM catalog.product
WHERE kdnx.sort_key(name) = kdnx.sort_key($1) AND kdnx.sort_key(vendor) = kdnx.sort_key($2)
"""
INSERT_PRODUCT = """
INSERT INTO catalog.product (id, name, vendor, added_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT DO NOTHING
"""
# whoever pointed at the double points at the product that stays: there is never a chain
MERGE_PRODUCT = """
UPDATE catalog.product SET merged_into_id = $2, row_version = row_version + 1, updated_at = $3 WHERE id = $1 OR merged_into_id = $1
"""
COUNT_USES = """
SELECT product_id, count(DISTINCT owner_id)::int AS members FROM catalog.public_application
WHERE mode IS NOT NULL AND valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1) GROUP BY 1
"""
LIST_OFFERING_TASKS = """
SELECT offering_id, capability_id, product_id FROM catalog.offering_capability WHERE offering_id = ANY ($1::uuid[])
ORDER BY offering_id, capability_id
"""
LIST_SERVING = """
SELECT l.capability_id, l.product_id, o.id AS offering_id, o.owner_id, o.number, o.title FROM catalog.offering_capability l
JOIN catalog.visible_offering o ON o.id = l.offering_id WHERE o.state = 'published' AND ($1::uuid IS NULL OR l.capability_id = $1)
ORDER BY o.title_key, o.id LIMIT 5000
"""
DROP_OFFERING_TASKS = "DELETE FROM catalog.offering_capability WHERE offering_id = $1"
INSERT_OFFERING_TASKS = """
INSERT INTO catalog.offering_capability (offering_id, capability_id, product_id, created_at)
SELECT $1, x.c, x.p, $4 FROM unnest($2::uuid[], $3::uuid[]) AS x(c, p)
"""


async def list_capabilities(conn: Conn) -> list[Capability]:
    """The whole tree in its order, groups and tasks."""
    return many(Capability, await conn.fetch(LIST_CAPABILITIES))


async def get_capability(conn: Conn, capability_id: UUID) -> Capability:
    """One task or group; NotFound otherwise."""
    return one(Capability, await conn.fetchrow(GET_CAPABILITY, capability_id), _("Diese Aufgabe"))


async def insert_capability(conn: Conn, c: Capability) -> None:
    """A new task at the end of its group, or a new group."""
    await conn.execute(
        INSERT_CAPABILITY,
        c.id,
        c.code,
        c.parent_id,
        c.name,
        c.description,
        c.target_level,
        conn.now,
    )


async def change_capability(conn: Conn, c: Capability) -> bool:
    """Name, description and Zielbild as read at `row_version`; False when somebody was first."""
    done = await conn.execute(
        CHANGE_CAPABILITY, c.id, c.row_version, c.name, c.description, c.target_level, conn.now
    )
    return done == 1


async def list_products(conn: Conn) -> list[Product]:
    """All products in German order, merged ones too."""
    return many(Product, await conn.fetch(LIST_PRODUCTS))


async def get_product(conn: Conn, product_id: UUID) -> Product:
    """One product; NotFound otherwise."""
    return one(Product, await conn.fetchrow(GET_PRODUCT, product_id), _("Dieses Produkt"))


async def lock_products(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, Product]:
    """These products, locked until the end of the transaction."""
    return {p.id: p for p in many(Product, await conn.fetch(LOCK_PRODUCTS, list(ids)))}


async def add_product(conn: Conn, product: Product) -> Product:
    """The product of that name and vendor: the new one, or the one that was there first."""
    await conn.execute(
        INSERT_PRODUCT, product.id, product.name, product.vendor, product.added_by, conn.now
    )
    found = maybe(Product, await conn.fetchrow(FIND_PRODUCT, product.name, product.vendor))
    return found or product


async def merge_product(conn: Conn, double_id: UUID, kept_id: UUID) -> None:
    """From now on the double counts as the other one."""
    await conn.execute(MERGE_PRODUCT, double_id, kept_id, conn.now)


async def count_uses(conn: Conn) -> dict[UUID, int]:
    """How many members use each product today, doubles resolved."""
    return {r["product_id"]: r["members"] for r in await conn.fetch(COUNT_USES, conn.today)}


async def list_offering_tasks(conn: Conn, ids: Sequence[UUID]) -> list[OfferingTask]:
    """The tasks of these offerings, as far as the viewer sees the offering."""
    return many(OfferingTask, await conn.fetch(LIST_OFFERING_TASKS, list(ids)))


async def list_serving(conn: Conn, capability_id: UUID | None = None) -> list[Serving]:
    """Published offerings that serve a task (None: any), as far as the viewer sees them."""
    return many(Serving, await conn.fetch(LIST_SERVING, capability_id))


async def set_offering_tasks(conn: Conn, offering_id: UUID, tasks: Sequence[OfferingTask]) -> None:
    """Exactly these tasks and no others."""
    await conn.execute(DROP_OFFERING_TASKS, offering_id)
    await conn.execute(
        INSERT_OFFERING_TASKS,
        offering_id,
        [t.capability_id for t in tasks],
        [t.product_id for t in tasks],
        conn.now,
    )
