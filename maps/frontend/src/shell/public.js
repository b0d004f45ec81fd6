// What is different for people who have not signed in.

const page = () => window.geo.page;

// Whether nobody has signed in; a saved file is nobody's, and has no service behind it.
export const isPublic = () => !page().standalone && !page().me;

// Whether a part of the service ("view", "report") is open to them.
export const isOpen = (part) => (page().open || []).includes(part);
