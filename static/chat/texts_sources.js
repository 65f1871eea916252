// What the chat page says of the sources of an answer.
export const texts = {
  zh: {
    sources: '出处',
    open_source: '打开出处 {n}：{title}',
    page: '第 {n} 页',
    as_quoted: '回答时引用的原文：',
    removed: '文档已删除',
    no_sources: '文档中没有找到依据，以下是模型自己的回答，请核实。',
    unproven: '请核实：{facts}。这些内容在引用的文档中没有找到。',
    unproven_one: '引用的文档中没有找到',
    and: '、',
  },
  en: {
    sources: 'Sources',
    open_source: 'Open source {n}: {title}',
    page: 'page {n}',
    as_quoted: 'The passage as it was quoted:',
    removed: 'The document was removed',
    no_sources: 'No document says anything about this; the model answers by itself, so please check.',
    unproven: 'Please check: {facts}. This was not found in the documents.',
    unproven_one: 'Not found in the documents',
    and: ', ',
  },
};
