/* Says all that the table of vectors holds of a board, and hears what it holds of a bridge. */
#include <stdio.h>
#include <string.h>

#include "offrecord_link.h"

static void send_hex(void *context, const uint8_t *bytes, size_t count)
{
    (void)context;
    for (size_t n = 0; n < count; n++)
        printf("%02x", bytes[n]);
}

static void hear_hex(struct offrecord_link *link, const char *hex, uint64_t now)
{
    unsigned value;
    for (; sscanf(hex, "%2x", &value) == 1; hex += 2) {
        const uint8_t byte = (uint8_t)value;
        offrecord_hear(link, &byte, 1, now);
    }
}

int main(int argc, char **argv)
{
    static const int16_t sound[] = {0, 1, -1, 256, -32768, 32767};
    static const int16_t loud[] = {0, 100, -100, 3000, -32768, 32767};
    struct offrecord_link link;
    struct offrecord_packer packer = {0, 0};
    uint8_t part[256], last[44];
    for (int n = 0; n < 256; n++)
        part[n] = (uint8_t)n;
    memset(last, 255, sizeof last);
    offrecord_init(&link, send_hex, NULL);
    offrecord_hello(&link, 63 | OFFRECORD_ENCRYPTS, "board", 0); /* which it does not: it says 63 */
    printf("\n");
    link.is_welcome = 1;
    link.sounds = link.most_sounds = 50;
    link.photos = link.most_photos = 1;
    offrecord_sound(&link, sound, 6, 320), printf("\n");
    offrecord_packed_sound(&link, &packer, loud, 6, 640), printf("\n");
    offrecord_photo_part(&link, part, 256, 0, 300, 960), printf("\n");
    offrecord_photo_part(&link, last, 44, 256, 300, 960), printf("\n");
    offrecord_gaze(&link, 500, 1000, 1280), printf("\n");
    offrecord_gaze(&link, OFFRECORD_NOWHERE, OFFRECORD_NOWHERE, 1281), printf("\n");
    offrecord_battery(&link, 71, 1, 1282), printf("\n");
    offrecord_motion(&link, OFFRECORD_WALKING, 1283), printf("\n");
    offrecord_mute(&link, 1284), printf("\n");
    offrecord_hear(&link, (const uint8_t *)"", 0, 0);
    link.sequence = 10;
    hear_hex(&link, argv[2], 1285), printf("\n"); /* ask time: it answers */
    offrecord_bye(&link, ((uint64_t)1 << 48) - 1), printf("\n");

    hear_hex(&link, argv[1], 0);
    printf("welcome %d %d %d\n", link.is_welcome, link.sounds, link.photos);
    link.sounds = 45;
    hear_hex(&link, argv[3], 0);
    printf("credit %d %d\n", link.sounds, link.photos);
    hear_hex(&link, argv[4], 0);
    printf("refused %d %u\n", link.is_welcome, (unsigned)link.damaged);
    for (int n = 5; n < argc; n++) {
        hear_hex(&link, argv[n], 0);
        hear_hex(&link, "00", 0);
    }
    printf("noise %u\n", (unsigned)link.damaged);
    return 0;
}
