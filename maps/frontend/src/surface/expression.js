// The part of MapLibre's expression language that our styles use, for the canvas painter.
// evaluate(expression, {zoom, properties, id, type}) → value. Unknown operators are an error.

export function evaluate(expression, scope) {
  if (!Array.isArray(expression)) return expression;
  const [operator, ...rest] = expression;
  const operation = OPERATIONS[operator];
  if (!operation) throw new Error(`expression operator ${operator}`);
  return operation(rest, scope);
}

// A list of numbers (dashes, an offset) or of fonts is a value, not an expression.
export function isValue(thing) {
  return !Array.isArray(thing) || !Object.hasOwn(OPERATIONS, thing[0]);
}

const all = (list, scope) => list.map((item) => evaluate(item, scope));
const binary = (compute) => (rest, scope) => compute(...all(rest, scope));
const given = (value) => value !== null && value !== undefined;

const OPERATIONS = {
  literal: ([value]) => value,
  get: ([name], { properties }) => properties[name] ?? null,
  has: ([name], { properties }) => given(properties[name]),
  id: (_, { id }) => id ?? null,
  zoom: (_, { zoom }) => zoom,
  'geometry-type': (_, { type }) => ['', 'Point', 'LineString', 'Polygon'][type],
  '==': binary((a, b) => a === b),
  '!=': binary((a, b) => a !== b),
  '<': binary((a, b) => given(a) && given(b) && a < b),
  '<=': binary((a, b) => given(a) && given(b) && a <= b),
  '>': binary((a, b) => given(a) && given(b) && a > b),
  '>=': binary((a, b) => given(a) && given(b) && a >= b),
  '+': binary((...list) => list.reduce((a, b) => a + b)),
  '-': binary((a, b) => a - b),
  '*': binary((...list) => list.reduce((a, b) => a * b)),
  '/': binary((a, b) => a / b),
  min: binary(Math.min),
  max: binary(Math.max),
  sqrt: binary(Math.sqrt),
  '!': binary((a) => !a),
  all: (list, scope) => list.every((item) => evaluate(item, scope)),
  any: (list, scope) => list.some((item) => evaluate(item, scope)),
  in: binary((item, list) => list.includes(item)),
  coalesce: (list, scope) => all(list, scope).find(given) ?? null,
  concat: binary((...list) => list.map((item) => (given(item) ? String(item) : '')).join('')),
  'to-string': binary((a) => (given(a) ? String(a) : '')),
  'to-number': binary((a) => Number(a) || 0),
  case: (list, scope) => {
    for (let i = 0; i + 1 < list.length; i += 2) if (evaluate(list[i], scope)) return evaluate(list[i + 1], scope);
    return evaluate(list.at(-1), scope);
  },
  match: ([input, ...list], scope) => {
    const value = evaluate(input, scope);
    for (let i = 0; i + 1 < list.length; i += 2) {
      if (Array.isArray(list[i]) ? list[i].includes(value) : list[i] === value) return evaluate(list[i + 1], scope);
    }
    return evaluate(list.at(-1), scope);
  },
  step: ([input, first, ...stops], scope) => {
    const value = evaluate(input, scope);
    let found = first;
    for (let i = 0; i < stops.length && value >= stops[i]; i += 2) found = stops[i + 1];
    return evaluate(found, scope);
  },
  interpolate: ([, input, ...stops], scope) => {
    const value = evaluate(input, scope);
    const at = (i) => evaluate(stops[2 * i + 1], scope);
    const last = stops.length / 2 - 1;
    if (value <= stops[0]) return at(0);
    if (value >= stops[2 * last]) return at(last);
    let i = 0;
    while (value >= stops[2 * (i + 1)]) i += 1;
    const share = (value - stops[2 * i]) / (stops[2 * (i + 1)] - stops[2 * i]);
    return at(i) + (at(i + 1) - at(i)) * share;
  },
};
