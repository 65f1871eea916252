/* The first half of a layer: norm, queries, keys and values, rotary positions, attention, projection.

   Keys and values lie token by token, in bf16. Attention takes 64 tokens at a time: their keys are turned so
   that one instruction serves 16 tokens, and that is paid once for all rows and heads that share the keys. The
   softmax is kept up as in Milakov & Gimelshein, arXiv 1805.02867, so that no row of scores is ever stored. */
#include "native.h"

#include <math.h>
#include <string.h>

enum { TOKENS = 64, GROUPS = TOKENS / LANES, MOST_QUERIES = 64, MOST_DIM = 128, TOGETHER = 4, FEW_ROWS = 8 };

typedef struct {
    int64_t num_heads, num_kv_heads, head_dim;
    float norm; /* of queries and keys, where their weights are not NULL */
    const float *q_norm, *k_norm;
} Heads;

/* Rows `first` to `first + count` of a step: tokens of a slot, after its first `start`. */
typedef struct {
    int64_t slot, start, first, count;
} Span;

#ifdef __AVX512BF16__
static inline __m512 dot(__m512 sums, __m512i left, __m512i right) {
    return _mm512_dpbf16_ps(sums, (__m512bh)left, (__m512bh)right);
}
static inline __m256i half(__m512 x) { return (__m256i)_mm512_cvtneps_pbh(x); }
#else
static inline __m512 dot(__m512 sums, __m512i left, __m512i right) {
    __m512i high = _mm512_set1_epi32(0xffff0000);
    sums = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_slli_epi32(left, 16)),
                           _mm512_castsi512_ps(_mm512_slli_epi32(right, 16)), sums);
    return _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(left, high)),
                           _mm512_castsi512_ps(_mm512_and_si512(right, high)), sums);
}
static inline __m256i half(__m512 x) { /* to the nearest, ties to even; what is no number stays none */
    __m512i bits = _mm512_castps_si512(x);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i whole = _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd), 16);
    whole = _mm512_mask_mov_epi32(whole, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q), _mm512_set1_epi32(0x7fc0));
    return _mm512_cvtepi32_epi16(whole);
}
#endif

/* ---- one row: norms of heads, rotary positions, keys and values to their place ---- */

static void norm_head(float *head, int64_t dim, const float *weight, float norm) {
    float squares = 0;
    for (int64_t i = 0; i < dim; i++) squares += head[i] * head[i];
    float factor = 1.0f / sqrtf(squares / (float)dim + norm);
    for (int64_t i = 0; i < dim; i++) head[i] *= factor * weight[i];
}

/* The channels of a pair lie side by side: a complex product with (cos, sin) of the row's position turns them. */
static inline __m512 turned(__m512 pairs, const float *turns) {
    __m512 both = _mm512_loadu_ps(turns);
    __m512 swapped = _mm512_permute_ps(pairs, 0xb1);
    return _mm512_fmaddsub_ps(pairs, _mm512_moveldup_ps(both), _mm512_mul_ps(swapped, _mm512_movehdup_ps(both)));
}

static void place_row(float *row, const Heads *heads, const float *turns, uint16_t *queries, uint16_t *place) {
    int64_t dim = heads->head_dim, num_turned = heads->num_heads + heads->num_kv_heads;
    for (int64_t head = 0; head < num_turned + heads->num_kv_heads; head++, row += dim) {
        uint16_t *to = head < heads->num_heads ? queries + head * dim : place + (head - heads->num_heads) * dim;
        if (head < num_turned && heads->q_norm)
            norm_head(row, dim, head < heads->num_heads ? heads->q_norm : heads->k_norm, heads->norm);
        for (int64_t i = 0; i < dim; i += LANES) {
            __m512 x = _mm512_loadu_ps(row + i);
            _mm256_storeu_si256((__m256i *)(to + i), half(head < num_turned ? turned(x, turns + i) : x));
        }
    }
}

/* ---- attention of some rows of one slot, for the heads that share keys ---- */

typedef struct {
    __m512i keys[GROUPS][MOST_DIM / 2];         /* pairs of channels of 16 tokens */
    __m512i values[TOKENS / 2][MOST_DIM / LANES]; /* pairs of tokens of 16 channels */
    __m512i queries[MOST_QUERIES][MOST_DIM / 32]; /* bf16 */
    __m512i chances[MOST_QUERIES][TOKENS / 32];   /* bf16, of the tokens of the moment */
    __m512 found[MOST_QUERIES][MOST_DIM / LANES];
    float best[MOST_QUERIES], total[MOST_QUERIES], shrink[MOST_QUERIES];
    int64_t seen[MOST_QUERIES]; /* tokens that each may see */
} Sight;

