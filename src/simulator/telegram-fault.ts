/** Answers "what is wrong with the simulated Telegram right now?": one fault at a time, and whom it refuses. */
import { Refusal } from './telegram-refusal.ts';

export type TelegramFault =
  | { kind: 'none' }
  /** Port closed. */
  | { kind: 'away' }
  /** Packets lost: connections neither accepted nor refused. Linux only. */
  | { kind: 'dropping' }
  | { kind: 'hanging' }
  /** A proxy's HTML page. */
  | { kind: 'status'; status: number; body: string }
  /** A refusal of the Bot API, for one method or all, for ever or some times. */
  | {
      kind: 'error';
      errorCode: number;
      description: string;
      parameters?: Record<string, unknown>;
      method?: string;
      times?: number;
    }
  | { kind: 'reset' };

/** The fault in force. */
export class TelegramTrouble {
  fault: TelegramFault = { kind: 'none' };

  /** The refusal that this call meets; counts down faults that last some times. */
  refusalOf(method: string): Refusal | undefined {
    const { fault } = this;
    if (fault.kind !== 'error') return undefined;
    if (fault.method !== undefined && fault.method.toLowerCase() !== method.toLowerCase()) return undefined;
    const { errorCode, description, parameters, times } = fault;
    if (times !== undefined) this.fault = times > 1 ? { ...fault, times: times - 1 } : { kind: 'none' };
    return new Refusal(errorCode, description, parameters);
  }
}
