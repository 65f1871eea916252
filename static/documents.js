// The page of documents: what the answers rest on is uploaded, tried and looked after here.

import { startPage } from './shared/page.js';
import { App } from './documents/app.js';
import { t } from './documents/say.js';

startPage({ here: 'documents', title: () => t('title'), App });
