/**
 * Text with formatting, safe to send: the few tags every channel can show or translate (b, i, code, pre, a, blockquote).
 * The only way from a string to `Html` is through escaping.
 */

declare const safe: unique symbol;

/** Text in which everything from outside has been escaped. */
export type Html = string & { readonly [safe]: true };

export function escapeHtml(text: string): Html {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;') as Html;
}

/** Template literal: the literal parts are markup, the values are escaped unless they are marked by `raw`. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html[])[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += Array.isArray(value) ? value.join('') : escapeHtml(String(value));
    text += parts[index + 1] ?? '';
  });
  return text as Html;
}

export function bold(text: string): Html {
  return `<b>${escapeHtml(text)}</b>` as Html;
}

export function code(text: string): Html {
  return `<code>${escapeHtml(text)}</code>` as Html;
}

/** @param label plain text, or text already escaped */
export function link(url: string, label: string): Html {
  return `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>` as Html;
}

export function joinHtml(parts: readonly (Html | undefined)[], separator = '\n'): Html {
  return parts.filter((part) => part !== undefined).join(separator) as Html;
}

/** At most `length` UTF-16 units, the last one an ellipsis when something was cut; never half a character. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  let end = length - 1;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}
