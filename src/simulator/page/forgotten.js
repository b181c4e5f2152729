// @ts-check
/** Answers "would the bot call this conference forgotten?", by its default rule: see src/domain/forgotten.ts. */

/** @import {ConferenceView} from '../demo-protocol.ts' */

const MIN_DURATION_MS = 60 * 60 * 1000;

/** @param {ConferenceView} conference @param {number} now epoch milliseconds, by the clock of the demo */
export function isForgotten(conference, now) {
  if (now - conference.startedAt < MIN_DURATION_MS) return false;
  const moderators = moderatorsIn(conference);
  return moderators === 0 || (moderators === 1 && conference.people.length === 1);
}

/** @param {ConferenceView} conference */
export function moderatorsIn(conference) {
  return conference.people.filter((person) => person.isModerator).length;
}
