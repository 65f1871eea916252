/* 8-bit rows times 8-bit weights: exact integer sums, scaled once at the end.

   Up to 12 rows meet a panel of 32 outputs in registers. Few rows wait for memory: the panel is read once,
   in order, whatever their number. Many rows wait for arithmetic: the panel then lies in the cache. */
#include "native.h"

#include <math.h>
#include <string.h>

enum {
    MOST_ROWS = 12,
    AHEAD_BYTES = 2048,
    UNIT_BYTES = 1 << 16, /* of weights: some microseconds */
    MOST_UNITS = 64,
    LITTLE = 1 << 13, /* numbers that one thread rounds sooner than it is helped */
};

static const float TINY = 1e-12f; /* a row of zeros has a largest value, too */

static inline __mmask16 first(int64_t count) { return count >= LANES ? 0xffff : (__mmask16)((1u << count) - 1); }

/* Round numbers in [-127, 127] to bytes; returns their sum. What is left over of them is kept if it is wanted. */
static int32_t round_numbers(float *numbers, int64_t stride, float factor, int8_t *bytes, int keep) {
    __m512i sums = _mm512_setzero_si512();
    for (int64_t i = 0; i < stride; i += LANES) {
        __m512 x = _mm512_mul_ps(_mm512_load_ps(numbers + i), _mm512_set1_ps(factor));
        __m512i whole = _mm512_cvtps_epi32(x);
        if (keep) _mm512_store_ps(numbers + i, _mm512_sub_ps(x, _mm512_cvtepi32_ps(whole)));
        sums = _mm512_add_epi32(sums, whole);
        _mm_store_si128((__m128i *)(bytes + i), _mm512_cvtsepi32_epi8(whole));
    }
    return _mm512_reduce_add_epi32(sums);
}

static void round_row(const float *row, const Matrix *matrix, float norm, const Rounded *rounded, int64_t at) {
    int64_t inputs = matrix->inputs, stride = rounded->stride;
    float numbers[stride] __attribute__((aligned(64)));
    __m512 peaks = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
    for (int64_t i = 0; i < stride; i += LANES) {
        __mmask16 mask = i < inputs ? first(inputs - i) : 0;
        __m512 x = _mm512_maskz_loadu_ps(mask, row + i);
        squares = _mm512_fmadd_ps(x, x, squares);
        x = _mm512_mul_ps(x, _mm512_maskz_loadu_ps(mask, matrix->factors + i));
        _mm512_store_ps(numbers + i, x);
        peaks = _mm512_max_ps(peaks, _mm512_abs_ps(x));
    }
    float peak = _mm512_reduce_max_ps(peaks);
    __mmask16 unordered = _mm512_cmp_ps_mask(squares, squares, _CMP_UNORD_Q);
    if (unordered || peak < TINY) peak = unordered ? NAN : TINY; /* what is no number must not become one */
    float multiplier = peak / 127.0f, factor = 127.0f / peak;
    if (norm >= 0) multiplier /= sqrtf(_mm512_reduce_add_ps(squares) / (float)inputs + norm);
    for (int64_t part = 0; part < rounded->depth; part++, at++) {
        int8_t *bytes = rounded->bytes + at * stride;
        rounded->surplus[at] = 128 * round_numbers(numbers, stride, factor, bytes, part + 1 < rounded->depth);
        rounded->multipliers[at] = multiplier;
        factor = 254.0f, multiplier /= 254.0f; /* at most half a step is left over */
    }
}

typedef struct {
    const float *rows;
    const Matrix *matrix;
    float norm;
    const Rounded *rounded;
} Rounding;

static void round_unit(const void *job, int64_t row) {
    const Rounding *all = job;
    const Rounded *rounded = all->rounded;
    round_row(all->rows + row * all->matrix->inputs, all->matrix, all->norm, rounded, row * rounded->depth);
}

void dayi_round(const float *rows, int64_t count, const Matrix *matrix, float norm, const Rounded *rounded,
                int threads) {
    Rounding all = {rows, matrix, norm, rounded};
    dayi_share(round_unit, &all, count, count * matrix->inputs < LITTLE ? 1 : threads);
}

