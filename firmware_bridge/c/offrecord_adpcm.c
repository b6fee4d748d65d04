/* IMA-ADPCM, as ../adpcm.py reads it: a quarter of the bytes, every block by itself. */
#include "offrecord_link.h"

static const int16_t STEPS[89] = {
    7,     8,     9,     10,    11,    12,    13,    14,    16,    17,    19,    21,    23,
    25,    28,    31,    34,    37,    41,    45,    50,    55,    60,    66,    73,    80,
    88,    97,    107,   118,   130,   143,   157,   173,   190,   209,   230,   253,   279,
    307,   337,   371,   408,   449,   494,   544,   598,   658,   724,   796,   876,   963,
    1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,  2272,  2499,  2749,  3024,  3327,
    3660,  4026,  4428,  4871,  5358,  5894,  6484,  7132,  7845,  8630,  9493,  10442, 11487,
    12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767};
static const int8_t MOVES[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

static uint8_t half(struct offrecord_packer *packer, int16_t sample)
{
    int32_t step = STEPS[packer->index], change = step >> 3;
    int32_t distance = (int32_t)sample - packer->predictor, next;
    uint8_t code = 0;
    int index;
    if (distance < 0) {
        code = 8;
        distance = -distance;
    }
    for (uint8_t bit = 4; bit; bit >>= 1, step >>= 1) {
        if (distance >= step) {
            code |= bit;
            distance -= step;
            change += step;
        }
    }
    next = packer->predictor + (code & 8 ? -change : change);
    packer->predictor = (int16_t)(next > 32767 ? 32767 : next < -32768 ? -32768 : next);
    index = packer->index + MOVES[code & 7];
    packer->index = (uint8_t)(index < 0 ? 0 : index > 88 ? 88 : index);
    return code;
}

size_t offrecord_pack(struct offrecord_packer *packer, const int16_t *samples, size_t count,
                      uint8_t *block)
{
    block[0] = (uint8_t)((uint16_t)packer->predictor & 0xFF);
    block[1] = (uint8_t)((uint16_t)packer->predictor >> 8);
    block[2] = packer->index;
    block[3] = 0;
    for (size_t n = 0; n + 1 < count; n += 2) {
        const uint8_t low = half(packer, samples[n]);
        block[4 + n / 2] = (uint8_t)(low | half(packer, samples[n + 1]) << 4);
    }
    return 4 + count / 2;
}
