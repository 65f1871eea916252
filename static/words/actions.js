// The actions a word may have, strongest first (`pass`: not looked for), and the calls of the word desk. It knows the server's interface, not the page.

import { withQuery } from '../shared/api.js';

export const ACTIONS = ['block', 'mask', 'replace', 'review', 'warn', 'log', 'pass'];

/** The desk's calls over `api` (shared/api.js): each returns the server's JSON or throws its problem. */
export function wordDesk(api) {
  const root = '/api/words';
  return {
    overview: () => api.get(root),
    addList: (list) => api.post(`${root}/lists`, list),
    editList: (id, change) => api.patch(`${root}/lists/${id}`, change),
    deleteList: (id) => api.del(`${root}/lists/${id}`),
    entries: (query) => api.get(`${root}/entries`, query),
    addWord: (word) => api.post(`${root}/entries`, word),
    editWord: (id, change) => api.patch(`${root}/entries/${id}`, change),
    deleteWords: (ids) => api.post(`${root}/entries/delete`, { ids }),
    enableWords: (ids, enabled) => api.post(`${root}/entries/enable`, { ids, enabled }),
    importFile: (file, list, { source, licence, dryRun }) => {
      const form = new FormData();
      form.set('file', file);
      form.set('list_id', list);
      form.set('dry_run', String(dryRun));
      form.set('source', source);
      form.set('licence', licence);
      return api.upload(`${root}/import`, form);
    },
    exportLink: (list, format) => withQuery(`${root}/export`, { list, format }),
    tryText: (text, direction, use, classId) => api.post(`${root}/try`, { text, direction, use, class_id: classId }),
    publish: (comment) => api.post(`${root}/publish`, { comment }),
    discard: () => api.post(`${root}/discard`),
    versions: () => api.get(`${root}/versions`),
    changes: (offset, what) => api.get(`${root}/changes`, { offset, limit: 100, what }),
  };
}