/* `rows` is a constant wherever this is inlined: the sums then live in registers. */
static inline __attribute__((always_inline)) void sum(const int rows, const int8_t *bytes, int64_t stride,
                                                      const uint8_t *weights, int64_t quads,
                                                      int64_t ahead, __m512i (*sums)[2]) {
    __m512i kept[MOST_ROWS][2];
#pragma GCC unroll 12
    for (int row = 0; row < rows; row++) kept[row][0] = kept[row][1] = _mm512_setzero_si512();
    for (int64_t quad = 0; quad < quads; quad++) {
        if (ahead) {
            _mm_prefetch((const char *)weights + ahead, _MM_HINT_T0);
            _mm_prefetch((const char *)weights + ahead + 64, _MM_HINT_T0);
        }
        __m512i left = _mm512_load_si512(weights), right = _mm512_load_si512(weights + 64);
        weights += 4 * PANEL;
#pragma GCC unroll 12
        for (int row = 0; row < rows; row++) {
            int32_t four;
            memcpy(&four, bytes + row * stride + 4 * quad, 4);
            __m512i each = _mm512_set1_epi32(four);
            kept[row][0] = _mm512_dpbusd_epi32(kept[row][0], left, each);
            kept[row][1] = _mm512_dpbusd_epi32(kept[row][1], right, each);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < rows; row++) sums[row][0] = kept[row][0], sums[row][1] = kept[row][1];
}

static void sum_rows(int rows, const int8_t *bytes, int64_t stride, const uint8_t *weights, int64_t quads,
                     int64_t ahead, __m512i (*sums)[2]) {
    switch (rows) {
#define CASE(n) case n: sum(n, bytes, stride, weights, quads, ahead, sums); break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
#undef CASE
    }
}

/* Half a panel of one row: the sums of its 8-bit rows, scaled. Scale and bias are padded to whole panels. */
static inline __m512 scaled(__m512i (*sums)[2], int side, const Rounded *rounded, int64_t row, const Matrix *matrix,
                            int64_t at) {
    __m512 product = _mm512_setzero_ps();
    for (int64_t part = rounded->depth; part-- > 0;) { /* the small one first */
        int64_t byte_row = row * rounded->depth + part;
        __m512i exact = _mm512_sub_epi32(sums[part][side], _mm512_set1_epi32(rounded->surplus[byte_row]));
        product = _mm512_fmadd_ps(_mm512_cvtepi32_ps(exact), _mm512_set1_ps(rounded->multipliers[byte_row]), product);
    }
    at += side * LANES;
    product = _mm512_mul_ps(product, _mm512_load_ps(matrix->scale + at));
    return matrix->bias ? _mm512_add_ps(product, _mm512_load_ps(matrix->bias + at)) : product;
}

static void end_panel(int64_t panel, int64_t row, int rows, __m512i (*sums)[2], const Rounded *rounded,
                      const Matrix *matrix, Ending ending, float *out, int64_t out_stride) {
    for (int each = 0; each < rows; each++, row++, sums += rounded->depth) {
        int64_t at = panel * PANEL;
        __m512 left = scaled(sums, 0, rounded, row, matrix, at), right = scaled(sums, 1, rounded, row, matrix, at);
        if (ending == GATE) {
            __m512 away = dayi_exp(_mm512_sub_ps(_mm512_setzero_ps(), left));
            __m512 silu = _mm512_div_ps(left, _mm512_add_ps(_mm512_set1_ps(1.0f), away));
            int64_t left_over = matrix->outputs / 2 - panel * LANES;
            _mm512_mask_storeu_ps(out + row * out_stride + panel * LANES, first(left_over), _mm512_mul_ps(silu, right));
            continue;
        }
        float *to = out + row * out_stride + at;
        __mmask16 near = first(matrix->outputs - at), far = 0;
        if (matrix->outputs > at + LANES) far = first(matrix->outputs - at - LANES);
        if (ending == ADD) {
            left = _mm512_add_ps(left, _mm512_maskz_loadu_ps(near, to));
            right = _mm512_add_ps(right, _mm512_maskz_loadu_ps(far, to + LANES));
        }
        _mm512_mask_storeu_ps(to, near, left);
        _mm512_mask_storeu_ps(to + LANES, far, right);
    }
}

typedef struct {
    const Rounded *rounded;
    int64_t count, quads, panels, panels_each;
    const Matrix *matrix;
    Ending ending;
    float *out;
    int64_t out_stride;
} Product;

static void multiply_unit(const void *job, int64_t unit) {
    const Product *all = job;
    const Rounded *rounded = all->rounded;
    int64_t depth = rounded->depth, most = MOST_ROWS / depth;
    int64_t tiles = (all->count + most - 1) / most, end = (unit + 1) * all->panels_each;
    if (end > all->panels) end = all->panels;
    int64_t begin = unit * all->panels_each, panel_bytes = all->quads * 4 * PANEL;
    for (int64_t panel = begin; panel < end; panel++) {
        const uint8_t *weights = all->matrix->weights + panel * panel_bytes;
        for (int64_t tile = 0; tile < tiles; tile++) {
            int64_t row = all->count * tile / tiles, rows = all->count * (tile + 1) / tiles - row, ahead = 0;
            /* Memory is asked for what comes next while there is something to compute: the last tile, which finds
               its own panel in the cache, asks for the next panel. */
            if (tile == tiles - 1 && tiles > 1) ahead = panel_bytes;
            else if (tile == 0 && (tiles == 1 || panel == begin)) ahead = AHEAD_BYTES;
            __m512i sums[MOST_ROWS][2];
            sum_rows((int)(rows * depth), rounded->bytes + row * depth * rounded->stride, rounded->stride, weights,
                     all->quads, ahead, sums);
            end_panel(panel, row, (int)rows, sums, rounded, all->matrix, all->ending, all->out, all->out_stride);
        }
    }
}

void dayi_multiply(const Rounded *rounded, int64_t count, const Matrix *matrix, Ending ending, float *out,
                   int64_t out_stride, int threads) {
    int64_t quads = (matrix->inputs + 3) / 4, panels = (matrix->outputs + PANEL - 1) / PANEL;
    int64_t each = UNIT_BYTES / (quads * 4 * PANEL), fewest = panels / MOST_UNITS;
    if (each < fewest) each = fewest;
    if (each < 1) each = 1;
    Product all = {rounded, count, quads, panels, each, matrix, ending, out, out_stride};
    dayi_share(multiply_unit, &all, (panels + each - 1) / each, threads);
}

typedef struct {
    const int8_t *weights;
    int64_t outputs, inputs;
    int paired;
    uint8_t *packed;
} Packing;

/* 64 inputs of 16 outputs at a time: four of them are one number of 4 bytes. */
static void pack_panel(const void *job, int64_t panel) {
    const Packing *all = job;
    int64_t quads = (all->inputs + 3) / 4, half = all->outputs / 2;
    for (int side = 0; side < 2; side++) {
        int64_t from = panel * (all->paired ? LANES : PANEL), end = all->paired ? half : all->outputs;
        if (!all->paired) from += side * LANES;
        __m512i *to = (__m512i *)(all->packed + panel * quads * 4 * PANEL) + side;
        for (int64_t at = 0; at < all->inputs; at += 64) {
            int64_t left = all->inputs - at;
            __mmask64 mask = left >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << left) - 1;
            __m512i rows[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                int64_t row = from + lane + (all->paired ? side * half : 0);
                __mmask64 inside = from + lane < end ? mask : 0;
                rows[lane] = _mm512_maskz_loadu_epi8(inside, all->weights + row * all->inputs + at);
            }
            dayi_transpose(rows);
            for (int64_t quad = 0; quad < LANES && at / 4 + quad < quads; quad++)
                _mm512_store_si512(to + 2 * (at / 4 + quad), _mm512_xor_si512(rows[quad], _mm512_set1_epi8((char)0x80)));
        }
    }
}

