/** Does the index find the line of every key, whatever way the operator wrote it? */
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import type { KeyPath } from '../../src/settings/key-path.ts';
import { indexSource } from '../../src/settings/source-index.ts';
import { expectWithin } from '../support/best-of.ts';

describe('the line of a key', () => {
  const source = [
    /*  1 */ 'top = 1 # [not.a.section]',
    /*  2 */ 'list = [',
    /*  3 */ '  1, # one ]',
    /*  4 */ '  "two ]",',
    /*  5 */ '  { inner = 3,',
    /*  6 */ '    "quoted key" = 4 },',
    /*  7 */ ']',
    /*  8 */ 'text = """',
    /*  9 */ '[fake]',
    /* 10 */ 'fake = "" ""',
    /* 11 */ '"""" # ends with a quote of its own',
    /* 12 */ "raw = '''",
    /* 13 */ "fake = 1 ''",
    /* 14 */ "'''",
    /* 15 */ 'dotted . "key.with.dots" = "a \\" b"',
    /* 16 */ "[ servers . 'video.example.com' ]",
    /* 17 */ 'ip = "x"',
    /* 18 */ '[servers."\\u0061\\tb"]',
    /* 19 */ '[deep.below]',
    /* 20 */ '[deep]',
    /* 21 */ '[[many]]',
    /* 22 */ 'a = 1',
    /* 23 */ '[[many]]',
    /* 24 */ 'a = 2',
    /* 25 */ '[many.sub]',
    /* 26 */ 'b = 1',
  ].join('\n');

  test.each<[KeyPath, number | undefined]>([
    [['top'], 1],
    [['list'], 2],
    [['list', 0], 3],
    [['list', 1], 4],
    [['list', 2], 5],
    [['list', 2, 'inner'], 5],
    [['list', 2, 'quoted key'], 6],
    [['text'], 8],
    [['fake'], undefined],
    [['raw'], 12],
    [['dotted', 'key.with.dots'], 15],
    [['servers', 'video.example.com'], 16],
    [['servers', 'video.example.com', 'ip'], 17],
    [['servers', 'video.example.com', 'absent'], 16],
    [['servers', 'a\tb'], 18],
    [['deep', 'below'], 19],
    [['deep'], 20],
    [['many', 0, 'a'], 22],
    [['many', 1, 'a'], 24],
    [['many', 1, 'sub', 'b'], 26],
    [['absent', 'too'], undefined],
  ])('%j stands in line %s', (path, line) => {
    expect(indexSource(source).lineOf(path)).toBe(line);
  });

  test('the same with Windows line ends', () => {
    const index = indexSource(source.replaceAll('\n', '\r\n'));
    expect(index.lineOf(['servers', 'video.example.com', 'ip'])).toBe(17);
    expect(index.lineOf(['many', 1, 'sub', 'b'])).toBe(26);
  });
});

test('a second definition is found with both lines', () => {
  const index = indexSource('a = 1\n[s]\nb = 1\nb = 2\n[t]\n[s]\n[u]\nx = { y = 1, y = 2 }\n[u.x]');
  expect(index.repeats).toEqual([
    { path: ['s', 'b'], firstLine: 3, secondLine: 4 },
    { path: ['s'], firstLine: 2, secondLine: 6 },
    { path: ['u', 'x', 'y'], firstLine: 8, secondLine: 8 },
    { path: ['u', 'x'], firstLine: 8, secondLine: 9 },
  ]);
});

test('a list of sections is begun with double brackets or not at all', () => {
  const single = indexSource('[s.m]\na = 1\n[[s.m]]\na = 2');
  expect(single.repeats).toEqual([{ path: ['s', 'm'], firstLine: 1, secondLine: 3 }]);
  const double = indexSource('[[s.m]]\na = 1\n[[s.m]]\na = 2\n[s.m]\na = 3');
  expect(double.repeats.map(({ secondLine }) => secondLine)).toContain(5);
  expect(indexSource('[[s.m]]\na = 1\n[[s.m]]\na = 2').repeats).toEqual([]);
});

/** A document made line by line, which knows where it put every key. */
interface Written {
  readonly lines: readonly string[];
  /** Relative to the first of these lines. */
  readonly keys: readonly { readonly path: KeyPath; readonly line: number }[];
}

const bareName = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const anyName = fc.oneof(
  bareName,
  fc.constantFrom('__proto__', 'constructor', 'a.b', ']', '#', '=', '"', "'", '\\', 'ключ'),
  fc.string({ minLength: 1, maxLength: 6 }),
);

