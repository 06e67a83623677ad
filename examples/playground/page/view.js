// Draws answers. Texts of a URL become text nodes, never markup.
'use strict';

const $ = (id) => document.getElementById(id);

/** Makes an element: `el('p', {class: 'a'}, 'text', child)`. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element[key] = value;
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const KINDS = {
  endpoint: 'endpoint', parameter: 'parameter', layer: 'layer', condition: 'condition', dialect: "another service's syntax",
  path: 'file', query: 'query, for originkit', 'origin-query': 'query, for the origin',
};

/** `1.2 MB`, with decimal prefixes. */
function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = count;
  let unit = 'B';
  while (value >= 1000 && units.length) {
    value /= 1000;
    unit = units.shift();
  }
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}

const milliseconds = (time) => (time < 10 ? `${time.toFixed(1)} ms` : `${Math.round(time)} ms`);

/** The URL, part by part. */
function showParts(parts) {
  const seen = new Set();
  $('parts').replaceChildren(...parts.map((part) => {
    const shown = part.kind === 'prefix' ? 'parameter' : part.kind === 'marker' ? 'path' : part.kind;
    if (KINDS[shown]) seen.add(shown);
    const classes = [part.kind, part.layers && 'layers', part.refused ? 'refused' : part.reason && 'ignored'];
    const title = part.reason ?? KINDS[part.kind];
    return el('span', { class: classes.filter(Boolean).join(' '), title }, part.text);
  }));
  $('legend').replaceChildren(...[...seen].map((kind) => el('li', { class: kind }, KINDS[kind])));
}

