/**
 * Answers "what will the chat show for this text?": parse mode, trimming, the limits on length and entities, with the
 * Bot API's real refusals. Knows no chats.
 */
import type { StoredMessage } from './telegram-chats.ts';
import { type Entity, type FormattedText, parseHtml } from './telegram-html.ts';
import { linkFault } from './telegram-link.ts';
import type { Params } from './telegram-params.ts';
import { badRequest } from './telegram-refusal.ts';

const TEXT_LIMIT = 4096;
const CAPTION_LIMIT = 1024;
const ENTITY_LIMIT = 100;

/** The words of a message as it keeps them. */
export type Words = Pick<
  StoredMessage,
  'html' | 'text' | 'parsed' | 'entities' | 'droppedEntities' | 'lostLinks'
>;

/** Reads `text`; `tooLong` is the refusal above 4,096 UTF-16 units, which differs between sending and editing. */
export function readWords(params: Params, tooLong: string): Words {
  const raw = String(params.text ?? '');
  if (raw === '') throw badRequest('message text is empty');
  const words = read(raw, params.parse_mode, params.entities, TEXT_LIMIT, tooLong);
  if (words.text === '') throw badRequest('text must be non-empty');
  return words;
}

/** Reads `caption`, which may be empty. */
export function readCaption(params: Params): Words {
  const raw = String(params.caption ?? '');
  return read(raw, params.parse_mode, params.caption_entities, CAPTION_LIMIT, 'message caption is too long');
}

function read(html: string, parseMode: unknown, entityList: unknown, limit: number, tooLong: string): Words {
  const { text: whole, entities, lostLinks } = parse(html, parseMode, entityList);
  const text = whole.trim();
  if (text.length > limit) throw badRequest(tooLong);
  const shift = whole.length - whole.trimStart().length;
  const sent = entities
    .map((entity) => ({ ...entity, offset: Math.max(0, entity.offset - shift) }))
    .filter((entity) => entity.offset < text.length)
    .map((entity) => ({ ...entity, length: Math.min(entity.length, text.length - entity.offset) }));
  const parsed = sent.slice(0, ENTITY_LIMIT);
  return {
    html,
    text,
    parsed,
    entities: sent.length,
    droppedEntities: sent.length - parsed.length,
    lostLinks,
  };
}

function parse(raw: string, parseMode: unknown, entityList: unknown): FormattedText {
  const mode = String(parseMode ?? '').toLowerCase();
  if (mode === 'html') return parseHtml(raw);
  // Markdown is a real parse mode that this simulator does not speak.
  if (mode !== '' && mode !== 'none') throw badRequest('unsupported parse_mode');
  return { text: raw, entities: readEntities(entityList, raw), lostLinks: [] };
}

function readEntities(list: unknown, text: string): Entity[] {
  if (!Array.isArray(list)) return [];
  return list.map((entity: Entity) => {
    if (entity.offset < 0) throw badRequest(`receive an entity with incorrect offset ${entity.offset}`);
    if (entity.offset >= text.length) {
      throw badRequest(`entity begins after the end of the text at UTF-16 offset ${entity.offset}`);
    }
    const end = entity.offset + entity.length;
    if (end > text.length) {
      const where = `entity beginning at UTF-16 offset ${entity.offset}`;
      throw badRequest(`${where} ends after the end of the text at UTF-16 offset ${end}`);
    }
    const fault = entity.url === undefined ? undefined : linkFault(entity.url);
    if (fault !== undefined) throw badRequest(`entity URL '${entity.url}' is invalid: ${fault}`);
    return entity;
  });
}
