// @ts-check
/** Answers "how is something done in the demo?": one request per action. What follows from it comes as events. */

/** @import {ActAnswer, DemoAction} from '../demo-protocol.ts' */

/** `refused`: it makes no sense (any more). `lost`: the demo does not answer. */
export class ActTrouble extends Error {
  /** @param {'refused' | 'lost'} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(`The action was not done: ${code}`, { cause });
    this.code = code;
  }
}

/**
 * @param {DemoAction} action
 * @returns {Promise<ActAnswer>}
 */
export async function act(action) {
  let answer;
  try {
    answer = await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
  } catch (error) {
    throw new ActTrouble('lost', error);
  }
  if (!answer.ok) throw new ActTrouble(answer.status < 500 ? 'refused' : 'lost');
  return answer.json();
}
