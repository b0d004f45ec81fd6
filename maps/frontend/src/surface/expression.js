// The part of MapLibre's expression language that our styles use, for the canvas painter.
// compile(expression) → (scope) => value, with scope = {zoom, properties, id, type}. An unknown operator is an error.

export function compile(expression) {
  if (isValue(expression)) return () => expression;
  const [operator, ...rest] = expression;
  return OPERATIONS[operator](rest);
}

// A list of numbers (dashes, an offset) or of fonts is a value, not an expression.
function isValue(thing) {
  if (!Array.isArray(thing) || typeof thing[0] !== 'string') return true;
  if (Object.hasOwn(OPERATIONS, thing[0])) return false;
  if (/^[a-z-]+$|^[=!<>]/.test(thing[0])) throw new Error(`expression operator ${thing[0]}`);
  return true;
}

const given = (value) => value !== null && value !== undefined;

function binary(compute) {
  return ([a, b]) => {
    const [left, right] = [compile(a), compile(b)];
    return (scope) => compute(left(scope), right(scope));
  };
}

function many(compute) {
  return (list) => {
    const parts = list.map(compile);
    return (scope) => compute(parts.map((part) => part(scope)));
  };
}

const one = (compute) => ([a]) => {
  const part = compile(a);
  return (scope) => compute(part(scope));
};

const OPERATIONS = {
  literal: ([value]) => () => value,
  get: ([name]) => ({ properties }) => properties[name] ?? null,
  has: ([name]) => ({ properties }) => given(properties[name]),
  id: () => ({ id }) => id ?? null,
  zoom: () => ({ zoom }) => zoom,
  'geometry-type': () => ({ type }) => TYPES[type],
  '==': binary((a, b) => a === b),
  '!=': binary((a, b) => a !== b),
  '<': binary((a, b) => given(a) && given(b) && a < b),
  '<=': binary((a, b) => given(a) && given(b) && a <= b),
  '>': binary((a, b) => given(a) && given(b) && a > b),
  '>=': binary((a, b) => given(a) && given(b) && a >= b),
  '-': binary((a, b) => a - b),
  '/': binary((a, b) => a / b),
  '+': many((list) => list.reduce((a, b) => a + b)),
  '*': many((list) => list.reduce((a, b) => a * b)),
  min: many((list) => Math.min(...list)),
  max: many((list) => Math.max(...list)),
  log10: one(Math.log10),
  round: one(Math.round),
  '!': one((a) => !a),
  in: binary((item, list) => list.includes(item)),
  coalesce: many((list) => list.find(given) ?? null),
  concat: many((list) => list.map((item) => (given(item) ? String(item) : '')).join('')),
  'to-string': one((a) => (given(a) ? String(a) : '')),
  'to-number': one((a) => Number(a) || 0),
  all: (list) => {
    const parts = list.map(compile);
    return (scope) => parts.every((part) => part(scope));
  },
  any: (list) => {
    const parts = list.map(compile);
    return (scope) => parts.some((part) => part(scope));
  },
  case: (list) => {
    const parts = list.map(compile);
    const last = parts.length - 1;
    return (scope) => {
      for (let i = 0; i < last; i += 2) if (parts[i](scope)) return parts[i + 1](scope);
      return parts[last](scope);
    };
  },
  match: ([input, ...list]) => {
    const value = compile(input);
    const otherwise = compile(list.at(-1));
    const answers = new Map();
    for (let i = 0; i + 1 < list.length; i += 2) {
      for (const key of [list[i]].flat()) answers.set(key, compile(list[i + 1]));
    }
    return (scope) => (answers.get(value(scope)) ?? otherwise)(scope);
  },
  step: ([input, first, ...stops]) => {
    const value = compile(input);
    const answers = [first, ...stops.filter((_, i) => i % 2)].map(compile);
    const limits = stops.filter((_, i) => i % 2 === 0);
    return (scope) => {
      const at = value(scope);
      const passed = limits.findIndex((limit) => at < limit);
      return answers[passed < 0 ? limits.length : passed](scope);
    };
  },
  interpolate: ([, input, ...stops]) => {
    const value = compile(input);
    const answers = stops.filter((_, i) => i % 2).map(compile);
    const limits = stops.filter((_, i) => i % 2 === 0);
    return (scope) => between(value(scope), limits, (i) => answers[i](scope));
  },
};
const TYPES = ['', 'Point', 'LineString', 'Polygon'];

function between(at, limits, answer) {
  const last = limits.length - 1;
  if (at <= limits[0]) return answer(0);
  if (at >= limits[last]) return answer(last);
  const i = limits.findIndex((limit) => at < limit) - 1;
  const share = (at - limits[i]) / (limits[i + 1] - limits[i]);
  return answer(i) + (answer(i + 1) - answer(i)) * share;
}
