/** How the process ends, for systemd and scripts. Numbers of `sysexits.h` where one fits. */
export const EXIT = {
  ok: 0,
  /** A bug: the reason is in the log. */
  internal: 70,
  /** EX_UNAVAILABLE: Telegram refuses the token. */
  tokenRefused: 69,
  /** EX_CONFIG: the settings are missing or wrong. */
  settings: 78,
} as const;