/** Refusals, ignored tokens, and what the plan lacks. `use(text)` takes a suggestion. */
function showNotes(answer, use) {
  const notes = [];
  if (answer.refused) {
    const [first, ...rest] = answer.refused.split('\n');
    const status = answer.status ? `${answer.status} ${answer['ik-error']}: ` : '';
    notes.push(el('p', {}, el('b', {}, `Refused. ${status}`), first));
    if (rest.length) notes.push(el('pre', {}, rest.join('\n')));
    if (answer.meant) notes.push(el('p', {}, el('button', { type: 'button', onclick: () => use(answer.meant) }, 'Percent-encode it')));
  }
  (answer.parts ?? []).forEach((part, index) => {
    if (!part.reason || part.refused) return;
    const line = el('p', {}, 'Ignored: ', el('code', {}, part.text), `, ${part.reason}. `);
    if (part.meant) {
      const fixed = answer.parts.map((other, at) => (at === index ? part.meant : other.text)).join('');
      line.append('Did you mean ', el('button', { type: 'button', class: 'mono', onclick: () => use(fixed) }, part.meant), '?');
    }
    notes.push(line);
  });
  // Those that have no place of their own, such as a token of a named transformation.
  const placed = new Set((answer.parts ?? []).filter((part) => part.reason).map((part) => part.text));
  for (const { token, reason, meant } of answer.ignored ?? []) {
    if ([...placed].some((text) => text === token || decoded(text) === token)) continue;
    notes.push(el('p', {}, 'Ignored: ', el('code', {}, token), `, ${reason}.${meant ? ` Did you mean ${meant}?` : ''}`));
  }
  for (const error of new Set([answer.plan_error, answer.without_provider])) {
    if (error) notes.push(el('p', {}, el('b', {}, 'Answered with: '), error));
  }
  $('notes').replaceChildren(...notes);
  $('notes').hidden = notes.length === 0;
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** Names and values, one a line. */
function showHeaders(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

function showRequests(answer) {
  const requests = answer.requests ?? [];
  $('requests').replaceChildren(...requests.map(({ method, url, headers }, index) => {
    const list = el('dl', { class: 'headers' });
    showHeaders(list, Object.entries(headers));
    const then = index > 0 ? el('p', { class: 'line' }, 'If that has no such file:') : null;
    return el('li', {}, then, el('code', {}, `${method} ${url}`), list);
  }));
  $('requests').closest('.card').hidden = requests.length === 0;
}

function showDelivery(answer) {
  const lines = [['endpoint', answer.endpoint], ['file', answer.asset], ['cache key', answer.cache_key], ['vary', answer.vary],
    ['link', answer.link]];
  showHeaders($('delivery'), lines.filter(([, value]) => value));
  $('delivery').closest('.card').hidden = !answer.endpoint;
}

/** The plan: each operation with its sizes, all in one scale. */
function showPlan(answer, known) {
  const operations = answer.operations ?? [];
  const all = operations.flatMap(function inside(it) { return [it, ...(it.operations ?? []).flatMap(inside)]; });
  const sizes = all.flatMap(({ input, output }) => [input, output].filter(Boolean));
  const scale = Math.max(1, ...sizes.map(([width]) => width / 1.5), ...sizes.map(([, height]) => height));
  $('plan').replaceChildren(...operations.map((operation) => drawOperation(operation, scale)));
  const text = answer.plan?.join('\n') === 'deliver as it is' ? 'The file is delivered as it is.' : '';
  const whole = answer.transformation ? ['Canonical form: ', el('code', {}, answer.transformation)] : [];
  $('canonical').replaceChildren(text, ...whole);
  const source = known ? 'for this image' : `for an image of ${answer.source?.replace(', assumed', '')}, assumed`;
  const size = answer.size ? `${answer.size.join(' × ')}, ` : '';
  $('plan-source').textContent = answer.endpoint ? `${size}${source}` : '';
  $('plan').closest('.card').hidden = !answer.endpoint;
}

function drawOperation({ text, input, output, region, at, layer, operations }, scale) {
  const [word, ...rest] = text.split(/\s+/);
  const figure = svg('svg', { viewBox: `${-scale * 0.03} ${-scale * 0.03} ${scale * 1.56} ${scale * 1.06}`, role: 'img' });
  const title = svg('title', {});
  title.textContent = `${text}: ${input ? `${input.join('×')} to ` : ''}${output.join('×')}`;
  figure.append(title);
  const box = (kind, x, y, [width, height]) => figure.append(svg('rect', { class: kind, x, y, width, height }));
  // The input lies where the operation puts it, and the output begins where the region of the input does.
  const moved = word !== 'compose' && at ? at : [0, 0];
  if (input) box('input', moved[0], moved[1], input);
  if (region) box('region', region[0], region[1], [region[2], region[3]]);
  box('output', region ? region[0] : 0, region ? region[1] : 0, output);
  if (layer) box('region', at[0], at[1], layer);
  const inner = operations ? el('ol', { class: 'plan' }, ...operations.map((it) => drawOperation(it, scale))) : null;
  const sizes = el('p', {}, `${output[0]} × ${output[1]}`);
  return el('li', {}, figure, el('p', { class: 'op' }, word), sizes, el('p', {}, rest.join(' ')), inner);
}

/** What is known of the original: `inspect` of the crate. */
function showOriginal(info, name) {
  $('original-name').textContent = name;
  if (!info) return $('original-facts').replaceChildren();
  const swatch = (color, title) => {
    const shown = el('span', { class: 'swatch', title });
    shown.style.background = color;
    return shown;
  };
  const colors = info.palette.map(({ color, share }) => swatch(color, `${color}, ${Math.round(share * 100)} %`));
  const facts = [`${info.width} × ${info.height}`, info.format.toUpperCase(), bytes(info.bytes),
    info.frames > 1 ? `${info.frames} frames` : null, info.alpha ? 'transparent' : null,
    info.orientation > 1 ? `EXIF orientation ${info.orientation}` : null, info.damaged ? 'damaged' : null];
  $('original-facts').replaceChildren(
    ...facts.filter(Boolean).map((fact) => el('span', {}, fact)), el('span', { class: 'swatches', title: 'Colours' }, ...colors));
}

/** The parameters, by group. `set(parameter, value)` and `example(parameter)` are called for changes. */
function showParameters({ groups, parameters }, set, example) {
  const rows = new Map();
  const folds = groups.map((group, index) => {
    const own = parameters.filter((parameter) => parameter.group === group);
    const body = own.map((parameter) => {
      const row = parameterRow(parameter, set, example);
      rows.set(parameter.key, row);
      return row.element;
    });
    return el('details', { open: index === 0 }, el('summary', {}, group, el('small', {}, ` ${own.length}`)), ...body);
  });
  $('groups').replaceChildren(...folds);
  $('count').textContent = String(parameters.length);
  return rows;
}

function parameterRow(parameter, set, example) {
  const { key, title, control, in_query: inQuery } = parameter;
  const id = `${inQuery ? 'query' : 'parameter'}-${key}`;
  const inputs = [];
  let write = (value) => { inputs[0].value = value ?? ''; };
  const changed = () => set(parameter, inputs[0].value.trim() || null);
  if (control.type === 'flag') {
    inputs.push(el('input', { type: 'checkbox', id, onchange: () => set(parameter, inputs[0].checked ? control.value : null) }));
    write = (value) => { inputs[0].checked = value !== null; };
  } else if (control.type === 'choice') {
    const options = ['', ...control.values].map((value) => el('option', { value }, value || '–'));
    inputs.push(el('select', { id, onchange: changed }, ...options));
    write = (value) => {
      // A value that has words and more, such as a focus on objects.
      if (value && ![...inputs[0].options].some((option) => option.value === value)) inputs[0].append(el('option', { value }, value));
      inputs[0].value = value ?? '';
    };
  } else if (control.type === 'number') {
    const { min, max, step } = control;
    inputs.push(el('input', { type: 'number', id, min, max, step, inputmode: 'decimal', oninput: changed }));
  } else {
    const list = control.values.length ? `${id}-words` : undefined;
    inputs.push(el('input', { id, list, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', oninput: changed }));
    if (list) inputs.push(el('datalist', { id: list }, ...control.values.map((value) => el('option', { value }))));
    if (control.type === 'color') {
      const pick = el('input', { type: 'color', 'aria-label': `Pick ${key}` });
      pick.oninput = () => {
        inputs[0].value = pick.value.slice(1).toUpperCase();
        changed();
      };
      inputs.push(pick);
    }
  }
  const element = el('div', { class: 'row' },
    el('label', { for: id }, el('code', {}, key), el('small', {}, title)),
    el('div', { class: 'control' }, ...inputs),
    el('button', { type: 'button', title: parameter.example, 'aria-label': `Example of ${key}`, onclick: () => example(parameter) }, 'Try'));
  const show = (value) => {
    element.classList.toggle('set', value !== null);
    if (document.activeElement !== inputs[0] || control.type === 'flag' || control.type === 'choice') write(value);
  };
  return { element, show, words: `${key} ${title} ${parameter.group}`.toLowerCase() };
}
