/** Telegram does not know the token: nothing but new settings helps. */
export class TokenRefused extends Error {
  readonly code = 'token-refused';

  constructor() {
    super('Telegram refuses the token');
    this.name = 'TokenRefused';
  }
}
