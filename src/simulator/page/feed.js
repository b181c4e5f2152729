// @ts-check
/** Answers "what happens in the demo?": its events, for as long as this page is open. Knows nothing of their meaning. */

/** @import {DemoEvent} from '../demo-protocol.ts' */

const REOPEN_AFTER_MS = 2000;
/** A gap shorter than this is nobody's business. */
const LOST_AFTER_MS = 1500;

/**
 * @param {(event: DemoEvent) => void} onEvent
 * @param {(isLost: boolean) => void} onConnection
 */
export function openFeed(onEvent, onConnection) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let losing;
  const source = new EventSource('/events');
  source.onmessage = (message) => {
    clearTimeout(losing);
    losing = undefined;
    onConnection(false);
    onEvent(JSON.parse(message.data));
  };
  source.onerror = () => {
    losing ??= setTimeout(() => onConnection(true), LOST_AFTER_MS);
    // The browser gives up for good when something else than events answers, e.g. another program on that port.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => openFeed(onEvent, onConnection), REOPEN_AFTER_MS);
    }
  };
}
