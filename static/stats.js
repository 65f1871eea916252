// The teacher's page: what is asked, by how many, and what became of it.

import { startPage } from './shared/page.js';
import { texts as dictionary } from './shared/i18n.js';
import { texts } from './stats/texts.js';
import { App } from './stats/app.js';

const t = dictionary(texts);

startPage({ here: 'stats', title: () => t('title'), App });
