/* Says what the table of vectors holds of a board that encrypts, then what keys of chance encrypt.
 *
 *   say_encrypted CHAMBER_KEY OWN_KEY < int16 samples
 */
#include <stdio.h>

#include "offrecord_hpke.h"

enum { SAMPLES = 320 };

static void send_hex(void *context, const uint8_t *bytes, size_t count)
{
    (void)context;
    for (size_t n = 0; n < count; n++)
        printf("%02x", bytes[n]);
}

static void read_key(const char *hex, uint8_t *key)
{
    unsigned value;
    for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
        *key++ = (uint8_t)value;
}

static void let_in(struct offrecord_link *link)
{
    link->is_welcome = 1;
    link->sounds = link->most_sounds = 60000;
}

int main(int argc, char **argv)
{
    static const int16_t sound[] = {0, 1, -1, 256, -32768, 32767};
    static const int16_t loud[] = {0, 100, -100, 3000, -32768, 32767};
    static const uint8_t no_key[OFFRECORD_KEY_BYTES] = {0};
    static uint8_t box[OFFRECORD_BOX_BYTES(SAMPLES)];
    static struct offrecord_hpke hpke;
    struct offrecord_link link;
    struct offrecord_packer packer = {0, 0};
    uint8_t chamber_key[OFFRECORD_KEY_BYTES], own_key[OFFRECORD_KEY_BYTES];
    int16_t samples[SAMPLES];
    uint64_t at = 0;
    if (argc != 3)
        return 2;
    read_key(argv[1], chamber_key);
    read_key(argv[2], own_key);

    offrecord_init(&link, send_hex, NULL);
    if (!offrecord_hpke_begin_as(&hpke, chamber_key, own_key))
        return 1;
    offrecord_hpke_use(&hpke, &link, box, sizeof box);
    offrecord_hello(&link, 63, "board", 0), printf("\n");
    let_in(&link);
    offrecord_sound(&link, sound, 6, 320), printf("\n");
    offrecord_packed_sound(&link, &packer, loud, 6, 640), printf("\n");

    /* A number that was used, then more than the box holds. */
    link.sequence = 2;
    printf("twice %d", offrecord_sound(&link, sound, 6, 960));
    offrecord_hpke_use(&hpke, &link, box, OFFRECORD_BOX_BYTES(5));
    printf(" long %d", offrecord_sound(&link, sound, 6, 960));
    printf(" left out %u\n", (unsigned)link.left_out);

    /* From another start, with a pair that nobody knows. */
    packer.predictor = packer.index = 0;
    offrecord_init(&link, send_hex, NULL);
    if (!offrecord_hpke_begin(&hpke, chamber_key))
        return 1;
    offrecord_hpke_use(&hpke, &link, box, sizeof box);
    offrecord_hello(&link, OFFRECORD_HEARS, "", 0);
    let_in(&link);
    for (int n = 0; fread(samples, 2, SAMPLES, stdin) == SAMPLES; n++, at += SAMPLES) {
        if (n % 2)
            offrecord_packed_sound(&link, &packer, samples, SAMPLES, at);
        else
            offrecord_sound(&link, samples, SAMPLES, at);
        link.sequence += (uint32_t)(n % 3); /* as if some were lost */
        offrecord_battery(&link, 71, 0, at);
    }
    printf("\n");

    /* A key with which everybody would share the same secret. */
    printf("key %d", offrecord_hpke_begin(&hpke, no_key));
    printf(" sound %d\n", offrecord_sound(&link, sound, 6, at));
    return 0;
}
