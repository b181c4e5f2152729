/** How a failed call counts for an alert. Pure. */
import type { Delivery } from '../port.ts';
import { type Failure, tell } from './failures.ts';
import { judge } from './verdicts.ts';

export function toDelivery(failure: Failure): Delivery {
  const verdict = judge(failure);
  const reason = tell(failure);
  switch (verdict.kind) {
    case 'busy':
      return { kind: 'retry', after: verdict.after, reason };
    case 'later':
      return { kind: 'retry', reason };
    case 'moved':
      // Without the topic: only supergroups have topics, and a supergroup never moves.
      return { kind: 'moved', address: String(verdict.chat) };
    case 'refused':
      return { kind: 'refused', refusal: verdict.refusal, reason };
    case 'picture-refused':
    case 'malformed':
    case 'gone':
    case 'unchanged':
      return { kind: 'refused', refusal: 'other', reason };
  }
}
