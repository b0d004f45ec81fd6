// Everything else that can be done with a problem, beside moving it: remarks, requests, supervision, clocks.

// Acts that decide a request stand beside the request.
const DECISIONS = [
  'grant_extension', 'refuse_extension', 'admit_appeal', 'refuse_appeal', 'uphold_appeal', 'reject_appeal',
];
const MORE_FIELDS = {
  grant_extension: [['moment', false]],
  answer_supervision: [['document', false]],
  record_enforcement: [['document', false], ['amount_cny', false]],
};
const KINDS = { until: () => 'moment', department: (act) => (act === 'add_co_department' ? 'new_department' : 'department') };

// The acts of `feature` as deeds (see deed-form.js): {others, decisions: {kind of request: deeds}}.
export function actDeeds(feature) {
  const deeds = (feature.properties.acts || []).map(deedOf);
  return {
    others: deeds.filter((deed) => !DECISIONS.includes(deed.body.act)),
    decisions: {
      extension: deeds.filter((deed) => deed.body.act.endsWith('_extension') && DECISIONS.includes(deed.body.act)),
      appeal: deeds.filter((deed) => deed.body.act.endsWith('_appeal')),
    },
  };
}

// An act as the service tells it, as a deed.
export const deedOf = ({ act, title, needs, roles }) => ({
  key: { 'data-act': act },
  title,
  roles,
  path: 'acts',
  body: { act },
  fields: [
    ...needs.filter((name) => name !== 'note').map((name) => [KINDS[name]?.(act) ?? name, true]),
    ...(MORE_FIELDS[act] || []),
    ['note', needs.includes('note')],
  ],
  hints: [],
});
