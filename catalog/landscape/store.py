"""SQL of the landscape: sums of cost that give no single member away."""

from catalog.landscape.model import Cost
from kdnx.db.conn import Conn
from kdnx.db.rows import many

# the function tells sums from three members only and, but for office and audit, takes the least number of users from the rule
LIST_COSTS = "SELECT capability_id, members, cents, users, best_members, best_cents, best_users FROM catalog.application_cost($1, $2)"


async def list_costs(conn: Conn, least_users: int | None = None) -> list[Cost]:
    """Cost a task as of today; `least_users` of the cheapest houses counts only for who sees every cost."""
    return many(Cost, await conn.fetch(LIST_COSTS, conn.today, least_users))