/* Take in up to 64 tokens; those that are missing count as zeros, whatever lies there. */
static void take_in(Sight *sight, const uint16_t *keys, const uint16_t *values, int64_t stride, int64_t count,
                    int64_t dim) {
    for (int group = 0; group < GROUPS; group++)
        for (int64_t part = 0; part < dim / 32; part++) {
            __m512i rows[16];
            for (int i = 0; i < 16; i++) {
                int64_t token = group * 16 + i;
                rows[i] = token < count ? _mm512_loadu_si512(keys + token * stride + part * 32) : _mm512_setzero_si512();
            }
            dayi_transpose(rows);
            for (int i = 0; i < 16; i++) sight->keys[group][part * 16 + i] = rows[i];
        }
    __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5,
                                   36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
    for (int64_t pair = 0; 2 * pair < count; pair++)
        for (int64_t part = 0; part < dim / 32; part++) {
            const uint16_t *at = values + 2 * pair * stride + part * 32;
            __m512i one = _mm512_loadu_si512(at);
            __m512i other = 2 * pair + 1 < count ? _mm512_loadu_si512(at + stride) : _mm512_setzero_si512();
            sight->values[pair][2 * part] = _mm512_permutex2var_epi16(one, low, other);
            sight->values[pair][2 * part + 1] = _mm512_permutex2var_epi16(one, high, other);
        }
}

/* Scores of four queries, what they make of the softmax so far, and the chances of the tokens of the moment. */
static void score(Sight *sight, int query, int64_t from, int64_t dim, float scale) {
    __m512 scores[TOGETHER][GROUPS];
    for (int q = 0; q < TOGETHER; q++)
        for (int group = 0; group < GROUPS; group++) scores[q][group] = _mm512_setzero_ps();
    const int32_t *pairs = (const int32_t *)sight->queries[query];
    for (int64_t i = 0; i < dim / 2; i++)
        for (int q = 0; q < TOGETHER; q++) {
            __m512i each = _mm512_set1_epi32(pairs[q * (MOST_DIM / 2) + i]);
            for (int group = 0; group < GROUPS; group++)
                scores[q][group] = dot(scores[q][group], sight->keys[group][i], each);
        }
    for (int q = 0; q < TOGETHER; q++, query++) {
        __m512 best = _mm512_set1_ps(-INFINITY);
        for (int group = 0; group < GROUPS; group++) {
            int64_t left = sight->seen[query] - from - group * LANES;
            __mmask16 mask = left >= LANES ? 0xffff : left <= 0 ? 0 : (__mmask16)((1u << left) - 1);
            scores[q][group] = _mm512_mask_mul_ps(_mm512_set1_ps(-INFINITY), mask, scores[q][group], _mm512_set1_ps(scale));
            best = _mm512_max_ps(best, scores[q][group]);
        }
        float before = sight->best[query], now = _mm512_reduce_max_ps(best);
        if (now < before) now = before;
        __m512 sum = _mm512_setzero_ps();
        __m256i *chances = (__m256i *)sight->chances[query];
        for (int group = 0; group < GROUPS; group++) {
            /* The first token is seen by all: `now` is a number. What is hidden underflows to nothing. */
            __m512 away = _mm512_sub_ps(scores[q][group], _mm512_set1_ps(now));
            __mmask16 near = _mm512_cmp_ps_mask(away, _mm512_set1_ps(-80.0f), _CMP_NLT_UQ);
            __m512 chance = _mm512_maskz_mov_ps(near, dayi_exp(away));
            sum = _mm512_add_ps(sum, chance);
            chances[group] = half(chance);
        }
        sight->shrink[query] = expf(before - now);
        sight->total[query] = sight->total[query] * sight->shrink[query] + _mm512_reduce_add_ps(sum);
        sight->best[query] = now;
    }
}

/* Add the values of the tokens of the moment to what four queries found, 64 channels at a time. */
static void gather(Sight *sight, int query, int64_t count, int64_t dim) {
    for (int64_t part = 0; part < dim / LANES; part += 2) {
        __m512 found[TOGETHER][2];
        for (int q = 0; q < TOGETHER; q++)
            for (int i = 0; i < 2; i++)
                found[q][i] = _mm512_mul_ps(sight->found[query + q][part + i], _mm512_set1_ps(sight->shrink[query + q]));
        const int32_t *chances = (const int32_t *)sight->chances[query];
        for (int64_t pair = 0; 2 * pair < count; pair++)
            for (int q = 0; q < TOGETHER; q++) {
                __m512i each = _mm512_set1_epi32(chances[q * (TOKENS / 2) + pair]);
                for (int i = 0; i < 2; i++) found[q][i] = dot(found[q][i], sight->values[pair][part + i], each);
            }
        for (int q = 0; q < TOGETHER; q++)
            for (int i = 0; i < 2; i++) sight->found[query + q][part + i] = found[q][i];
    }
}

