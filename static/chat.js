// Entry of the chat page.
import { pick, texts } from './shared/i18n.js';
import { startPage } from './shared/page.js';
import { App, bar } from './chat/app.js';
import { texts as own } from './chat/texts.js';

const t = texts(own);
startPage({ here: 'chat', title: (site) => pick(site?.title) ?? t('title'), App, bar });