/** Both ways to write a key that are open to it. */
function written(name: string, style: number): string {
  if (style % 3 === 0 && /^[A-Za-z0-9_-]+$/.test(name)) return name;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a literal TOML key must not hold them
  if (style % 3 === 1 && !/['\u0000-\u0008\u000a-\u001f\u007f]/.test(name)) return `'${name}'`;
  return JSON.stringify(name).replaceAll('\u007f', '\\u007f');
}

const filler = fc.constantFrom([], [''], ['# comment = [ " \''], ['\t'], ['', '#]']);

const { value } = fc.letrec<{ value: Written; scalar: Written; list: Written; inline: Written }>((tie) => ({
  scalar: fc
    .constantFrom(
      ['1'],
      ['true'],
      ['1979-05-27 07:32:00'],
      ['"# ] } = \\" \\\\"'],
      ["'# ] } \\'"],
      ['"""', '[x]', 'y = "1" \\""" z', '"""""'],
      ["'''", "[x]'' # ", "'''"],
    )
    .map((lines) => ({ lines, keys: [] })),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), filler, fc.boolean())
    .map(([items, blank, trailing]) => {
      const lines = ['['];
      const keys: Written['keys'][number][] = [];
      items.forEach((item, position) => {
        lines.push(...blank);
        keys.push({ path: [position], line: lines.length });
        for (const key of item.keys)
          keys.push({ path: [position, ...key.path], line: key.line + lines.length });
        lines.push(...item.lines);
        if (position < items.length - 1 || trailing) lines[lines.length - 1] += ' ,';
      });
      lines.push(']');
      return { lines, keys };
    }),
  inline: fc
    .tuple(
      fc.uniqueArray(fc.tuple(anyName, tie('value'), fc.nat(2)), {
        maxLength: 3,
        selector: ([name]) => name,
      }),
    )
    .map(([entries]) => {
      const lines = ['{'];
      const keys: Written['keys'][number][] = [];
      entries.forEach(([name, inner, style], position) => {
        const [first = '', ...rest] = inner.lines;
        const line = lines.length - 1;
        lines[line] += ` ${written(name, style)} = ${first}`;
        keys.push({ path: [name], line });
        for (const key of inner.keys) keys.push({ path: [name, ...key.path], line: key.line + line });
        lines.push(...rest);
        if (position < entries.length - 1) lines[lines.length - 1] += ',';
      });
      lines[lines.length - 1] += ' }';
      return { lines, keys };
    }),
  value: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('scalar'), tie('list'), tie('inline')),
}));

const entries = fc.uniqueArray(fc.tuple(anyName, value, fc.nat(2)), {
  maxLength: 4,
  selector: ([name]) => name,
});
const document = fc
  .tuple(
    entries,
    fc.uniqueArray(fc.tuple(anyName, anyName, entries, fc.nat(2)), {
      maxLength: 4,
      selector: ([name]) => name,
    }),
    filler,
  )
  .map(([top, sections, blank]) => {
    const lines: string[] = [];
    const keys: { path: KeyPath; line: number }[] = [];
    const write = (path: KeyPath, members: typeof top) => {
      for (const [name, inner, style] of members) {
        lines.push(...blank);
        const [first = '', ...rest] = inner.lines;
        keys.push({ path: [...path, name], line: lines.length + 1 });
        for (const key of inner.keys) {
          keys.push({ path: [...path, name, ...key.path], line: key.line + lines.length + 1 });
        }
        lines.push(`${written(name, style)}\t= ${first}`, ...rest);
      }
    };
    write(
      [],
      top.map(([name, inner, style]) => [`top ${name}`, inner, style]),
    );
    for (const [name, below, members, style] of sections) {
      lines.push(` [ ${written(name, style)} . ${written(below, style + 1)} ] # ]`);
      keys.push({ path: [name, below], line: lines.length });
      write([name, below], members);
    }
    return { source: lines.join('\n'), keys };
  });

test('whatever can be written in TOML, every key is found in its line', () => {
  fc.assert(
    fc.property(document, fc.boolean(), ({ source, keys }, isWindows) => {
      const text = isWindows ? source.replaceAll('\n', '\r\n') : source;
      const { lineOf, repeats } = indexSource(text);
      parse(text); // the generator must write TOML
      for (const { path, line } of keys) expect([path, lineOf(path)]).toEqual([path, line]);
      expect(repeats).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('no text makes it throw or hang, however damaged', async () => {
  const scrap = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '"""',
    "'''",
    '=',
    '.',
    ',',
    '#',
    '\n',
    '\\',
    'a',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 60 }), (parts) => {
      expect(() => indexSource(parts.join('')).lineOf(['a'])).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
  for (const unit of ['[', '{', '"""', 'a.', ' ', '#\n', 'a={', '\\', '[[a]]\n', "'''\n"]) {
    await expectWithin(2_000, () => {
      const started = performance.now();
      indexSource(`x = ${unit.repeat(200_000)}`);
      indexSource(unit.repeat(200_000));
      return performance.now() - started;
    });
  }
  const long = indexSource(`x = """${'y\n'.repeat(400_000)}"""\nz = 1`);
  expect(long.lineOf(['z'])).toBe(400_002);
});
