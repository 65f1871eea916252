// What the word desk says of layers, in Chinese and English.

export const texts = {
  zh: {
    layer: '适用范围',
    'layer.base': '基础词库',
    'layer.organisation': '全单位',
    'layer.archived': '{name}（已归档，不生效）',
    'layer.base.hint': '对所有人生效；其他范围的允许短语不能放行它的词。',
    'layer.organisation.hint': '对所有人生效；它的允许短语也能放行各班（窗口）自己的词。',
    'layer.class.hint': '只对这个班（窗口）生效，与上面两层一起用；它的允许短语只放行它自己的词。',
    tryAs: '以谁的身份试',
    tryAsAll: '所有人',
  },
  en: {
    layer: 'In force for',
    'layer.base': 'Base list',
    'layer.organisation': 'Everybody here',
    'layer.archived': '{name} (archived, not in effect)',
    'layer.base.hint': 'For everybody; allow phrases of other layers never spare its words.',
    'layer.organisation.hint': 'For everybody; its allow phrases also spare words of single groups.',
    'layer.class.hint': 'For this group only, beside the two above; its allow phrases spare its own words only.',
    tryAs: 'Try as',
    tryAsAll: 'Everybody',
  },
};
