/* What the two parts share: 8-bit matrices, rows rounded to 8 bits, and products of both.

   Needs AVX-512 with VNNI; where it is missing, the engine computes with torch's operators instead. */
#ifndef DAYI_NATIVE_H
#define DAYI_NATIVE_H

#include "pool.h"

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/* A matrix of `outputs` rows and `inputs` columns as `dayi_pack` lays it out: panels of 32 outputs, in each
   panel four inputs of 32 outputs after four inputs of 32 outputs. Weights are stored plus 128: the
   instruction multiplies unsigned by signed bytes, and takes the signed ones (the rows) straight from memory. */
typedef struct {
    const uint8_t *weights;
    const float *scale;   /* of each output */
    const float *bias;    /* of each output; NULL: none */
    const float *factors; /* of each input: rows are multiplied by them first */
    int64_t inputs, outputs;
    int64_t depth; /* 8-bit rows that stand for one row of numbers: 1, or 2 with what the first leaves over */
} Matrix;

/* Rows in 8 bits: `bytes` [rows][depth][stride]; what the products of each are multiplied by; what they are too
   large by. */
typedef struct {
    int8_t *bytes;
    float *multipliers;
    int32_t *surplus;
    int64_t stride, depth;
} Rounded;

enum { PANEL = 32, LANES = 16 };

static inline int64_t dayi_stride(int64_t inputs) { return (inputs + 63) & ~(int64_t)63; }

/* Lay `Rounded` for rows that a matrix multiplies into `scratch`; returns what lies behind it. */
static inline char *dayi_lay(Rounded *rounded, char *scratch, int64_t rows, const Matrix *matrix) {
    rows *= matrix->depth;
    rounded->depth = matrix->depth;
    rounded->stride = dayi_stride(matrix->inputs);
    rounded->bytes = (int8_t *)scratch;
    scratch += rows * rounded->stride;
    rounded->multipliers = (float *)scratch;
    rounded->surplus = (int32_t *)(scratch + rows * 4);
    return scratch + ((rows * 8 + 63) & ~(int64_t)63);
}

/* e^x to seven digits, of numbers that neither overflow nor vanish. */
static inline __m512 dayi_exp(__m512 x) {
    /* 2^n * e^r with |r| <= ln 2 / 2; the polynomial is Taylor's to the sixth power: 1e-7 relative. */
    x = _mm512_max_ps(_mm512_min_ps(x, _mm512_set1_ps(88.0f)), _mm512_set1_ps(-87.0f));
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), 0);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
    __m512 p = _mm512_set1_ps(1.0f / 720);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 120));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 24));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 6));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.5f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(p, n);
}

/* 16 rows of 16 numbers of 4 bytes become columns. */
static inline void dayi_transpose(__m512i r[16]) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int j = 0; j < 2; j++) {
            r[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]);
            r[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
        }
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

/* Round rows [count][inputs]. `norm` >= 0: their root mean square (plus `norm`) is divided out of the products. */
void dayi_round(const float *rows, int64_t count, const Matrix *matrix, float norm, const Rounded *rounded,
                int threads);

typedef enum { STORE, ADD, GATE } Ending;

/* Products of rounded rows: stored, added to what is there, or (GATE) silu of the first 16 outputs of each
   panel times the last 16: half as many outputs. */
void dayi_multiply(const Rounded *rounded, int64_t count, const Matrix *matrix, Ending ending, float *out,
                   int64_t out_stride, int threads);

#endif
