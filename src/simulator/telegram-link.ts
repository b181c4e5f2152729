/**
 * Answers "is that a link for Telegram?", with the rules and texts of TDLib's parse_url and check_link: a host without
 * a dot is no link, so that `https://localhost` and names of the intranet are refused.
 */

/** Why the link is refused, or `undefined` when it is good. */
export function linkFault(link: string): string | undefined {
  const scheme = /^(tg|ton):(\/\/)?/i.exec(link);
  const url = scheme ? link.slice(scheme[0].length) : link;
  const protocol = /^([^:/?#@[\]]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https')
    return 'Unsupported URL protocol';
  const rest = protocol === undefined ? url : url.slice(protocol.length + 3);
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const colon = /^(.+):([^:\]@]*)$/s.exec(authority);
  const port = colon?.[2];
  if (port !== undefined && (!/^\d{1,9}$/.test(port) || Number(port) === 0 || Number(port) > 65_535)) {
    return 'Wrong port number specified in the URL';
  }
  const userinfoAndHost = colon?.[1] ?? authority;
  const at = userinfoAndHost.lastIndexOf('@');
  const host = userinfoAndHost.slice(at + 1).toLowerCase();
  const isIpv6 = /^\[[0-9a-f:.]+\]$/.test(host);
  if (host === '') return 'URL host is empty';
  if (host === '.') return 'Host is invalid';
  if (!isIpv6 && /%(?![0-9a-f]{2})/.test(host)) return 'Wrong percent-encoded symbol in URL host';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain characters beyond ASCII are allowed, as TDLib does.
  if (!isIpv6 && !/^(?:[a-z0-9._\-!$&'()*+,;=~%]|[^\x00-\x7f])+$/.test(host)) {
    return 'Disallowed character in URL host';
  }
  if (scheme) {
    const isWrong = protocol !== undefined || at >= 0 || port !== undefined || isIpv6;
    return isWrong ? `Wrong ${scheme[1]?.toLowerCase()} URL` : undefined;
  }
  return host.includes('.') || isIpv6 ? undefined : 'Wrong HTTP URL';
}
