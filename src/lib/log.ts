/** JSON lines on standard error, with every known secret blanked. The only file that imports pino. */
import { type DestinationStream, pino } from 'pino';
import { scrub } from './secret.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Fields first, then a sentence in English: for the operator and for machines, never for a chat. An `error` that is one
 * is shown with where it came from.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LevelledLog extends Log {
  setLevel(level: LogLevel): void;
}

/** @param destination default: standard error, written at once so that nothing is lost when the process ends */
export function createLog(level: LogLevel, destination?: DestinationStream): LevelledLog {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Where something of ours broke; what was to be expected is passed as text.
      serializers: { error: (error) => (error instanceof Error ? error.stack : error) },
      hooks: { streamWrite: scrub },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    setLevel: (next) => {
      logger.level = next;
    },
  };
}

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
