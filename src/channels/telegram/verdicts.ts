/** What a failed call means for the message it carried. Pure; the only file that knows Telegram's error texts. */
import type { Refusal } from '../../domain/events.ts';
import { type DurationMs, SECOND } from '../../lib/time.ts';
import type { Failure } from './failures.ts';

export type Verdict =
  /** The edit would change nothing: as good as done. */
  | { readonly kind: 'unchanged' }
  /** The message to edit is not there, or can no longer be edited. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'moved'; readonly chat: number }
  /** Too many messages; nothing to this chat before `after` has passed. */
  | { readonly kind: 'busy'; readonly after: DurationMs }
  | { readonly kind: 'later' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The picture is why; the text alone may pass. */
  | { readonly kind: 'picture-refused' }
  /** Our mistake: the same message in a plainer form may pass. */
  | { readonly kind: 'malformed' };

/** Telegram names the wait in every 429; this is for servers in between that do not. */
const UNNAMED_WAIT: DurationMs = 5 * SECOND;

/** In lower case, in the order in which they are tried; from the Bot API server's sources and from what bots met. */
const REFUSALS: readonly (readonly [RegExp, Refusal])[] = [
  [/bot was blocked by the user|user_is_blocked/, 'blocked'],
  [/user is deactivated|input_user_deactivated/, 'deactivated'],
  [/bot was kicked|bot is not a member/, 'kicked'],
  [
    /chat not found|user not found|peer_id_invalid|chat_id is empty|group chat was d|chat was deleted|can't initiate conversation/,
    'chat-not-found',
  ],
  [/message thread not found|topic_deleted/, 'topic-gone'],
  [
    /need administrator rights|not enough rights|have no rights|topic_closed|chat_restricted|chat_write_forbidden|chat_send_\w+_forbidden|chat_admin_required/,
    'no-rights',
  ],
];

/** Of the photo itself, or of photos in that chat. */
const PICTURE_REFUSED =
  /photo_\w+|image_process_failed|media_(?:empty|invalid)|send photos to the chat|chat_send_(?:photos|media)_forbidden|wrong (?:file|remote file)|too big for a photo|file must be non-empty/;

const GONE =
  /message to edit not found|message can't be edited|message_id_invalid|message identifier is not specified/;

export function judge(failure: Failure): Verdict {
  if (failure.kind === 'unreachable') return { kind: 'later' };
  const { status, movedTo, retryAfter } = failure;
  const text = failure.description.toLowerCase();
  if (movedTo !== undefined) return { kind: 'moved', chat: movedTo };
  if (status === 429) return { kind: 'busy', after: retryAfter ?? UNNAMED_WAIT };
  // Only a picture is ever so long.
  if (status === 413) return { kind: 'picture-refused' };
  if (status !== 400 && status !== 403) return { kind: 'later' };
  if (text.includes('message is not modified')) return { kind: 'unchanged' };
  if (GONE.test(text)) return { kind: 'gone' };
  if (PICTURE_REFUSED.test(text)) return { kind: 'picture-refused' };
  const known = REFUSALS.find(([pattern]) => pattern.test(text));
  if (known) return { kind: 'refused', refusal: known[1] };
  return status === 403 ? { kind: 'refused', refusal: 'other' } : { kind: 'malformed' };
}