/* One span, one head of keys: `queries` and `out` are those of the span's first row and the head's first query. */
static void look(const Span *span, const Heads *heads, const uint16_t *queries, const uint16_t *keys, float *out) {
    Sight sight;
    int64_t dim = heads->head_dim, group = heads->num_heads / heads->num_kv_heads, row = heads->num_heads * dim;
    int64_t stride = 2 * heads->num_kv_heads * dim, num_queries = span->count * group;
    const uint16_t *values = keys + heads->num_kv_heads * dim;
    float scale = 1.0f / sqrtf((float)dim);
    int padded = (int)((num_queries + TOGETHER - 1) / TOGETHER * TOGETHER);
    for (int query = 0; query < padded; query++) {
        int64_t own = query < num_queries ? query : 0;
        memcpy(sight.queries[query], queries + own / group * row + own % group * dim, dim * 2);
        memset(sight.found[query], 0, sizeof sight.found[query]);
        sight.best[query] = -INFINITY, sight.total[query] = 0;
        sight.seen[query] = span->start + own / group + 1;
    }
    int64_t total = span->start + span->count;
    for (int64_t from = 0; from < total; from += TOKENS) {
        int64_t count = total - from < TOKENS ? total - from : TOKENS;
        take_in(&sight, keys + from * stride, values + from * stride, stride, count, dim);
        for (int query = 0; query < padded; query += TOGETHER) {
            score(&sight, query, from, dim, scale);
            gather(&sight, query, count, dim);
        }
    }
    for (int64_t query = 0; query < num_queries; query++) {
        float *to = out + query / group * row + query % group * dim;
        __m512 part = _mm512_set1_ps(1.0f / sight.total[query]);
        for (int64_t i = 0; i < dim / LANES; i++)
            _mm512_storeu_ps(to + i * LANES, _mm512_mul_ps(sight.found[query][i], part));
    }
}

typedef struct {
    const Heads *heads;
    const float *turns;
    const Span *spans;
    uint16_t *pool;
    int64_t slot_tokens, made_size;
    float *made, *seen;
    uint16_t *queries;
} Attending;

static void place_span(const void *job, int64_t unit) {
    const Attending *all = job;
    const Span *span = all->spans + unit;
    int64_t dim = all->heads->head_dim, token = 2 * all->heads->num_kv_heads * dim;
    for (int64_t i = 0, row = span->first; i < span->count; i++, row++)
        place_row(all->made + row * all->made_size, all->heads, all->turns + row * dim,
                  all->queries + row * all->heads->num_heads * dim,
                  all->pool + (span->slot * all->slot_tokens + span->start + i) * token);
}

static void look_unit(const void *job, int64_t unit) {
    const Attending *all = job;
    const Heads *heads = all->heads;
    const Span *span = all->spans + unit / heads->num_kv_heads;
    int64_t head = unit % heads->num_kv_heads, dim = heads->head_dim, group = heads->num_heads / heads->num_kv_heads;
    int64_t at = (span->first * heads->num_heads + head * group) * dim;
    const uint16_t *keys = all->pool + (span->slot * all->slot_tokens * 2 * heads->num_kv_heads + head) * dim;
    look(span, heads, all->queries + at, keys, all->seen + at);
}

/* The first half of a layer, added to the rows.

   turns: (cos, sin) of every pair of channels for each row [count][head_dim]. pool: keys and values of this layer
   [slots][slot_tokens][2 * key heads][head_dim]. spans: of at most 64 / (heads that share keys) rows each. */
void dayi_attend(float *rows, int64_t count, const Matrix *qkv, const Matrix *o, const Heads *heads, float norm,
                 const float *turns, const Span *spans, int64_t num_spans, uint16_t *pool, int64_t slot_tokens,
                 char *scratch, int threads) {
    Rounded narrow, wide;
    scratch = dayi_lay(&narrow, scratch, count, qkv);
    scratch = dayi_lay(&wide, scratch, count, o);
    float *made = (float *)scratch, *seen = made + count * qkv->outputs;
    Attending all = {heads, turns, spans, pool, slot_tokens, qkv->outputs, made, seen, (uint16_t *)(seen + count * o->inputs)};
    dayi_round(rows, count, qkv, norm, &narrow, threads);
    dayi_multiply(&narrow, count, qkv, STORE, made, qkv->outputs, threads);
    dayi_share(place_span, &all, num_spans, count < FEW_ROWS ? 1 : threads);
    dayi_share(look_unit, &all, num_spans * heads->num_kv_heads, threads);
    dayi_round(seen, count, o, -1.0f, &wide, threads);
    dayi_multiply(&wide, count, o, ADD, rows, o->outputs, threads);
}