/* Lay weights [outputs][inputs] out as `Matrix` wants them. `paired`: the first half of the outputs are gates,
   the second half what they gate; a panel takes 16 of both. `packed` has room for whole panels and quads. */
void dayi_pack(const int8_t *weights, int64_t outputs, int64_t inputs, int paired, uint8_t *packed, int threads) {
    Packing all = {weights, outputs, inputs, paired, packed};
    int64_t panels = (outputs + PANEL - 1) / PANEL;
    if (paired) panels = (outputs / 2 + LANES - 1) / LANES;
    dayi_share(pack_panel, &all, panels, threads);
}

/* rows [count][inputs] times a matrix, into out [count][outputs]. */
void dayi_project(const float *rows, int64_t count, const Matrix *matrix, float norm, float *out, char *scratch,
                  int threads) {
    Rounded rounded;
    dayi_lay(&rounded, scratch, count, matrix);
    dayi_round(rows, count, matrix, norm, &rounded, threads);
    dayi_multiply(&rounded, count, matrix, STORE, out, matrix->outputs, threads);
}

/* A feed-forward layer: norm, gate and up, down; added to the rows. */
void dayi_feed_forward(float *rows, int64_t count, const Matrix *gate_up, const Matrix *down, float norm,
                       char *scratch, int threads) {
    Rounded narrow, wide;
    scratch = dayi_lay(&narrow, scratch, count, gate_up);
    scratch = dayi_lay(&wide, scratch, count, down);
    float *hidden = (float *)scratch;
    dayi_round(rows, count, gate_up, norm, &narrow, threads);
    dayi_multiply(&narrow, count, gate_up, GATE, hidden, down->inputs, threads);
    dayi_round(hidden, count, down, -1.0f, &wide, threads);
    dayi_multiply(&wide, count, down, ADD, rows, down->outputs, threads);
}

/* Whether this processor has the instructions that this file was compiled with. */
int dayi_runs_here(void) {
    __builtin_cpu_init();
    int runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#ifdef __AVX512BF16__
    runs = runs && __builtin_cpu_supports("avx512bf16");
#endif
    return runs != 0;
}
