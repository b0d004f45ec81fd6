// The filters of problems that the address, the map, the list and the chips share.

// What tiles can be filtered by.
export const TILE_FILTERS = ['state', 'category', 'person', 'since'];

// What tiles cannot filter (and cells cannot show): then the features themselves are fetched.
export const FEATURE_FILTERS = [
  'area', 'assignee', 'source', 'flag', 'q', 'overdue', 'escalation', 'stage', 'rebound', 'recheck', 'merged_into', 'tag',
];

// By which the days of the past are counted: in the past there is open and closed only, and nothing is late.
export const DAY_FILTERS = [...TILE_FILTERS, ...FEATURE_FILTERS].filter((name) => !['state', 'overdue', 'person'].includes(name));

// What a person has chosen, each with a chip to take it back; “person” belongs to pages of one person.
export const CHOICES = [...TILE_FILTERS, ...FEATURE_FILTERS, 'as_of'].filter((name) => name !== 'person');
