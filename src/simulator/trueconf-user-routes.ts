/** Answers "who are the users, and what is their status?": GET users, page by page with next_page_id. */
import { type Answer, json } from './answer.ts';
import { cut, pageSize, type Query, whole } from './trueconf-query.ts';
import type { ServerState } from './trueconf-state.ts';
import { userObject } from './trueconf-wire.ts';

const SIZE_LIMIT = 500;

/** GET users. Where pages count from 1, page 0 is page 1 once more: who counts from 0 sees the first page twice. */
export function listUsers(state: ServerState, _id: string, query: Query): Answer {
  const first = state.usersFirstPage;
  const pageId = Math.max(whole(query, 'page_id', first, 0), first);
  const page = { page: pageId - first + 1, size: pageSize(query, state.pageSizeLimit ?? SIZE_LIMIT) };
  const { users } = state.conferences;
  return json(200, {
    next_page_id: page.page * page.size < users.length ? pageId + 1 : -1,
    users: cut(users, page).map((user) => userObject(user, state.serverName)),
  });
}
