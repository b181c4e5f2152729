/** How the process ends, for systemd and scripts. Numbers of `sysexits.h` where one fits. */
export const EXIT = {
  ok: 0,
  /** EX_USAGE: the command line is wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: Telegram refuses the token. */
  tokenRefused: 69,
  /** EX_SOFTWARE: a bug; the reason is in the log. */
  internal: 70,
  /** EX_NOPERM: the demo may not write or listen where it was told to. */
  unusable: 77,
  /** EX_CONFIG: the settings are missing or wrong. */
  settings: 78,
} as const;
